/**
 * Two clients with the same document, of whom one is to lose something. For tests of copies that drift apart.
 *
 * Owns: bringing them there. Does not own: what is lost.
 */
import { Digest } from '@cowrite/protocol'
import { expect } from 'vitest'
import * as Y from 'yjs'
import type { Heard, Peer } from './peer.js'
import type { QueuedSocket } from './queued-socket.js'
import type { World } from './room-world.js'

export const only = (peer: Peer, type: Heard['type']): Heard[] => peer.heard.filter((message) => message.type === type)
export const stateOf = (doc: Y.Doc): string => Buffer.from(Y.encodeSnapshot(Y.snapshot(doc))).toString('hex')

export function digestOf(doc: Y.Doc): Uint8Array {
  const { sv, ds } = Y.snapshot(doc)
  const deleted = [...ds.clients].flatMap(([client, ranges]) => ranges.map(({ clock, len }) => ({ client, clock, end: clock + len })))
  return Digest.of(sv, deleted).bytes()
}

/** Two clients that hold the same document, and the socket of the second. */
export async function pair(world: World): Promise<{ author: Peer; reader: Peer; from: QueuedSocket; to: QueuedSocket }> {
  const [author, reader] = [world.peer(), world.peer()]
  const from = await world.join(author)
  author.type(0, 'once upon a time')
  author.erase(0, 2)
  const to = await world.join(reader)
  await world.pass(1_000)
  expect(reader.reads).toBe('ce upon a time')
  return { author, reader, from, to }
}
