/** Digests: the same for the same document however it came about, another for any other. */
import { type ClockRange, Digest, DIGEST_BYTES, inspectUpdate, isSameDeletion, isSameDigest } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { toHex } from './craft.js'
import { firstSeed, randomFrom, runCount } from './random.js'

const hexOf = (digest: Digest): string => toHex(digest.bytes())
const stateOf = (doc: Y.Doc) => Y.decodeStateVector(Y.encodeStateVector(doc))
const deletionsOf = (doc: Y.Doc): ClockRange[] =>
  [...Y.snapshot(doc).ds.clients].flatMap(([client, ranges]) => ranges.map(({ clock, len }) => ({ client, clock, end: clock + len })))

describe('a digest', () => {
  it('[DA3] is the same in whatever order and in whatever ranges a document came about', () => {
    const first = firstSeed()
    for (let seed = first; seed < first + runCount(200); seed++) {
      const random = randomFrom(seed)
      const docs = [1, 2, 2 ** 40].map((client) => Object.assign(new Y.Doc(), { clientID: client }))
      const digest = new Digest()
      const state = new Map<number, number>()
      const whole = new Y.Doc()
      for (let step = 0; step < 30; step++) {
        const doc = random.pick(docs)
        const text = doc.getText('t')
        const before = Y.encodeStateVector(doc)
        const listener = (update: Uint8Array): void => {
          const { structs, deletions } = inspectUpdate(update)
          for (const { client, clock, end } of structs) digest.advance(client, clock, end)
          for (const { client, clock, end } of deletions) {
            // In two parts, which is the same as in one.
            const middle = clock + random.int(end - clock + 1)
            digest.delete(client, middle, end)
            digest.delete(client, clock, middle)
          }
          for (const { client, end } of structs) state.set(client, end)
        }
        doc.on('update', listener)
        if (random.chance(0.4) && text.length > 0) text.delete(random.int(text.length), 1)
        else text.insert(random.int(text.length + 1), 'some')
        doc.off('update', listener)
        const update = Y.encodeStateAsUpdate(doc, before)
        for (const other of [...docs, whole]) if (other !== doc) Y.applyUpdate(other, update)
      }
      expect(hexOf(digest), `seed ${seed}`).toBe(hexOf(Digest.of(stateOf(whole), deletionsOf(whole))))
      expect([...state].toSorted(), `seed ${seed}`).toEqual([...stateOf(whole)].toSorted())
    }
  })

  it('[DA3] tells one clock more, one deletion more, and the same of another client', () => {
    const deletions = [{ client: 7, clock: 3, end: 5 }]
    const all = [
      Digest.of([], []),
      Digest.of([[7, 9]], []),
      Digest.of([[7, 10]], []),
      Digest.of([[8, 9]], []),
      Digest.of([[7 + 2 ** 32, 9]], []),
      Digest.of([[7, 9]], deletions),
      Digest.of([[7, 9]], [{ client: 7, clock: 3, end: 6 }]),
      Digest.of([[7, 9]], [{ client: 7, clock: 2, end: 5 }]),
      Digest.of([[7, 9]], [{ client: 8, clock: 3, end: 5 }]),
      Digest.of([[7, 9]], [{ client: 7, clock: 3, end: 2 ** 53 - 1 }]),
    ]
    expect(new Set(all.map(hexOf)).size).toBe(all.length)
    expect(Digest.of([], []).bytes()).toEqual(new Uint8Array(DIGEST_BYTES))
    // A client of whom nothing is known is none.
    expect(hexOf(Digest.of([[7, 0]], []))).toBe(hexOf(Digest.of([], [])))
    const [one, other] = [Digest.of([[7, 9]], deletions).bytes(), Digest.of([[7, 10]], deletions).bytes()]
    expect([isSameDigest(one, other), isSameDeletion(one, other)]).toEqual([false, true])
  })

  it('[DA3] keeps its form: both sides of the wire may be of different versions', () => {
    expect(hexOf(Digest.of([[1, 5], [2 ** 40 + 3, 2 ** 35]], [{ client: 1, clock: 2, end: 4 }]))).toBe('93bd0557435b026d714ca75a584ab6e8')
  })
})
