/**
 * Rights that were taken away or changed before the tokens that grant them end.
 *
 * Owns: remembering them, also over a restart, until no token from before can be valid.
 * Does not own: telling open connections (live.ts).
 * Always holds: who holds a token from before the change has the role of the change, and no other; a token
 * from after it counts as it stands.
 */
import type { Role } from '@cowrite/protocol'
import type { Clock } from '../clock.js'
import type { Identity } from './identity.js'

export interface Revocation {
  /** Undefined means all. */
  readonly document?: string | undefined
  readonly user: string
  readonly role: Role
  /** When it was decided, in milliseconds since 1970: tokens issued until then are concerned. */
  readonly at: number
}

/** Where they are kept. */
export interface RevocationRecords {
  /** All that were kept, in any order. */
  load(): Promise<Revocation[]>
  /** Keeps it, instead of the one for the same document and user. */
  keep(revocation: Revocation): Promise<void>
  /** Nobody can be concerned any more. */
  forget(revocation: Revocation): Promise<void>
}

export class Revocations {
  readonly #byPerson = new Map<string, Revocation>()
  readonly #records: RevocationRecords
  readonly #clock: Clock
  readonly #maxTokenAgeMs: number

  constructor(records: RevocationRecords, clock: Clock, maxTokenAgeMs: number) {
    this.#records = records
    this.#clock = clock
    this.#maxTokenAgeMs = maxTokenAgeMs
  }

  /** Takes in what was kept before a restart. */
  async load(): Promise<void> {
    for (const revocation of await this.#records.load()) this.#byPerson.set(keyOf(revocation), revocation)
    await this.#forgetOld()
  }

  /** The role that was set for this person since their token was issued; undefined when none was. */
  roleOf({ id, issuedAt }: Identity, document: string): Role | undefined {
    const here = this.#byPerson.get(keyOf({ document, user: id }))
    const everywhere = this.#byPerson.get(keyOf({ user: id }))
    // What was decided last holds.
    const last = here && everywhere ? (here.at > everywhere.at ? here : everywhere) : (here ?? everywhere)
    return last && issuedAt <= last.at ? last.role : undefined
  }

  /** Whether anything was taken from this person, wherever, since their token was issued. */
  isRestricted({ id, issuedAt }: Identity): boolean {
    return [...this.#byPerson.values()].some(({ user, at, role }) => user === id && issuedAt <= at && role !== 'admin')
  }

  /** Counts at once. Resolves when it is kept. @throws StorageError when it cannot be kept; it counts all the same */
  async add(document: string | undefined, user: string, role: Role): Promise<void> {
    const revocation = { document, user, role, at: this.#clock.date() }
    this.#byPerson.set(keyOf(revocation), revocation)
    await this.#records.keep(revocation)
    await this.#forgetOld()
  }

  async #forgetOld(): Promise<void> {
    const horizon = this.#clock.date() - this.#maxTokenAgeMs
    for (const [key, revocation] of this.#byPerson) {
      if (revocation.at >= horizon) continue
      this.#byPerson.delete(key)
      await this.#records.forget(revocation)
    }
  }
}

const keyOf = ({ document, user }: Pick<Revocation, 'document' | 'user'>): string => JSON.stringify([document ?? null, user])

/** For a server whose documents end with it. */
export const forgottenAtTheEnd: RevocationRecords = {
  load: () => Promise.resolve([]),
  keep: () => Promise.resolve(),
  forget: () => Promise.resolve(),
}
