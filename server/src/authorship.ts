/**
 * Who writes under which Yjs client id in one room.
 *
 * Owns: the ids under which somebody here writes, and whose changes are not theirs to make.
 * Does not own: what an update brings (document-state.ts), what becomes of a foreign one (contributions.ts).
 * Always holds:
 *  - an id belongs to the user who first wrote live under it, or shows a caret with it;
 *  - a live update brings nothing under somebody else's id;
 *  - nor does a step 2 while a connection is here that writes under that id: then nobody else can know
 *    more of it than the server. Of somebody who is not here it may bring what the server lacks, as after
 *    a fail-over.
 * Otherwise twenty bytes under another's id would make their unsent work count as known, and be ignored
 * for ever. Where nobody logs in all are the same user, and nothing is foreign.
 */
import type { UpdateSummary } from '@cowrite/protocol'

/** Which connection brings an update, and how. */
export interface Bringer<Member> {
  readonly member: Member
  /** Typed now, rather than the answer to what the server lacks. */
  readonly isLive: boolean
}

interface Writer<Member> {
  readonly author: string
  /** The connection that writes under it; undefined when that has left. */
  member: Member | undefined
}

export class Authorship<Member extends { readonly author: string | undefined; probe(): void }> {
  readonly #writers = new Map<number, Writer<Member>>()
  /** Under which ids each connection writes. */
  readonly #idsOf = new Map<Member, Set<number>>()
  readonly #presenceOwner: (client: number) => Member | undefined

  /** @param presenceOwner whose caret this client id shows, if anyone's */
  constructor(presenceOwner: (client: number) => Member | undefined) {
    this.#presenceOwner = presenceOwner
  }

  /**
   * Whether an update writes under an id that is somebody else's. Owners who are here are asked for a sign of life:
   * they bring the same themselves, or are half dead and keep others from it.
   * @param summary what of it is new
   */
  isForeign({ structs }: UpdateSummary, { member, isLive }: Bringer<Member>): boolean {
    const { author } = member
    if (author === undefined) return false
    let isForeign = false
    for (const { client } of structs) {
      const writer = this.#writers.get(client)
      const present = writer ? writer.member : this.#presenceOwner(client)
      const owner = writer?.author ?? present?.author
      if (owner === undefined || owner === author || (!isLive && present === undefined)) continue
      isForeign = true
      present?.probe()
    }
    return isForeign
  }

  /**
   * Whether this user may show a caret under this id. Under one that somebody wrote under only that user may, also
   * while they are away: a caret there with a clock beyond all others would make theirs count as old, for ever.
   */
  mayShow(client: number, user: string | undefined): boolean {
    const writer = this.#writers.get(client)
    return writer === undefined || writer.author === user
  }

  /** Takes note of who wrote this live. */
  wrote({ structs }: UpdateSummary, { member, isLive }: Bringer<Member>): void {
    const { author } = member
    if (!isLive || author === undefined) return
    for (const { client } of structs) {
      const writer = this.#writers.get(client)
      if (writer?.member === member || (writer && writer.author !== author)) continue
      this.#writers.set(client, { author, member })
      const ids = this.#idsOf.get(member)
      if (ids) ids.add(client)
      else this.#idsOf.set(member, new Set([client]))
    }
  }

  /** A connection has left; what it wrote under stays its user's. */
  left(member: Member): void {
    for (const id of this.#idsOf.get(member) ?? []) {
      const writer = this.#writers.get(id)
      if (writer?.member === member) writer.member = undefined
    }
    this.#idsOf.delete(member)
  }
}
