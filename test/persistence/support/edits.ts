/**
 * Documents with a past: what several clients wrote at once, as the updates that reach the log.
 *
 * Owns: making them from a seed. Does not own: judging what becomes of them.
 */
import type { TailUpdate } from '@cowrite/persistence'
import { randomOf } from '@cowrite/persistence/contract'
import * as Y from 'yjs'

/** Three clients insert, delete and set, and hear of each other now and then; every update is causal in its place. */
export function randomTail(seed: number, steps: number): TailUpdate[] {
  const random = randomOf(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const tail: TailUpdate[] = []
  const clients = [1, 2, 3].map((id) => {
    const doc = new Y.Doc()
    doc.clientID = seed * 10 + id
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'log') tail.push({ sequence: tail.length + 1, update })
    })
    return { doc, seen: 0 }
  })
  for (let step = 0; step < steps; step++) {
    const client = clients[below(clients.length)] as (typeof clients)[number]
    if (random() < 0.2) {
      for (; client.seen < tail.length; client.seen++) {
        Y.applyUpdate(client.doc, (tail[client.seen] as TailUpdate).update, 'log')
      }
    }
    const text = client.doc.getText('text')
    const dice = random()
    if (dice < 0.6) text.insert(below(text.length + 1), 'abcdefgh'.slice(0, 1 + below(8)))
    else if (dice < 0.8 && text.length > 4) text.delete(below(text.length - 4), 1 + below(4))
    else if (dice < 0.9) client.doc.getMap('map').set(`key ${below(5)}`, { step })
    else client.doc.getArray('array').insert(0, [new Y.Map([['step', step]])])
  }
  return tail
}

/** What people see of it. */
export function contentOf(updates: Iterable<Uint8Array>): unknown {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return [doc.getText('text').toString(), doc.getMap('map').toJSON(), doc.getArray('array').toJSON()]
}

/** One client types one character after the other: a long log of small updates. */
export function typedTail(characters: number): TailUpdate[] {
  const doc = new Y.Doc()
  const text = doc.getText('text')
  const tail: TailUpdate[] = []
  doc.on('update', (update: Uint8Array) => tail.push({ sequence: tail.length + 1, update }))
  for (let at = 0; at < characters; at++) text.insert(at % 7 === 0 ? 0 : at, 'x')
  return tail
}

/** An update of a client never heard of that needs one of its own which nobody has. */
export const orphan = (client: number): Uint8Array =>
  // 1 client, 1 struct, the client (two bytes), clock 1, a string in the root type "a": "x", nothing deleted
  Uint8Array.of(1, 1, 0x80 | (client & 0x7f), (client >> 7) & 0x7f, 1, 4, 1, 1, 0x61, 1, 0x78, 0)

/** Applies without a word; every later load of what it became part of throws. */
export const zeroLengthStruct = Uint8Array.of(1, 1, 7, 0, 0, 0, 0)
