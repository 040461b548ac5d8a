/**
 * Document names that break careless storage.
 *
 * Owns: the list. Does not own: what a name is (`isDocumentName` in protocol).
 * Always holds: all of them are legal, and no two are the same bytes.
 */

/** Prefixes of each other, separators, zeros, paths, property names, look-alikes, both ends of length. */
export const NASTY_NAMES: readonly string[] = [
  'a', 'a/', 'a\0', 'a\0\0', 'a\0\u0001', 'a\u0001', 'a\u00ff', 'aa', 'A', 'a ', ' a', 'a:', 'a*', 'a%', 'a%2F',
  'a/b', 'a//b', '\0', '\0\0', '\u0001', '\u007f', '\u00ff', '\uffff', '/', '.', '..', '../a', '../../etc/passwd',
  'C:\\a', '~', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'undefined', 'null', '0', '1', '10', '2',
  '\u00e9', 'e\u0301', '\u00c5', '\u212b', 'A\u030a', '\ufb00', 'ff', '\ufdfa',
  '😀', '😀😀', '👩‍👩‍👧', '\ufeff', '\ufeffa', '\u202ea', '\ud7ff', '\ue000', '\ufffd', '\u{10ffff}', '文書', 'документ', 'zzzzzzzz', 'x'.repeat(511), 'x'.repeat(512),
  '\u00e9'.repeat(256), '😀'.repeat(128), '\0'.repeat(512),
]

/** Bytewise, as `list` promises: UTF-8 order, which differs from that of UTF-16 beyond U+FFFF. */
export const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** What no document can be called. */
export const IMPOSSIBLE_NAMES: readonly string[] = ['', 'x'.repeat(513), '\u00e9'.repeat(257), '\ud800', 'a\udc00']
