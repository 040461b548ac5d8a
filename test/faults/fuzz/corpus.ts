/**
 * Frames as an attacker, or a broken client, may send them.
 *
 * Owns: recording what real clients send, and frames made of that and of nothing: bits flipped, bytes changed, cut,
 * doubled and joined, numbers inflated, and messages of the right form with a wrong content.
 * Does not own: sending them: any transport may.
 * Always holds: the same seed and the same recording give the same frames; no frame is over 64 KiB.
 */
import { encodeAwareness, encodeDigest, encodeSaved, encodeStep1, encodeStep2, encodeUpdate } from '@cowrite/protocol'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { connect, type Kind, KINDS } from '../../interop/support/clients.js'
import { editAtRandom, undoOf } from '../../property/edits.js'
import type { Random } from '../../protocol/random.js'

const MAX_BYTES = 65_536

/** Clients of every kind edit a document together. @returns what they sent, frame by frame */
export async function recordTraffic(url: string, random: Random, settle: (clients: readonly ReturnType<typeof connect>[]) => Promise<unknown>): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = []
  const send = WebSocket.prototype.send
  WebSocket.prototype.send = function (this: WebSocket, ...args: Parameters<typeof send>) {
    if (args[0] instanceof Uint8Array) frames.push(args[0].slice())
    send.apply(this, args)
  } as typeof send
  try {
    const clients = KINDS.map((kind: Kind) => connect(kind, url, 'recorded'))
    await settle(clients)
    for (const { ydoc, awareness } of clients) {
      const undo = undoOf(ydoc)
      for (let i = 0; i < 40; i++) {
        editAtRandom(ydoc, undo, random)
        if (i % 8 === 0) awareness.setLocalStateField('user', { name: `somebody ${i}`, at: random.int(100) })
      }
    }
    await settle(clients)
    for (const client of clients) client.destroy()
  } finally {
    WebSocket.prototype.send = send
  }
  return frames.filter(({ length }) => length > 0 && length <= MAX_BYTES)
}

export class Frames {
  readonly #recorded: readonly Uint8Array[]
  readonly #random: Random
  #nextClient = 1

  constructor(recorded: readonly Uint8Array[], random: Random) {
    this.#recorded = recorded
    this.#random = random
  }

  next(): Uint8Array {
    const { chance } = this.#random
    // Genuine ones as well: out of their order, and from somebody else.
    if (chance(0.15)) return this.#random.pick(this.#recorded)
    if (chance(0.1)) return this.#bytes(1 + this.#random.int(200))
    if (chance(0.25)) return this.#wellFormed()
    return this.#damaged()
  }

  #damaged(): Uint8Array {
    const random = this.#random
    let frame: Uint8Array = random.pick(this.#recorded).slice()
    for (let times = 1 + random.int(3); times > 0; times--) frame = random.pick(DAMAGE)(frame, random, this.#recorded)
    return frame.subarray(0, MAX_BYTES)
  }

  /** A message of the right form, whose content may be anything. */
  #wellFormed(): Uint8Array {
    const random = this.#random
    const content = random.chance(0.5) ? this.#genuine() : this.#bytes(random.int(100))
    const damaged = random.chance(0.6) && content.length > 0 ? flip(content.slice(), random, []) : content
    return random.pick([encodeUpdate, encodeStep2, encodeStep1, encodeAwareness, encodeSaved, encodeDigest])(damaged)
  }

  /** An update by a client that nobody knows. */
  #genuine(): Uint8Array {
    const doc = new Y.Doc()
    doc.clientID = this.#nextClient++
    const undo = undoOf(doc)
    for (let i = this.#random.int(6); i >= 0; i--) editAtRandom(doc, undo, this.#random)
    return Y.encodeStateAsUpdate(doc)
  }

  #bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#random.int(256))
  }
}

type Damage = (frame: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array

const flip: Damage = (frame, random) => {
  const at = random.int(frame.length)
  frame[at] = (frame[at] ?? 0) ^ (1 << random.int(8))
  return frame
}

const set: Damage = (frame, random) => {
  frame[random.int(frame.length)] = random.pick([0, 1, 2, 0x7f, 0x80, 0xff, random.int(256)])
  return frame
}

const cut: Damage = (frame, random) => frame.slice(0, 1 + random.int(frame.length))

const double: Damage = (frame, random) => {
  const at = random.int(frame.length)
  const part = frame.subarray(at, at + 1 + random.int(20))
  return join(frame.subarray(0, at), part, frame.subarray(at))
}

/** A number of many bytes where there was a small one. */
const inflate: Damage = (frame, random) => {
  const at = random.int(frame.length)
  const huge = Uint8Array.from({ length: 1 + random.int(8) }, (_, i) => (i === 7 ? 0x0f : 0xff))
  return join(frame.subarray(0, at), huge, Uint8Array.of(0x0f), frame.subarray(at + 1))
}

const splice: Damage = (frame, random, others) => {
  const other = random.pick(others)
  return join(frame.subarray(0, random.int(frame.length)), other.subarray(random.int(other.length)))
}

const DAMAGE: readonly Damage[] = [flip, flip, set, cut, double, inflate, splice].map(
  (damage): Damage => (frame, random, others) => (frame.length === 0 ? Uint8Array.of(random.int(256)) : damage(frame, random, others)),
)

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}
