/**
 * Editing sessions made up from a seed, in the shape of the recorded ones: runs of typing, corrections,
 * jumps; two authors who fall behind each other and catch up.
 *
 * Owns: the generator. Does not own: the recordings, and which of the two is used (traces.ts).
 * Always holds: the same seed gives the same session; `endContent` is what the edits make without any
 * server: kept in two stacks for one author, merged by Yjs alone for two.
 */
import * as prng from 'lib0/prng'
import * as Y from 'yjs'
import type { ConcurrentTrace, Patch, SequentialTrace } from './traces.js'

export interface Shape {
  readonly seed: number
  readonly edits: number
}

const LETTERS = 'eeeettaaoinshrdlu      \n'

/** Chance that an author goes on typing or deleting where the last edit was. */
const STAYS = 0.98
const DELETES = 0.28

/** What one author does next, in a text of this length. */
function nextPatch(random: prng.PRNG, cursor: number, length: number): Patch {
  const stays = prng.real53(random) < STAYS
  const near = cursor + prng.int32(random, -400, 400)
  const at = stays ? cursor : Math.max(0, Math.min(length, near))
  if (at > 0 && prng.real53(random) < DELETES) return [at - 1, 1, '']
  return [at, 0, LETTERS[prng.int32(random, 0, LETTERS.length - 1)] ?? ' ']
}

const cursorAfter = ([position, , inserted]: Patch): number => position + inserted.length

/** One author. */
export function generateSequentialTrace({ seed, edits }: Shape): SequentialTrace {
  const random = prng.create(seed)
  // The text as two stacks that meet at the cursor: an edit costs no more than the way the cursor went.
  const before: string[] = []
  const after: string[] = []
  const moveTo = (position: number): void => {
    while (before.length > position) after.push(before.pop() ?? '')
    while (before.length < position) before.push(after.pop() ?? '')
  }
  const txns: { patches: Patch[] }[] = []
  while (txns.length < edits) {
    const patch = nextPatch(random, before.length, before.length + after.length)
    moveTo(patch[0])
    if (patch[1] > 0) after.pop()
    if (patch[2] !== '') before.push(patch[2])
    txns.push({ patches: [patch] })
  }
  return { txns, endContent: before.join('') + after.toReversed().join('') }
}

interface Author {
  readonly text: Y.Text
  /** Updates that the other author has not got yet. */
  outbox: Uint8Array[]
  cursor: number
  /** Index of this author's last edit, and of the other's last edit known here. */
  own: number
  other: number
}

/** Chance per edit that an author stops and the other goes on, and that the one who goes on catches up first. */
const TAKES_TURN = 0.1
const CATCHES_UP = 0.9

/** Two authors. As in Yjs, the one with the lower number is the one whose text comes first where both typed at one place. */
export function generateConcurrentTrace({ seed, edits }: Shape): ConcurrentTrace {
  const random = prng.create(seed)
  const authors: [Author, Author] = [newAuthor(0), newAuthor(1)]
  const txns: { parents: number[]; agent: number; patches: Patch[] }[] = []
  let agent: 0 | 1 = 0
  while (txns.length < edits) {
    if (txns.length > 0 && prng.real53(random) < TAKES_TURN) {
      agent = agent === 0 ? 1 : 0
      if (prng.real53(random) < CATCHES_UP) catchUp(authors[agent], authors[agent === 0 ? 1 : 0])
    }
    const author = authors[agent]
    const patch = nextPatch(random, Math.min(author.cursor, author.text.length), author.text.length)
    applyPatch(author.text, patch)
    author.cursor = cursorAfter(patch)
    txns.push({ agent, parents: [author.own, author.other].filter((index) => index >= 0), patches: [patch] })
    author.own = txns.length - 1
  }
  catchUp(authors[0], authors[1])
  catchUp(authors[1], authors[0])
  const [first, second] = authors.map(({ text }) => text.toString())
  if (first === undefined || first !== second) throw new Error('the generated authors do not agree')
  return { txns, endContent: first }
}

/** One edit of a session, in a Yjs text. */
export function applyPatch(text: Y.Text, [position, deleted, inserted]: Patch): void {
  if (deleted > 0) text.delete(position, deleted)
  if (inserted !== '') text.insert(position, inserted)
}

function newAuthor(agent: number): Author {
  const doc = new Y.Doc()
  doc.clientID = agent + 1
  const author: Author = { text: doc.getText(), outbox: [], cursor: 0, own: -1, other: -1 }
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin !== 'other') author.outbox.push(update)
  })
  return author
}

function catchUp(behind: Author, ahead: Author): void {
  for (const update of ahead.outbox.splice(0)) Y.applyUpdate(behind.text.doc as Y.Doc, update, 'other')
  behind.other = ahead.own
}
