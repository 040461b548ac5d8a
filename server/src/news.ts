/**
 * What somebody missed who stopped reading for a while.
 *
 * Owns: from when on it counts as missed, and the messages that make up for it.
 * Does not own: who reads and who does not (outbox.ts), what they are made of (answers.ts, presence.ts).
 * Always holds: all who stop reading at about the same time are owed the same, which is then made once.
 */
import type { StateVector } from '@cowrite/protocol'
import type { Codec } from './codec.js'
import type { Answer, News } from './outbox.js'
import type { Room } from './room.js'

/** A class, as there is one for each connection. */
export class NewsOfRoom implements News {
  readonly #room: Room
  readonly #codec: Codec
  readonly #whenFetched: (ready: () => void) => (error?: unknown) => void

  /** @param whenFetched goes on with what had to be fetched; where that failed it ends the connection */
  constructor(room: Room, codec: Codec, whenFetched: (ready: () => void) => (error?: unknown) => void) {
    this.#room = room
    this.#codec = codec
    this.#whenFetched = whenFetched
  }

  position(): StateVector {
    // Somewhat older than needed: see above.
    return this.#room.marks.point().vector
  }

  fetch(position: StateVector, ready: () => void): boolean {
    return this.#room.answers.fetch(position, this.#whenFetched(ready))
  }

  since(position: StateVector): Answer[] {
    const { answers, presence } = this.#room
    return [
      { make: () => answers.news(this.#codec, position) },
      { make: () => [this.#codec.awareness(presence.everybodyAndWhoLeft())] },
    ]
  }
}
