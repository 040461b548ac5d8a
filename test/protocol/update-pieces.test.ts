/**
 * Joining and cutting updates as bytes, against what Yjs makes of the same updates.
 */
import { describe, expect, it } from 'vitest'
import { decodeStateVector, DeleteSet, type InspectedUpdate, inspectUpdate, joinPieces, joinUpdates, MARK_EVERY, piecesFor, structsOf } from '@cowrite/protocol'
import * as Y from 'yjs'
import { firstSeed, type Random, randomFrom, runCount } from './random.js'

const inspected = (bytes: Uint8Array): InspectedUpdate => ({ bytes, summary: inspectUpdate(bytes) })

/** What several people write into one document one after the other: the updates, each as it came. */
function session(random: Random, edits: number): Uint8Array[] {
  const log: Uint8Array[] = []
  const people = Array.from({ length: 1 + random.int(5) }, () => {
    const doc = new Y.Doc()
    doc.clientID = 1 + random.int(2 ** 32 - 1)
    return doc
  })
  for (let i = 0; i < edits; i++) {
    const doc = random.pick(people)
    for (const update of log) Y.applyUpdate(doc, update)
    const before = Y.encodeStateVector(doc)
    doc.transact(() => {
      const text = doc.getText(random.pick(['t', 'u']))
      if (text.length > 3 && random.chance(0.3)) text.delete(random.int(text.length - 2), 1 + random.int(2))
      else text.insert(random.int(text.length + 1), random.pick(['a', 'é', '😀', 'some words ', 'x'.repeat(100)]))
    })
    log.push(Y.encodeStateAsUpdate(doc, before))
  }
  // A difference names all deletions again; the log of a room holds each once.
  const seen = new DeleteSet()
  return log.map((update) => {
    const { deletions, structsEnd } = inspectUpdate(update)
    const fresh = seen.subtract(deletions)
    for (const { client, clock, end } of fresh) seen.add(client, clock, end - clock)
    const set = DeleteSet.of(fresh).encode()
    const bytes = new Uint8Array(structsEnd + set.length)
    bytes.set(update.subarray(0, structsEnd))
    bytes.set(set, structsEnd)
    return bytes
  })
}

const docOf = (...updates: Uint8Array[]): Y.Doc => {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc
}
const encoded = (doc: Y.Doc): string => Buffer.from(Y.encodeStateAsUpdate(doc)).toString('hex')

describe('updates as pieces', () => {
  const first = firstSeed()
  const runs = runCount(60)

  it(`[UP30] updates that follow on each other are joined to one canonical update of the same document (${runs} runs from seed ${first})`, () => {
    for (let seed = first; seed < first + runs; seed++) {
      const random = randomFrom(seed)
      const log = session(random, 2 + random.int(40))
      const joined = joinUpdates(log.map(inspected))
      if (!joined) throw new Error(`seed ${seed}: not joined`)
      const summary = inspectUpdate(joined)
      expect(summary.deletions, `seed ${seed}`).toEqual(inspectUpdate(Y.mergeUpdates(log)).deletions)
      expect(encoded(docOf(joined)), `seed ${seed}`).toBe(encoded(docOf(...log)))
    }
  })

  it(`[UP31] a peer is sent the structs that it lacks, and at most ${MARK_EVERY} of each client that it has (${runs} runs from seed ${first})`, () => {
    for (let seed = first; seed < first + runs; seed++) {
      const random = randomFrom(seed)
      const log = session(random, 20 + random.int(100))
      const marks: number[] = []
      const whole = joinUpdates(log.map(inspected)) as Uint8Array
      const structs = structsOf(whole, marks)
      const summary = inspectUpdate(whole)
      expect(structs, `seed ${seed}`).toEqual(summary.structs)
      const peer = docOf(...log.slice(0, random.int(log.length)))
      const vector = decodeStateVector(Y.encodeStateVector(peer))
      const pieces = piecesFor(whole, structs, vector, marks)
      for (const piece of pieces) {
        const isWhole = summary.structs.some(({ client, clock }) => client === piece.client && clock === piece.clock)
        const lacking = Y.decodeUpdate(Y.diffUpdate(whole, Y.encodeStateVector(peer))).structs.filter(({ id }) => id.client === piece.client).length
        if (!isWhole) expect(piece.count, `seed ${seed}`).toBeLessThanOrEqual(lacking + MARK_EVERY)
      }
      const update = joinPieces(pieces, whole.subarray(summary.structsEnd)) as Uint8Array
      inspectUpdate(update)
      Y.applyUpdate(peer, update)
      expect(encoded(peer), `seed ${seed}`).toBe(encoded(docOf(whole)))
    }
  })

  it('[UP30] what does not follow on is not joined', () => {
    const [one, two, three] = session(randomFrom(5), 3).map(inspected) as [InspectedUpdate, InspectedUpdate, InspectedUpdate]
    const alone = (text: string, clock: number): InspectedUpdate => {
      const doc = new Y.Doc()
      doc.clientID = 9
      doc.getText('t').insert(0, 'x'.repeat(clock))
      const vector = Y.encodeStateVector(doc)
      doc.getText('t').insert(clock, text)
      return inspected(Y.encodeStateAsUpdate(doc, clock === 0 ? undefined : vector))
    }
    expect(joinUpdates([alone('a', 0), alone('c', 2)])).toBeUndefined()
    expect(joinUpdates([alone('ab', 0), alone('b', 1)])).toBeUndefined()
    expect(joinUpdates([alone('a', 0), alone('b', 1)])).toBeDefined()
    expect(joinUpdates([one, two, three])).toBeDefined()
    expect(joinUpdates([one])).toBe(one.bytes)
    expect(joinUpdates([])).toEqual(new Uint8Array([0, 0]))
  })
})
