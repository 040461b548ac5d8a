/**
 * Who is here, and where their caret stands: the awareness states of one room.
 *
 * Owns: which connection a client id belongs to, the latest state of each, and what the others have
 * not been told yet.
 * Does not own: what a state contains, when it is sent (room.ts).
 * Always holds:
 *  - a client id belongs to the connection that brought it; only that one changes or removes it;
 *  - what a connection merely echoes (y-websocket clients pass on all they hear) changes nothing;
 *  - a connection that is gone leaves no state behind;
 *  - the others are told of no more states of a connection than its rate allows, and always of the latest.
 */
import { type AwarenessEntry, encodeAwarenessEntry, joinAwarenessEntries } from '@cowrite/protocol'
import { PresenceAllowances } from './presence-allowances.js'

/** What presence needs of a connection: its identity, and a way to find out whether it still lives. */
export interface PresenceOwner {
  /** Asks for a sign of life at once; one that gives none is dropped. */
  probe(): void
}

interface Present<Owner> {
  owner: Owner
  clock: number
  state: string
  /** The entry as bytes, made when somebody is told: a thousand who come at once are told of each other a million times. */
  encoded: Uint8Array | undefined
}

/** Client ids that one connection may own; a browser tab has one, a bot may have a few. */
export const MAX_PRESENCE_IDS_PER_CONNECTION = 16

/** How long an owner of a disputed client id may take to show that it lives, in milliseconds. */
export const PROBE_MS = 2_000

/**
 * How long the last clock of an id that left is remembered, in milliseconds: as long as y-protocols
 * clients may go on echoing it (their outdated timeout is 30 s).
 */
const REMEMBER_LEFT_MS = 35_000

export class Presence<Owner extends PresenceOwner = PresenceOwner> {
  readonly #present = new Map<number, Present<Owner>>()
  readonly #owned = new Map<Owner, Set<number>>()
  /** Ids that left: the clock they left with, and when. In order of leaving. */
  readonly #left = new Map<number, { clock: number; at: number }>()
  /** Claims to ids whose owner has yet to prove that it lives. */
  readonly #claims = new Map<number, { claimant: Owner; entry: AwarenessEntry; at: number }>()
  /** Ids that changed since the last frame. */
  readonly #changed = new Set<number>()
  /** Ids that changed more often than their connection may: they are told later. */
  readonly #late = new Map<number, Owner>()
  readonly #allowances: PresenceAllowances<Owner>

  /** `everybody` until the others are told of what changed since. */
  #everybody: Uint8Array | undefined
  /** Clock by which leaving is remembered, in milliseconds. */
  readonly #now: () => number

  /** @param maxPerSecond states of one connection that the others are told of for ever, in a second */
  constructor(now: () => number, maxPerSecond: number) {
    this.#now = now
    this.#allowances = new PresenceAllowances(now, maxPerSecond)
  }

  get size(): number {
    return this.#present.size
  }

  /** The connection to which this client id belongs. */
  ownerOf(client: number): Owner | undefined {
    return this.#present.get(client)?.owner
  }

  /**
   * Takes in what a connection says; whatever is not its own to say is passed over.
   * @param firstWords it cannot have heard anything here yet, so this is no echo
   * @returns whether it says something else of itself than before: stock clients repeat themselves
   */
  receive(owner: Owner, entries: readonly AwarenessEntry[], firstWords: boolean): boolean {
    let moved = false
    for (const entry of entries) {
      const before = this.#present.get(entry.client)
      this.#receiveOne(owner, entry, firstWords)
      const after = this.#present.get(entry.client)
      moved ||= after?.owner === owner && after.state !== before?.state
    }
    return moved
  }

  #receiveOne(owner: Owner, entry: AwarenessEntry, firstWords: boolean): void {
    const present = this.#present.get(entry.client)
    if (present === undefined) {
      if (entry.state !== undefined && this.#mayClaim(owner, entry, firstWords)) this.#set(owner, entry)
      return
    }
    if (present.owner === owner) {
      if (entry.state === undefined && entry.clock >= present.clock) {
        this.#remove(entry.client, entry.clock)
        this.#tell(owner, entry.client, 0)
      } else if (entry.clock > present.clock) this.#set(owner, entry)
      return
    }
    if (entry.state === undefined || (entry.clock <= present.clock && !firstWords)) return
    // The same client came back while its old connection is only half dead (a Wi-Fi switch), or somebody
    // wants another's caret. The owner decides it by being alive.
    this.#claims.set(entry.client, { claimant: owner, entry, at: this.#now() })
    present.owner.probe()
  }

