/**
 * What one connection may do, and telling its client.
 *
 * Owns: the access as it is now, and in which words the client hears of it.
 * Does not own: when it changes (live.ts), what it is worth (access.ts).
 * Always holds: a client that does not speak Cowrite's extensions is sent what y-protocols knows, and
 * nothing else; what is told of a person is what the client's own token says, and never the token.
 */
import { type AccessNotice, type AwarenessEntry, encodeAccess, isAtLeast, REFUSALS } from '@cowrite/protocol'
import type { Clock } from '../clock.js'
import type { Codec } from '../codec.js'
import type { Outbox } from '../outbox.js'
import { type Access, mayWrite, NO_ACCESS } from './access.js'
import { stampPresence } from './presence-stamp.js'

export interface ToldAccessOptions {
  readonly codec: Codec
  readonly clock: Clock
  /** Where it is known from the start; otherwise it is nothing until it is set. */
  readonly access?: Access
  /** Whether the client named a document schema that is none of this server's: then it may read at most. */
  readonly isSchemaForeign?: boolean
  /** Whether the client speaks Cowrite's extensions; it may show so later. */
  readonly speaksCowrite?: boolean
  /** Whether who may only read may show a caret; default yes. */
  readonly readerCarets?: boolean
}

export class ToldAccess {
  readonly #options: ToldAccessOptions
  readonly #outbox: Pick<Outbox, 'answer'>
  #access: Access
  #speaksCowrite: boolean

  /** @param outbox of the client, who is told at the last moment what holds by then */
  constructor(options: ToldAccessOptions, outbox: Pick<Outbox, 'answer'>) {
    this.#options = options
    this.#outbox = outbox
    this.#access = options.access ?? NO_ACCESS
    // Only Cowrite's own clients name a schema.
    this.#speaksCowrite = options.speaksCowrite || options.isSchemaForeign || false
  }

  /** Who writes here. Whoever may only read writes nothing, and keeps nobody from it by a caret under another's id. */
  get author(): string | undefined {
    return this.mayWrite ? this.#access.identity?.id : undefined
  }

  /** Who this is, whatever the role. */
  get user(): string | undefined {
    return this.#access.identity?.id
  }

  get mayWrite(): boolean {
    return mayWrite(this.#access) && !this.#options.isSchemaForeign
  }

  /** Whether this client shows no caret. */
  get isHidden(): boolean {
    return this.#options.readerCarets === false && !this.mayWrite
  }

  set(access: Access): void {
    this.#access = access
  }

  /** The client has shown that it understands. */
  understood(): void {
    this.#speaksCowrite = true
  }

  /** Tells the client what it may do, if it understands that. */
  tell(more: Partial<Pick<AccessNotice, 'denied' | 'refused' | 'because' | 'role'>> = {}): void {
    if (!this.#speaksCowrite) return
    const notice = { ...noticeOf(this.#access, this.#options.clock.date()), ...this.#limits(), ...more }
    this.#outbox.answer({ make: () => [encodeAccess(notice)] })
  }

  /** An editor that does not know everything in the document could delete what it does not know, just by opening it. */
  #limits(): Pick<AccessNotice, 'because'> & { role?: AccessNotice['role'] } {
    if (!this.#options.isSchemaForeign || !isAtLeast(this.#access.role, 'comment')) return {}
    return { role: 'read', because: 'schema-outdated' }
  }

  /** A change was refused, since this client may only read, or nobody may do more in a document that is full. */
  tellDenied(code: 'read-only' | 'document-full'): void {
    if (!this.#speaksCowrite) this.#outbox.answer({ make: () => [this.#options.codec.denied(REFUSALS[code].text)] })
    else if (code === 'read-only') this.tell({ denied: true })
    else this.tell({ denied: true, role: 'read', because: code })
  }

  /** What of this the client may show of itself, under the name that is its own. */
  shown(entries: readonly AwarenessEntry[]): readonly AwarenessEntry[] {
    const { identity } = this.#access
    const said = this.isHidden ? entries.filter(({ state }) => state === undefined) : entries
    return identity ? stampPresence(said, identity) : said
  }
}

/** @param now milliseconds since 1970 */
function noticeOf({ role, identity }: Access, now: number): AccessNotice {
  if (!identity) return { role }
  const { id, name, color, avatar, expiresAt } = identity
  const user = { id, ...(name !== undefined && { name }), ...(color !== undefined && { color }), ...(avatar !== undefined && { avatar }) }
  return { role, user, expiresIn: Math.max(0, expiresAt - now) }
}
