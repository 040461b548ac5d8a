/**
 * Whose copy of the document this browser keeps.
 *
 * Owns: finding that out: what the app says, else the token's `sub`, else what the server tells of a token that
 * does not show its user.
 * Does not own: tokens (login.ts), the copy itself (unsaved-store.ts).
 * Always holds: nothing is read from this browser's storage, or written there, before it is known for whom; once known it
 * stays. The token is not checked here: a copy is found only by who had the token that it was made with.
 */
import type { CowriteProviderOptions } from './options.js'
import { type DocumentKey, indexValue } from './unsaved-database.js'

export class Owner {
  /** Resolves when it is known for whom; rejects when that will never be. */
  readonly key: Promise<DocumentKey>
  /** Resolves when the key is known, or when it turns out that only the server can tell. */
  readonly settled: Promise<void>
  readonly #place: Pick<DocumentKey, 'server' | 'doc'>
  #known: DocumentKey | undefined
  #resolve: (key: DocumentKey) => void = () => {}
  #reject: (reason: Error) => void = () => {}
  #settle: () => void = () => {}

  constructor(place: Pick<DocumentKey, 'server' | 'doc'>) {
    this.#place = place
    this.key = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.settled = new Promise((resolve) => (this.#settle = resolve))
    this.key.catch(() => undefined)
  }

  get known(): DocumentKey | undefined {
    return this.#known
  }

  /** @param user undefined where nobody logs in */
  is(user: string | undefined): void {
    this.#settle()
    if (this.#known) return
    this.#known = { ...this.#place, ...(user !== undefined && { user }) }
    this.#resolve(this.#known)
  }

  /** The app gave this token. */
  hasToken(token: string): void {
    const user = userOfToken(token)
    if (user === undefined) this.#settle()
    else this.is(user)
  }

  /** Nobody will tell any more. */
  close(): void {
    this.#settle()
    this.#reject(new Error('the provider was destroyed'))
  }
}

/** @param server address of the server, as it is known by */
export function ownerOf({ doc, user, getToken, params }: CowriteProviderOptions, server: string): Owner {
  const owner = new Owner({ server, doc })
  const token = params?.['token']
  if (user !== undefined || (token === undefined && !getToken)) owner.is(user)
  else if (token !== undefined) owner.hasToken(token)
  return owner
}

/** Matches the documents that are kept for this owner, of all documents of the server or of this one. */
export function keptFor(key: DocumentKey, which: 'document' | 'server'): (document: readonly string[]) => boolean {
  const [server, doc, user] = indexValue(key)
  return (document) => document[0] === server && document[2] === user && (which === 'server' || document[1] === doc)
}

/** The `sub` of a JWT, unchecked; undefined when this is none, or says nobody. */
export function userOfToken(token: string): string | undefined {
  try {
    const text = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))
    const claims: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (char) => char.charCodeAt(0))))
    const { sub } = claims as { sub?: unknown }
    return typeof sub === 'string' && sub !== '' ? sub : undefined
  } catch {
    return undefined
  }
}
