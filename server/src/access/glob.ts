/**
 * Globs over document names.
 *
 * Owns: what `*`, `**` and `?` stand for.
 * Always holds: time grows with the length of the pattern times that of the name, whatever they are:
 * there is no backtracking, and no regular expression made from somebody's text.
 *
 * `*` is any number of characters but `/`, `**` any number of any, `?` one character but `/`; everything
 * else is itself.
 */

type Part = { readonly kind: 'one' | 'some' | 'all' } | { readonly kind: 'itself'; readonly char: string }

/** Whether this name is one that the glob stands for. */
export function globMatches(glob: string, name: string): boolean {
  const parts = partsOf(glob)
  // The places in the pattern at which the rest of the name may go on.
  let places = withSkips(parts, new Set([0]))
  for (const char of name) {
    const next = new Set<number>()
    for (const place of places) {
      const part = parts[place]
      if (part && takes(part, char)) next.add(part.kind === 'some' || part.kind === 'all' ? place : place + 1)
    }
    places = withSkips(parts, next)
    if (places.size === 0) return false
  }
  return places.has(parts.length)
}

function partsOf(glob: string): Part[] {
  const parts: Part[] = []
  for (const token of glob.match(/\*+|[^*]/gsu) ?? []) {
    if (token.startsWith('*')) parts.push({ kind: token === '*' ? 'some' : 'all' })
    else parts.push(token === '?' ? { kind: 'one' } : { kind: 'itself', char: token })
  }
  return parts
}

function takes(part: Part, char: string): boolean {
  if (part.kind === 'itself') return part.char === char
  return part.kind === 'all' || char !== '/'
}

/** A star may also stand for nothing. */
function withSkips(parts: readonly Part[], places: Set<number>): Set<number> {
  for (const place of places) {
    const kind = parts[place]?.kind
    if (kind === 'some' || kind === 'all') places.add(place + 1)
  }
  return places
}
