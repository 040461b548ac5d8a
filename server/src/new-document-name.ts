/**
 * Names for new documents.
 *
 * Always holds: a name made here cannot be guessed, so that on a server open to all a document is at
 * least not found by chance: two words to tell them apart, and about 40 random bits.
 */
import { randomInt } from 'node:crypto'

const WORDS = [
  ['amber', 'brave', 'calm', 'clear', 'early', 'fair', 'gentle', 'green', 'happy', 'kind', 'light', 'lucky', 'merry', 'quick', 'quiet', 'warm'],
  ['apple', 'birch', 'cedar', 'clover', 'fern', 'hazel', 'heron', 'lark', 'maple', 'meadow', 'otter', 'pebble', 'river', 'robin', 'willow', 'wren'],
] as const

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'

/** For example `quiet-otter-x7k2mwq9`. */
export function newDocumentName(): string {
  const words = WORDS.map((list) => list[randomInt(list.length)])
  const code = Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  return [...words, code].join('-')
}