  /**
   * An id that nobody owns is free, but for echoes of somebody who just left: those carry a clock that
   * was seen. A client that returns with the clock it left with tells it in its first words, before
   * it can have heard anything to echo.
   */
  #mayClaim(owner: Owner, entry: AwarenessEntry, firstWords: boolean): boolean {
    if ((this.#owned.get(owner)?.size ?? 0) >= MAX_PRESENCE_IDS_PER_CONNECTION) return false
    // Of each id is remembered for a while that it left.
    if (!this.#allowances.mayShow(owner)) return false
    const left = this.#left.get(entry.client)
    return left === undefined || firstWords || entry.clock > left.clock
  }

  #set(owner: Owner, entry: AwarenessEntry): void {
    if (entry.state === undefined) return
    this.#present.set(entry.client, { owner, clock: entry.clock, state: entry.state, encoded: undefined })
    this.#left.delete(entry.client)
    this.#tell(owner, entry.client, entry.state.length)
    const ids = this.#owned.get(owner)
    if (ids) ids.add(entry.client)
    else this.#owned.set(owner, new Set([entry.client]))
  }

  #remove(client: number, clock: number): void {
    const present = this.#present.get(client)
    if (present === undefined) return
    this.#present.delete(client)
    this.#owned.get(present.owner)?.delete(client)
    this.#left.delete(client)
    this.#left.set(client, { clock: Math.max(clock, present.clock), at: this.#now() })
    this.#forgetOld()
  }

  /**
   * A connection is gone: so are its states. Ids that somebody living has claimed pass on, unless the
   * owner outlived the claim: then it was alive, and the claim void.
   */
  release(owner: Owner): void {
    for (const [client, claim] of this.#claims) if (claim.claimant === owner) this.#claims.delete(client)
    for (const client of this.#owned.get(owner) ?? []) {
      const claim = this.#claims.get(client)
      this.#claims.delete(client)
      this.#remove(client, 0)
      // Whoever is gone is shown no longer, however often it spoke.
      this.#changed.add(client)
      if (claim && this.#now() - claim.at <= PROBE_MS) this.#set(claim.claimant, claim.entry)
    }
    // What it took back itself, and nobody has been told yet.
    for (const [client, late] of this.#late) {
      if (late !== owner) continue
      this.#changed.add(client)
      this.#late.delete(client)
    }
    this.#owned.delete(owner)
    this.#allowances.forget(owner)
  }

  #tell(owner: Owner, client: number, length: number): void {
    // What is told anyway costs nothing more.
    if (this.#changed.has(client)) return
    if (this.#allowances.pay(owner, length)) {
      this.#changed.add(client)
      this.#late.delete(client)
    } else {
      this.#late.set(client, owner)
    }
  }

  /** Whether somebody may be told of something only later. */
  get hasLate(): boolean {
    return this.#late.size > 0
  }

  /** Whatever may be told by now is. */
  bringLate(): void {
    for (const [client, owner] of [...this.#late]) this.#tell(owner, client, this.#present.get(client)?.state.length ?? 0)
  }

  #forgetOld(): void {
    const horizon = this.#now() - REMEMBER_LEFT_MS
    for (const [client, { at }] of this.#left) {
      if (at > horizon) break
      this.#left.delete(client)
    }
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0
  }

  /** What the others have not been told yet, as one awareness payload; undefined when nothing. */
  takeChanges(): Uint8Array | undefined {
    if (this.#changed.size === 0) return undefined
    const entries = [...this.#changed].map((client) => this.#encoded(client))
    this.#changed.clear()
    this.#everybody = undefined
    return joinAwarenessEntries(entries)
  }

  /**
   * Everybody who is here, as one awareness payload; undefined when nobody is. The same bytes until `takeChanges`: of
   * what changed meanwhile whoever gets them is told by that, and a thousand who come at once get one frame.
   */
  everybody(): Uint8Array | undefined {
    if (this.#present.size === 0) return undefined
    return (this.#everybody ??= joinAwarenessEntries([...this.#present.keys()].map((client) => this.#encoded(client))))
  }

  /** Everybody who is here and who left lately, for one who may have missed that. */
  everybodyAndWhoLeft(): Uint8Array {
    return joinAwarenessEntries([...this.#present.keys(), ...this.#left.keys()].map((client) => this.#encoded(client)))
  }

  /**
   * Somebody who left is told with the clock they had, not the next one: y-protocols takes a removal
   * with an equal clock, and the client, should it live, can then show itself again with its next clock.
   */
  #encoded(client: number): Uint8Array {
    const present = this.#present.get(client)
    if (present) return (present.encoded ??= encodeAwarenessEntry({ client, clock: present.clock, state: present.state }))
    return encodeAwarenessEntry({ client, clock: this.#left.get(client)?.clock ?? 0, state: undefined })
  }
}
