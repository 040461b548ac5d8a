/**
 * What a broken network does to whole frames: it drops, doubles and reorders some.
 *
 * Owns: the dice, and a note of what was lost with each frame of the document that was dropped.
 * Does not own: carrying frames (virtual-network.ts).
 * Always holds: the same seed and the same frames give the same faults.
 */
import { MessageType, SyncType } from '@cowrite/protocol'
import * as decoding from 'lib0/decoding'
import type { Random } from '../../protocol/random.js'

export type Direction = 'to server' | 'to client'

/** Something of the document that one side was not told. */
export interface Loss {
  readonly client: number
  readonly direction: Direction
  readonly at: number
  readonly update: Uint8Array
}

export type Fate = 'pass' | 'drop' | 'double' | 'late'

export class FrameFaults {
  /** Share of the frames that are dropped, that are doubled, and that come late; each. */
  share = 0
  readonly losses: Loss[] = []
  readonly counts: Record<Fate, number> = { pass: 0, drop: 0, double: 0, late: 0 }
  readonly #random: Random
  readonly #now: () => number

  constructor(random: Random, now: () => number) {
    this.#random = random
    this.#now = now
  }

  /** What becomes of this frame. */
  fateOf(client: number, direction: Direction, frame: Uint8Array): Fate {
    const fate = this.#draw()
    this.counts[fate]++
    const update = fate === 'drop' ? updateIn(frame) : undefined
    if (update) this.losses.push({ client, direction, at: this.#now(), update })
    return fate
  }

  #draw(): Fate {
    if (this.share === 0) return 'pass'
    for (const fate of ['drop', 'double', 'late'] as const) if (this.#random.chance(this.share)) return fate
    return 'pass'
  }
}

/** The update in a frame of the document, or undefined. */
function updateIn(frame: Uint8Array): Uint8Array | undefined {
  const decoder = decoding.createDecoder(frame)
  if (decoding.readVarUint(decoder) !== MessageType.sync || decoding.readVarUint(decoder) === SyncType.step1) return undefined
  return decoding.readVarUint8Array(decoder).slice()
}
