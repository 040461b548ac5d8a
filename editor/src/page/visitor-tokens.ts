/**
 * The tokens of whoever visits the page: the one that the link brought, and those that they bring later.
 *
 * Owns: which one there is now, what of it is kept for reloads of this tab, and who waits for another.
 * Does not own: what a token is worth (the server), asking the visitor (ui/login-panel.ts).
 * Always holds: a token that was given out is not given again by itself: asked once more, the page waits for the
 * visitor, and the provider with it. A fragment never reaches a server or its log, and after this it stands neither in the
 * address bar nor in what is copied from there.
 */
import { userOfToken } from '@cowrite/client'

export class VisitorTokens {
  /** Told when another token is wanted, or no longer. */
  onWanted: () => void = () => {}
  readonly #key = `cowrite-token:${location.pathname}`
  #current: string | undefined
  #isFresh: boolean
  #waiting: ((token: string) => void) | undefined

  /** Takes the token out of the address, else what this tab has kept. */
  constructor() {
    this.#current = this.#take()
    this.#isFresh = this.#current !== undefined
  }

  /** Undefined when none was brought yet. */
  get current(): string | undefined {
    return this.#current
  }

  /** Whether the provider waits for another token. */
  get isWanted(): boolean {
    return this.#waiting !== undefined
  }

  /** For the provider. */
  readonly next = (): string | Promise<string> => {
    if (this.#current !== undefined && this.#isFresh) {
      this.#isFresh = false
      return this.#current
    }
    const token = new Promise<string>((resolve) => (this.#waiting = resolve))
    this.onWanted()
    return token
  }

  /** The visitor brought a token, or wants the one that there is to be tried again. */
  bring(token: string): void {
    // With the login of somebody else the page starts anew: what the one typed is not for the other to send.
    const isOther = this.#current === undefined || userOfToken(this.#current) !== userOfToken(token)
    if (isOther) {
      location.hash = `token=${encodeURIComponent(token)}`
      location.reload()
      return
    }
    this.#current = token
    this.#keep(token)
    const give = this.#waiting
    this.#waiting = undefined
    this.#isFresh = give === undefined
    give?.(token)
    this.onWanted()
  }

  #take(): string | undefined {
    const token = new URLSearchParams(location.hash.slice(1)).get('token')
    try {
      if (token === null) return sessionStorage.getItem(this.#key) ?? undefined
      history.replaceState(history.state, '', location.pathname + location.search)
    } catch {
      // A browser that keeps nothing.
    }
    if (token !== null) this.#keep(token)
    return token ?? undefined
  }

  #keep(token: string): void {
    try {
      sessionStorage.setItem(this.#key, token)
    } catch {
      // A browser that keeps nothing: the token is good until the page is loaded anew.
    }
  }
}

/** The token in what a visitor pasted, the whole link or the token alone; undefined when there is none. */
export function tokenOfText(text: string): string | undefined {
  const [, inLink] = /[#?&]token=([^&\s]+)/.exec(text) ?? []
  try {
    const token = inLink === undefined ? text.trim() : decodeURIComponent(inLink)
    return token === '' || /\s|:\/\//.test(token) ? undefined : token
  } catch {
    return undefined
  }
}
