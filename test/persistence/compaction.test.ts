/** compactDocument: what comes out stands for what went in, and what breaks it is left out. */
import { type CompactedDocument, compactDocument, type TailUpdate } from '@cowrite/persistence'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { contentOf, orphan, randomTail, typedTail, zeroLengthStruct } from './support/edits.js'

const updatesOf = (tail: readonly TailUpdate[]): Uint8Array[] => tail.map(({ update }) => update)

/** The tail with an update put in at a place, numbered anew. */
const withInserted = (tail: readonly TailUpdate[], at: number, ...updates: Uint8Array[]): TailUpdate[] =>
  updatesOf(tail)
    .toSpliced(at, 0, ...updates)
    .map((update, index) => ({ sequence: index + 1, update }))

const rejectedIn = ({ rejected }: CompactedDocument): number[] => rejected.map(({ sequence }) => sequence)

/** A document of which a client has all insertions but none of the deletions. */
function withoutDeletions(update: Uint8Array): Y.Doc {
  const doc = new Y.Doc({ gc: false })
  Y.applyUpdate(doc, update)
  return doc
}

describe('compaction', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    it(`[CO1] snapshot upon snapshot, the content is that of the whole log (seed ${seed})`, () => {
      const tail = randomTail(seed, 1500)
      const all = contentOf(updatesOf(tail))
      let former: CompactedDocument | undefined
      for (const end of [1, 100, 101, 700, tail.length]) {
        const newer = tail.filter(({ sequence }) => sequence > (former?.through ?? 0) && sequence <= end)
        const base = former && { ...former.snapshot, through: former.through }
        former = compactDocument(base, newer)
        expect(former.through).toBe(end)
        expect(former.rejected).toEqual([])
        expect(contentOf([former.snapshot.update])).toEqual(contentOf(updatesOf(tail.slice(0, end))))
      }
      expect(contentOf([former?.snapshot.update as Uint8Array])).toEqual(all)
    })
  }

  it('[CO1] the snapshot loads and encodes to the very same bytes', () => {
    const { snapshot } = compactDocument(undefined, randomTail(9, 800))
    const doc = new Y.Doc()
    Y.applyUpdate(doc, snapshot.update)
    expect(Buffer.compare(Y.encodeStateAsUpdate(doc), snapshot.update)).toBe(0)
    expect(Y.encodeStateVector(doc)).toEqual(snapshot.stateVector)
  })

  it('[CO2] the deletions alone bring a peer up to date that lacks nothing else', () => {
    const doc = new Y.Doc()
    const tail: TailUpdate[] = []
    doc.on('update', (update: Uint8Array) => tail.push({ sequence: tail.length + 1, update }))
    doc.getText('text').insert(0, 'hello world')
    const peer = withoutDeletions(tail[0]?.update as Uint8Array)
    doc.getText('text').delete(0, 6)
    const { snapshot } = compactDocument(undefined, tail)
    expect(Y.encodeStateVector(peer)).toEqual(snapshot.stateVector)
    expect(peer.getText('text').toString()).toBe('hello world')
    Y.applyUpdate(peer, snapshot.deletions)
    expect(peer.getText('text').toString()).toBe('world')
    expect(snapshot.deletions.length).toBeLessThan(snapshot.update.length)
  })

  it('[CO1] of nothing it makes an empty document, of a snapshot alone the same snapshot', () => {
    expect(compactDocument(undefined, [])).toMatchObject({ through: 0, rejected: [] })
    const { snapshot } = compactDocument(undefined, randomTail(3, 300))
    const again = compactDocument({ ...snapshot, through: 300 }, [])
    expect(again).toEqual({ snapshot, through: 300, rejected: [] })
  })

  it('[CO3] an update that cannot be applied is left out with every part of it; the rest is whole', () => {
    const tail = randomTail(4, 600)
    const good = contentOf(updatesOf(tail))
    const broken = [
      Uint8Array.of(1, 2, 3),
      new Uint8Array(),
      // Genuine, of another client, but for its last byte: its text is in the document by the time it throws.
      (randomTail(11, 1)[0] as TailUpdate).update.slice(0, -1),
    ]
    const spoilt = withInserted(withInserted(tail, 500, ...broken), 7, ...broken)
    const compacted = compactDocument(undefined, spoilt)
    expect(rejectedIn(compacted)).toEqual([8, 9, 10, 504, 505, 506])
    expect(contentOf([compacted.snapshot.update])).toEqual(good)
    expect(compacted.through).toBe(spoilt.length)
    expect(compacted.snapshot).toEqual(compactDocument(undefined, tail).snapshot)
  })

  it('[CO4] an update that needs what is not there is left out, and so is what needs it', () => {
    const tail = randomTail(5, 200)
    const first = tail[0] as TailUpdate
    const author = new Y.Doc()
    const chain: Uint8Array[] = []
    author.on('update', (update: Uint8Array) => chain.push(update))
    for (const word of ['one', 'two', 'three']) author.getText('text').insert(0, word)
    // The first of the chain is lost; the second needs it, the third needs the second.
    const spoilt = withInserted(tail, 50, orphan(5), ...chain.slice(1))
    const compacted = compactDocument(undefined, spoilt)
    expect(rejectedIn(compacted)).toEqual([51, 52, 53])
    expect(compacted.snapshot).toEqual(compactDocument(undefined, tail).snapshot)
    expect(rejectedIn(compactDocument(undefined, tail.slice(1)))).toContain(
      tail.find(({ sequence, update }) => sequence > 1 && clientOf(update) === clientOf(first.update))?.sequence,
    )
  })

  it('[CO4] a deletion of what is not there is left out', () => {
    const tail = randomTail(6, 100)
    // no structs; of client 9999 one character from clock 0 on deleted
    const compacted = compactDocument(undefined, withInserted(tail, 10, Uint8Array.of(0, 1, 0x8f, 0x4e, 1, 0, 1)))
    expect(rejectedIn(compacted)).toEqual([11])
    expect(compacted.snapshot).toEqual(compactDocument(undefined, tail).snapshot)
  })

  it('[CO4] an update that comes before what it needs is kept', () => {
    const [one, two, ...rest] = typedTail(10)
    const swapped = withInserted(rest, 0, two?.update as Uint8Array, one?.update as Uint8Array)
    const compacted = compactDocument(undefined, swapped)
    expect(compacted.rejected).toEqual([])
    expect(contentOf([compacted.snapshot.update])).toEqual(contentOf(updatesOf(swapped)))
  })

  it('[CO5] an update that applies but makes the document impossible to load is found and left out', () => {
    const tail = randomTail(7, 700)
    const good = contentOf(updatesOf(tail))
    const compacted = compactDocument(undefined, withInserted(tail, 333, zeroLengthStruct))
    expect(rejectedIn(compacted)).toEqual([334])
    expect(contentOf([compacted.snapshot.update])).toEqual(good)
  })

  it('[CO6] on a snapshot that does not load nothing is built', () => {
    const { snapshot } = compactDocument(undefined, randomTail(8, 300))
    const spoilt = [snapshot.update.slice(0, -5), Uint8Array.of(9, 9, 9), orphan(5)]
    for (const update of spoilt) {
      expect(() => compactDocument({ ...snapshot, update, through: 3 }, [])).toThrowError(
        expect.objectContaining({ code: 'unreadable-snapshot' }),
      )
    }
  })

  it('[CO1] what it was given is not changed', () => {
    const tail = randomTail(10, 200)
    const copies = tail.map(({ update }) => Buffer.from(update))
    compactDocument(undefined, withInserted(tail, 3, zeroLengthStruct))
    expect(tail.map(({ update }) => Buffer.from(update))).toEqual(copies)
  })
})

/** The one client that a small update is of. */
const clientOf = (update: Uint8Array): number | undefined => [...Y.parseUpdateMeta(update).to.keys()][0]
