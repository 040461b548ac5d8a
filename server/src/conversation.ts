/**
 * What one client says in a room, and what it is answered.
 *
 * Owns: the meaning of each message, and what must come before an answer.
 * Does not own: when frames arrive and how the connection ends (connection.ts), when answers go out (outbox.ts),
 * what updates come to (contributions.ts), what the client may do (access/), the document (room.ts).
 * Always holds: a client that shows that its copy is of another lineage is refused before anything of
 * it is taken in.
 */
import { decodeAwareness, decodeStateVector } from '@cowrite/protocol'
import type { ToldAccess } from './access/told-access.js'
import type { Clock } from './clock.js'
import type { Codec } from './codec.js'
import { Contributions } from './contributions.js'
import type { Log } from './log.js'
import type { Outbox } from './outbox.js'
import { Refused } from './refusal.js'
import type { Member, Room } from './room.js'

export interface ConversationOptions {
  /** Of the connection, for the log. */
  readonly id: string
  readonly room: Room
  readonly member: Member
  readonly codec: Codec
  readonly outbox: Outbox
  readonly access: ToldAccess
  readonly clock: Clock
  readonly log: Log
  /** Goes on with what had to be fetched; where that failed it ends the connection. */
  readonly whenFetched: (ready: () => void) => (error?: unknown) => void
  /** The client sent a new token, or an empty one to be told of its rights. */
  readonly hearToken: (token: string) => void
}

export class Conversation {
  readonly #options: ConversationOptions
  readonly #contributions: Contributions
  #wantsEpoch = false
  /** Frames are answered in order, so before its answer to the room's step 1 the client has heard of nobody here. */
  #answeredStep1 = false

  constructor(options: ConversationOptions) {
    this.#options = options
    this.#contributions = new Contributions(options)
  }

  /** The client may write from now on. */
  mayWrite(): void {
    this.#contributions.allowed()
  }

  close(): void {
    this.#contributions.close()
  }

  /** @throws MalformedError, Refused: then the connection is to be closed */
  received(frame: Uint8Array): void {
    const { room, member, codec, access, hearToken } = this.#options
    const message = codec.decode(frame)
    switch (message.type) {
      case 'step1':
        this.#answerStep1(message.stateVector)
        return
      case 'step2':
      case 'update':
        this.#answeredStep1 ||= message.type === 'step2'
        this.#contributions.take(message.update, message.type)
        return
      case 'awareness':
        room.receivePresence(member, access.shown(decodeAwareness(message.update)), !this.#answeredStep1)
        return
      case 'queryAwareness': {
        const everybody = room.presence.everybody()
        if (everybody) this.#answer(() => codec.awareness(everybody))
        return
      }
      case 'epoch':
        this.#hearEpoch(message.epoch)
        return
      case 'seed': {
        const { question } = message
        const taken = access.mayWrite && room.acceptIfEmpty(message.update, access.author)
        this.#whenSaved(() => codec.seeded(question, taken))
        return
      }
      case 'saved':
        // The frame's bytes may be reused once this returns to the transport; the answer may come later.
        this.#contributions.ask(message.payload.slice())
        return
      case 'token':
        access.understood()
        hearToken(message.token)
    }
  }

  /** The document was written for the first time. */
  documentStored(): void {
    if (this.#wantsEpoch) this.#answerEpoch()
  }

  #answerStep1(stateVector: Uint8Array): void {
    const { room, codec, outbox, whenFetched } = this.#options
    const peer = decodeStateVector(stateVector)
    // Neither is it sent anything of what took the place of its copy.
    if (room.state.holdsFormer(peer)) throw new Refused('outdated', 'holds content of a former lineage')
    outbox.answer({
      fetch: (ready) => room.answers.fetch(peer, whenFetched(ready)),
      make: () => room.answers.step2(codec, peer),
    })
  }

  #hearEpoch(epoch: string | undefined): void {
    const { room } = this.#options
    this.#wantsEpoch = true
    if (epoch !== undefined && !room.lineage.continues(epoch, room.state.isEmpty)) {
      throw new Refused('outdated', 'names the epoch of another lineage')
    }
    this.#answerEpoch()
  }

  /** Also while there is none, so that who asks knows that it will be told. */
  #answerEpoch(): void {
    const { room, codec } = this.#options
    this.#answer(() => codec.epoch(room.lineage.isStored ? room.lineage.epoch : ''))
  }

  #answer(make: () => Uint8Array): void {
    this.#options.outbox.answer({ make: () => [make()] })
  }

  /** What never will be saved ends the connection; there is nothing to answer then. */
  #whenSaved(make: () => Uint8Array): void {
    this.#options.room.whenSaved((error) => error ?? this.#answer(make))
  }
}
