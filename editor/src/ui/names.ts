/**
 * Names for those who gave none: friendly ones for people, readable ones for new documents.
 *
 * Owns: the words. Always holds: a suggested document name is a valid one and hard to guess twice
 * (three words and four digits: about 3 x 10^9 of them).
 */

const QUALITIES = [
  'Amber', 'Bold', 'Brave', 'Bright', 'Calm', 'Clever', 'Curious', 'Eager', 'Gentle', 'Golden', 'Happy', 'Honest', 'Jolly',
  'Kind', 'Lively', 'Lucky', 'Merry', 'Misty', 'Noble', 'Patient', 'Proud', 'Quick', 'Quiet', 'Silver', 'Sunny', 'Swift',
  'Tidy', 'Velvet', 'Warm', 'Wise',
] as const

const ANIMALS = [
  'Badger', 'Beaver', 'Bison', 'Crane', 'Dolphin', 'Falcon', 'Finch', 'Fox', 'Gecko', 'Hare', 'Hedgehog', 'Heron', 'Ibex',
  'Koala', 'Lemur', 'Lynx', 'Marten', 'Moose', 'Newt', 'Otter', 'Owl', 'Panda', 'Puffin', 'Raven', 'Robin', 'Seal', 'Swan',
  'Tapir', 'Turtle', 'Walrus',
] as const

const PLACES = [
  'atlas', 'bay', 'birch', 'brook', 'canyon', 'cedar', 'cliff', 'cloud', 'cove', 'delta', 'dune', 'field', 'fjord', 'forest',
  'garden', 'glade', 'harbor', 'hill', 'island', 'lagoon', 'lake', 'maple', 'meadow', 'moor', 'oasis', 'orchard', 'peak',
  'pine', 'prairie', 'reef', 'ridge', 'river', 'shore', 'spring', 'summit', 'valley',
] as const

function randomBelow(limit: number): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! % limit
}
const pick = <T>(words: readonly T[]): T => words[randomBelow(words.length)]!

/** Such as "Quiet Otter". */
export const suggestPersonName = (): string => `${pick(QUALITIES)} ${pick(ANIMALS)}`

/** Such as "calm-river-otter-4821". */
export const suggestDocumentName = (): string =>
  `${pick(QUALITIES)}-${pick(PLACES)}-${pick(ANIMALS)}-${1000 + randomBelow(9000)}`.toLowerCase()
