/**
 * Who is in a room, and who of them is sent what.
 *
 * Owns: the members, and which of them have shown what they have.
 * Does not own: what is sent (room.ts), and whether a client keeps up (outbox.ts).
 * Always holds: one frame per dialect, the same bytes for everybody; nothing of the document goes to a member whose
 * copy may still turn out to be of another lineage. It lacks nothing by that: what it has shown is answered with the rest.
 */
import type { Codec } from './codec.js'

/** What is needed of a member here. */
export interface Listener {
  readonly codec: Codec
  /** Sends these messages in one go, or takes note that it is behind. */
  send(messages: readonly Uint8Array[]): void
}

type Encode = (codec: Codec) => Uint8Array[]

export class Audience<Member extends Listener> {
  readonly #members = new Set<Member>()
  /** Members that have to show what they have first. */
  readonly #strangers = new Set<Member>()

  get size(): number {
    return this.#members.size
  }

  get members(): Iterable<Member> {
    return this.#members
  }

  /** @param isStrange whether its copy may be of another lineage, as far as is known */
  joined(member: Member, isStrange: boolean): void {
    this.#members.add(member)
    if (isStrange) this.#strangers.add(member)
  }

  /** This member has shown what it has, and it may have what is here. */
  recognized(member: Member): void {
    this.#strangers.delete(member)
  }

  /** @returns whether it was there */
  left(member: Member): boolean {
    this.#strangers.delete(member)
    return this.#members.delete(member)
  }

  tellPresence(encode: Encode): void {
    tell(this.#members, encode)
  }

  /** @param presence what strangers are sent instead, if anything */
  tellDocument(encode: Encode, presence: Encode | undefined): void {
    const strangers = this.#strangers
    if (strangers.size === 0) return tell(this.#members, encode)
    tell([...this.#members].filter((member) => !strangers.has(member)), encode)
    if (presence) tell(strangers, presence)
  }
}

function tell(members: Iterable<Listener>, encode: Encode): void {
  const encoded = new Map<Codec, Uint8Array[]>()
  for (const member of members) {
    let messages = encoded.get(member.codec)
    if (!messages) encoded.set(member.codec, (messages = encode(member.codec)))
    member.send(messages)
  }
}
