/**
 * The token that somebody brings to the page: /d/<name>#token=…
 *
 * Owns: taking it out of the address, and keeping it for reloads of this tab.
 * Does not own: what it is worth (the server), renewing it: an app that can renew embeds the editor.
 * Always holds: a fragment never reaches a server or its log, and after this it stands neither in the address bar
 * nor in what is copied from there.
 */

/** The token for this document; undefined when none was brought. */
export function tokenOfAddress(): string | undefined {
  const key = `cowrite-token:${location.pathname}`
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  try {
    if (token === null) return sessionStorage.getItem(key) ?? undefined
    history.replaceState(history.state, '', location.pathname + location.search)
    sessionStorage.setItem(key, token)
  } catch {
    // A browser that keeps nothing: the token is good until the page is loaded anew.
  }
  return token ?? undefined
}

/** Whose edits are kept under this token: its `sub`, unchecked, since the server checks it. Any other token stands for itself. */
export function userOfToken(token: string): string {
  try {
    const claims: unknown = JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')))
    return String((claims as { sub: unknown }).sub)
  } catch {
    return token
  }
}
