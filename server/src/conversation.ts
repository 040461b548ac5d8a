/**
 * What one client says in a room, and what it is answered.
 *
 * Owns: the meaning of each message, and what must come before an answer.
 * Does not own: when frames arrive and how the connection ends (connection.ts), when answers go out (outbox.ts),
 * what updates come to (contributions.ts), what the client lost (comparison.ts), what it may do (access/), the document (room.ts).
 * Always holds: a client that shows that its copy is of another lineage is refused before anything of
 * it is taken in.
 */
import { decodeAwareness, decodeStateVector, isSameDigest, type StateVector } from '@cowrite/protocol'
import type { ToldAccess } from './access/told-access.js'
import type { Clock } from './clock.js'
import type { Codec } from './codec.js'
import { Comparison } from './comparison.js'
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
  /** Asks for a sign of life. */
  readonly ping: () => void
}

export class Conversation {
  readonly #options: ConversationOptions
  readonly #contributions: Contributions
  /** Undefined once the client has shown that it compares by itself. */
  #comparison: Comparison | undefined
  #wantsEpoch = false
  /** Frames are answered in order, so before its answer to the room's step 1 the client has heard of nobody here. */
  #answeredStep1 = false

  constructor(options: ConversationOptions) {
    this.#options = options
    const { room, member, codec, access, clock, outbox, log, id, ping } = options
    this.#comparison = new Comparison({ codec, ping, clock, outbox, joined: room.marks.point() })
    this.#contributions = new Contributions({ room, member, outbox, access, clock, log, id, ping, onAsked: () => this.#comparison?.asked() })
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
        this.#answeredStep1 = true
        this.#hearStep2(message.update)
        return
      case 'update':
        this.#comparison?.stirred()
        this.#contributions.take(message.update, message.type)
        return
      case 'awareness': {
        const hasMoved = room.receivePresence(member, access.user, access.shown(decodeAwareness(message.update)), !this.#answeredStep1)
        if (hasMoved) this.#comparison?.stirred()
        return
      }
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
        return
      case 'digest':
        this.#hearDigest(message.digest)
        return
      case 'differs':
        this.#driftedApart('by itself')
        this.#contributions.askForMissing()
    }
  }

  /**
   * Looks whether anything was lost on the way. To be called every few seconds.
   * @param lastHeard when anything last came from the client, in milliseconds by the clock
   * @param mustSend whether something has to be sent anyway
   * @returns whether there is nothing to look for until something is sent or heard, or has to be sent
   */
  look(lastHeard: number, mustSend: boolean): boolean {
    const { room } = this.#options
    if (!this.#contributions.isAsking) return this.#comparison?.look(room.state, room.marks, lastHeard, mustSend) ?? true
    this.#contributions.look(lastHeard)
    return false
  }

  /** The document was written for the first time. */
  documentStored(): void {
    if (this.#wantsEpoch) this.#answerEpoch()
  }

  #answerStep1(stateVector: Uint8Array): void {
    const { room, member } = this.#options
    const peer = decodeStateVector(stateVector)
    // Neither is it sent anything of what took the place of its copy.
    if (room.state.former.areHeldBy(peer)) throw new Refused('outdated', 'holds content of a former lineage')
    room.recognize(member)
    this.#sendStep2(peer)
  }

  #sendStep2(peer: StateVector): void {
    const { room, codec, outbox, whenFetched } = this.#options
    outbox.answer({
      fetch: (ready) => room.answers.fetch(peer, whenFetched(ready)),
      make: () => room.answers.step2(codec, peer),
    })
  }

  #hearStep2(update: Uint8Array): void {
    const { room, access } = this.#options
    const wasAsked = this.#comparison?.isAsking === true
    const held = this.#comparison?.answered(room.state, update)
    if (held) {
      this.#driftedApart('asked')
      this.#sendStep2(held)
    }
    // What it may not write it was told before; asked only for what it has, it is not told again.
    if (!wasAsked || access.mayWrite) this.#contributions.take(update, 'step2')
  }

  #hearDigest(digest: Uint8Array): void {
    const { room, codec } = this.#options
    this.#comparison = undefined
    // Behind everything committed until then, so that the client can tell what was on its way from what was lost.
    if (!isSameDigest(digest, room.state.digest())) this.#answer(() => codec.digest(room.state.digest()))
  }

  #driftedApart(found: 'asked' | 'by itself'): void {
    const { room, id, log } = this.#options
    log.info({ room: room.name, connection: id, found }, 'a client had drifted apart')
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
