/**
 * Moments of a room, against which clients are compared that cannot compare by themselves.
 *
 * Owns: taking them seldom enough to be shared by all connections, and the step 1 that asks what a client has of one.
 * Does not own: when a client is asked, what its answer shows (comparison.ts).
 * Always holds: a mark never changes, and tells only what was committed and so was sent to everybody.
 */
import { encodeStateVector, type StateVector } from '@cowrite/protocol'
import type { Messages } from './answers.js'
import type { Clock } from './clock.js'
import type { Codec } from './codec.js'
import type { DocumentState } from './document-state.js'

/** Everything committed at a moment. */
export interface Point {
  /** Not to be changed. */
  readonly vector: StateVector
  /** `committedBytes` of the document then. */
  readonly bytes: number
  /** Number of the last committed update. */
  readonly sequence: number
}

/** A moment against which a copy can be held. */
export interface Mark extends Point {
  readonly digest: Uint8Array
}

/** While the document changes a mark serves for so long, in milliseconds. */
const MARK_STAYS_MS = 1_000

interface Latest<T> {
  readonly value: T
  readonly version: number
  readonly at: number
}

export class Marks {
  readonly #state: DocumentState
  readonly #clock: Clock
  #point: Latest<Point> | undefined
  #mark: Latest<Mark> | undefined
  readonly #questions = new WeakMap<Point, Map<Codec, Messages>>()
  readonly #firstQuestions = new WeakMap<Point, Map<Codec, Messages>>()

  constructor(state: DocumentState, clock: Clock) {
    this.#state = state
    this.#clock = clock
  }

  /** A point of the last second. */
  point(): Point {
    if (!this.#serves(this.#point)) this.#point = this.#now(this.#here())
    return this.#point.value
  }

  /** A mark of the last second. */
  mark(): Mark {
    if (!this.#serves(this.#mark)) this.#mark = this.#now({ ...this.#here(), digest: this.#state.digest() })
    return this.#mark.value
  }

  /** Asks a client that has everything of this point for what it has beyond. */
  question(codec: Codec, proven: Point): Messages {
    return once(this.#questions, proven, codec, () => proven.vector)
  }

  /** Asks a client that may have everything of this point for the last clock of each client, and what it has beyond. */
  firstQuestion(codec: Codec, joined: Point): Messages {
    return once(this.#firstQuestions, joined, codec, () => lastClocksOf(joined.vector))
  }

  #here(): Point {
    const { committedBytes: bytes, sequence } = this.#state
    return { vector: this.#state.committedVector(), bytes, sequence }
  }

  #now<T>(value: T): Latest<T> {
    return { value, version: this.#state.version, at: this.#clock.now() }
  }

  #serves<T>(latest: Latest<T> | undefined): latest is Latest<T> {
    return latest !== undefined && (latest.version === this.#state.version || this.#clock.now() - latest.at < MARK_STAYS_MS)
  }
}

/** A state that lacks the last clock of each client: whoever has that clock will send it. */
export function lastClocksOf(vector: ReadonlyMap<number, number>): StateVector {
  return new Map([...vector].map(([client, clock]) => [client, Math.max(0, clock - 1)]))
}

function once(made: WeakMap<Point, Map<Codec, Messages>>, point: Point, codec: Codec, vector: () => ReadonlyMap<number, number>): Messages {
  let byCodec = made.get(point)
  if (!byCodec) made.set(point, (byCodec = new Map()))
  let messages = byCodec.get(codec)
  if (!messages) byCodec.set(codec, (messages = [codec.step1(encodeStateVector(vector()))]))
  return messages
}
