/**
 * Addresses in plain text, in the place of linkifyjs in the built page: that carries all 1,400 top-level domains, 11 kB
 * of the first load, to tell whether `notes.md` is a file or a shop in Moldova.
 *
 * Owns: the four functions that Tiptap's link extension imports, and what counts as an address: one with its scheme,
 * `www.`, a mail address, or a host under one of the domains that people type by hand.
 * Does not own: which addresses may be followed (schema/url.ts, asked by the extension for each).
 * Always holds: the tokens of a text are the text.
 */

export interface FoundLink {
  readonly type: 'url' | 'email' | 'text'
  readonly value: string
  readonly isLink: boolean
  readonly href: string
  readonly start: number
  readonly end: number
}

const HOST = String.raw`(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+`
/** The most used ones, and those of countries of our languages; others are linked when they are written with a scheme. */
const DOMAINS = 'com|org|net|edu|gov|int|info|io|dev|app|ai|me|eu|uk|de|fr|es|it|nl|pl|ch|at|se|no|dk|fi|be|pt|cz|ie|us|ca|mx|br|ar|au|nz|jp|kr|cn|tw|in|za|sa|ae|eg|ma|il|tr|ru|ua'
const REST = String.raw`(?::\d{2,5})?(?:[/?#][^\s<>"'、。「」]*)?`
const ADDRESS = new RegExp([
  String.raw`(?<url>\b(?:https?|ftp):\/\/[^\s<>"'、。「」]+)`,
  String.raw`(?<email>(?:\bmailto:)?[\w.+-]+@${HOST}\p{L}{2,24})`,
  String.raw`(?<host>(?<![\w@.-])(?:www\.${HOST}\p{L}{2,24}|${HOST}(?:${DOMAINS}))(?![\w@-])${REST})`,
].join('|'), 'giu')

/** Signs at its end belong to the sentence, a bracket only where it was not opened inside. */
function trimmed(address: string): string {
  let end = address.length
  for (; end > 0; end--) {
    const last = address[end - 1]!
    if (last === ')' || last === ']') {
      const opens = last === ')' ? '(' : '['
      const inside = address.slice(0, end)
      if (inside.split(opens).length >= inside.split(last).length) break
    } else if (!/[.,;:!?'"…*_~]/.test(last)) break
  }
  return address.slice(0, end)
}

function tokensOf(text: string, protocol: string): FoundLink[] {
  const tokens: FoundLink[] = []
  let done = 0
  const plain = (end: number): void => {
    if (end > done) tokens.push({ type: 'text', value: text.slice(done, end), isLink: false, href: text.slice(done, end), start: done, end })
    done = end
  }
  for (const match of text.matchAll(ADDRESS)) {
    const value = trimmed(match[0])
    if (/^\w+:\/*$/.test(value)) continue
    plain(match.index)
    const { url, email } = match.groups!
    const end = match.index + value.length
    const scheme = url !== undefined || value.startsWith('mailto:') ? '' : email !== undefined ? 'mailto:' : `${protocol}://`
    tokens.push({ type: email === undefined ? 'url' : 'email', value, isLink: true, href: scheme + value, start: done, end })
    done = end
  }
  plain(text.length)
  return tokens
}

/** The whole text in pieces. */
export const tokenize = (text: string): { toObject(protocol?: string): FoundLink }[] =>
  tokensOf(text, 'http').map(({ start }, index) => ({ toObject: (protocol = 'http') => ({ ...tokensOf(text, protocol)[index]!, start }) }))

/** The addresses in a text. */
export const find = (text: string, { defaultProtocol = 'http' }: { defaultProtocol?: string } = {}): FoundLink[] =>
  tokensOf(text, defaultProtocol).filter(({ isLink }) => isLink)

/** Nothing to do: schemes of our own there are none, the schema is fixed. */
export const registerCustomProtocol = (): void => undefined
export const reset = (): void => undefined
