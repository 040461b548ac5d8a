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
  // The places in the pattern at which the rest of the name may go on, as flags: sets would cost twenty times as much.
  let places = new Uint8Array(parts.length + 1)
  let next = new Uint8Array(parts.length + 1)
  places[0] = 1
  skipStars(parts, places)
  for (const char of name) {
    next.fill(0)
    let isAnywhere = false
    for (const [place, part] of parts.entries()) {
      if (places[place] === 0 || !takes(part, char)) continue
      next[isStar(part) ? place : place + 1] = 1
      isAnywhere = true
    }
    if (!isAnywhere) return false
    skipStars(parts, next)
    ;[places, next] = [next, places]
  }
  return places[parts.length] === 1
}

function partsOf(glob: string): Part[] {
  const parts: Part[] = []
  for (const token of glob.match(/\*+|[^*]/gsu) ?? []) {
    if (token.startsWith('*')) parts.push({ kind: token === '*' ? 'some' : 'all' })
    else parts.push(token === '?' ? { kind: 'one' } : { kind: 'itself', char: token })
  }
  return parts
}

const isStar = ({ kind }: Part): boolean => kind === 'some' || kind === 'all'

function takes(part: Part, char: string): boolean {
  if (part.kind === 'itself') return part.char === char
  return part.kind === 'all' || char !== '/'
}

/** A star may also stand for nothing. */
function skipStars(parts: readonly Part[], places: Uint8Array): void {
  for (const [place, part] of parts.entries()) if (places[place] === 1 && isStar(part)) places[place + 1] = 1
}
