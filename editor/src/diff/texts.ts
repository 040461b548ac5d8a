/**
 * Turning one text into another by small insertions, deletions and changes of marks.
 *
 * Owns: the comparison by words, then by characters, and writing it into a Y.XmlText.
 * Does not own: which text becomes which (content.ts).
 * Always holds: a character that stays is not touched, so a caret beside it stays; no surrogate pair is split.
 */
import type * as Y from 'yjs'
import { align } from './align.js'

type Marks = Readonly<Record<string, unknown>>
export interface TextPart {
  readonly insert: string
  readonly attributes?: Marks
}

/** The parts of a text that carry text. */
export const partsOf = (text: Y.XmlText): TextPart[] =>
  (text.toDelta() as { insert: unknown; attributes?: Marks }[]).filter((part): part is TextPart => typeof part.insert === 'string')

/** JSON that is the same for the same value, whatever the order of keys. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`
}

/** Makes `text` read like `target`. */
export function updateText(text: Y.XmlText, target: Y.XmlText): void {
  const wanted = partsOf(target)
  rewrite(text, partsOf(text).map(({ insert }) => insert).join(''), wanted)
  remark(text, wanted)
}

/** Characters first: each inserted one gets the marks that it shall have. */
function rewrite(text: Y.XmlText, now: string, wanted: readonly TextPart[]): void {
  const then = wanted.map(({ insert }) => insert).join('')
  // From the end, so that the places before stay what they are.
  for (const { from, to, start, end } of changesOf(now, then).toReversed()) {
    if (to > from) text.delete(from, to - from)
    let at = from
    for (const { insert, attributes } of cut(wanted, start, end)) {
      text.insert(at, insert, { ...attributes })
      at += insert.length
    }
  }
}

/** Then marks, where the characters that stayed have others than they shall have. */
function remark(text: Y.XmlText, wanted: readonly TextPart[]): void {
  const now = partsOf(text)
  let at = 0
  for (const part of wanted) {
    let from = at
    for (const piece of cut(now, at, at + part.insert.length)) {
      const changed = changedMarks(piece.attributes ?? {}, part.attributes ?? {})
      if (changed) text.format(from, piece.insert.length, changed)
      from += piece.insert.length
    }
    at += part.insert.length
  }
}

function changedMarks(now: Marks, wanted: Marks): Marks | undefined {
  const names = new Set([...Object.keys(now), ...Object.keys(wanted)])
  const changed = [...names].filter((name) => canonical(now[name] ?? null) !== canonical(wanted[name] ?? null))
  return changed.length === 0 ? undefined : Object.fromEntries(changed.map((name) => [name, wanted[name] ?? null]))
}

/** The parts of this range. */
function cut(parts: readonly TextPart[], start: number, end: number): TextPart[] {
  const result: TextPart[] = []
  let at = 0
  for (const part of parts) {
    const piece = part.insert.slice(Math.max(0, start - at), Math.max(0, end - at))
    if (piece !== '') result.push({ ...part, insert: piece })
    at += part.insert.length
  }
  return result
}

interface Change {
  /** The range that goes. */
  from: number
  to: number
  /** The range of the new text that comes there. */
  start: number
  end: number
}

const tokensOf = (text: string): string[] => text.match(/[\p{L}\p{N}\p{M}]+|\s+|[^]/gu) ?? []

function changesOf(now: string, then: string): Change[] {
  const [a, b] = [tokensOf(now), tokensOf(then)]
  const changes: Change[] = []
  let [atA, atB, from, start] = [0, 0, 0, 0]
  const step = (toA: number, toB: number): void => {
    const to = from + lengthOf(a, atA, toA)
    const end = start + lengthOf(b, atB, toB)
    if (to > from || end > start) changes.push(trimmed({ from, to, start, end }, now, then))
    ;[from, start] = [to + (a[toA]?.length ?? 0), end + (b[toB]?.length ?? 0)]
    ;[atA, atB] = [toA + 1, toB + 1]
  }
  for (const [toA, toB] of align(a, b)) step(toA, toB)
  step(a.length, b.length)
  return changes
}

function lengthOf(tokens: readonly string[], from: number, to: number): number {
  let length = 0
  for (let at = from; at < to; at++) length += tokens[at]!.length
  return length
}

const splitsPair = (text: string, at: number): boolean => /[\ud800-\udbff]/.test(text[at - 1] ?? '') && /[\udc00-\udfff]/.test(text[at] ?? '')

/** Without the characters at both ends that are the same. */
function trimmed(change: Change, now: string, then: string): Change {
  let { from, to, start, end } = change
  let before = 0
  while (from + before < to && start + before < end && now[from + before] === then[start + before]) before += 1
  if (splitsPair(now, from + before) || splitsPair(then, start + before)) before -= 1
  from += before
  start += before
  let after = 0
  while (to - after > from && end - after > start && now[to - after - 1] === then[end - after - 1]) after += 1
  if (splitsPair(now, to - after) || splitsPair(then, end - after)) after -= 1
  to -= after
  end -= after
  return { from, to, start, end }
}
