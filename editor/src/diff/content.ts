/**
 * Turning one tree of blocks into another.
 *
 * Owns: finding what stayed, what changed and what came or went among the children of a node, and writing it.
 * Does not own: texts (texts.ts), the comparison of sequences (align.ts).
 * Always holds: an element that stays, or that changed but is still alike, keeps its identity in Yjs: carets,
 * comments and what others write in it meanwhile survive. Why not y-tiptap's `updateYFragment`: with an edit
 * at both ends of a document and a block more in between it rewrites every block that moved.
 */
import { getSchema } from '@tiptap/core'
import * as Y from 'yjs'
import { schemaExtensions } from '../schema/index.js'
import { align, likenessOfTexts, type Pair, pairUp } from './align.js'
import { canonical, partsOf, updateText } from './texts.js'

type Parent = Y.XmlFragment | Y.XmlElement
type Child = Y.XmlElement | Y.XmlText

const childrenOf = (parent: Parent): Child[] =>
  parent.toArray().filter((child): child is Child => child instanceof Y.XmlElement || child instanceof Y.XmlText)

/** Makes `live` hold what `target`, a fragment of another document, holds. */
export function updateChildren(live: Parent, target: Parent): void {
  const [now, then] = [childrenOf(live), childrenOf(target)]
  const [signsNow, signsThen] = [now.map(signOf), then.map(signOf)]
  const same = align(signsNow, signsThen)
  const changed = gapsOf(same, now.length, then.length).flatMap(({ from, to, start, end }) =>
    pairUp(to - from, end - start, (a, b) => likeness(now[from + a]!, then[start + b]!)).map(([a, b]): Pair => [from + a, start + b]))
  const kept = [...same, ...changed].sort(([a], [b]) => a - b)
  // From the end, so that the indices before stay what they are.
  for (const { from, to, start, end } of gapsOf(kept, now.length, then.length).toReversed()) {
    if (to > from) live.delete(from, to - from)
    if (end > start) live.insert(from, then.slice(start, end).map(copyOf))
  }
  for (const [a, b] of changed) updateChild(now[a]!, then[b]!)
}

const copyOf = (child: Child): Child => child.clone() as Child

function updateChild(live: Child, target: Child): void {
  if (live instanceof Y.XmlText && target instanceof Y.XmlText) return updateText(live, target)
  if (!(live instanceof Y.XmlElement) || !(target instanceof Y.XmlElement)) return
  const [now, then] = [attributesOf(live), attributesOf(target)]
  for (const name of new Set([...Object.keys(now), ...Object.keys(then)])) {
    if (canonical(now[name]) === canonical(then[name])) continue
    const value: unknown = target.getAttribute(name) ?? undefined
    // Yjs types attributes as strings, and stores any JSON; so does y-tiptap.
    if (value === undefined) live.removeAttribute(name)
    else live.setAttribute(name, value as string)
  }
  updateChildren(live, target)
}

let defaults: ReadonlyMap<string, Readonly<Record<string, unknown>>> | undefined
function defaultsOf(nodeName: string): Readonly<Record<string, unknown>> {
  defaults ??= new Map(Object.entries(getSchema(schemaExtensions()).nodes).map(([name, { spec }]) =>
    [name, Object.fromEntries(Object.entries(spec.attrs ?? {}).map(([key, value]) => [key, value.default as unknown]))] as const))
  return defaults.get(nodeName) ?? {}
}

/** What is set, and not to its default: an attribute that is missing means the same as one with its default. */
function attributesOf(element: Y.XmlElement): Readonly<Record<string, unknown>> {
  const usual = defaultsOf(element.nodeName)
  return Object.fromEntries(Object.entries(element.getAttributes() as Record<string, unknown>)
    .filter(([name, value]) => value !== null && value !== undefined && canonical(value) !== canonical(usual[name] ?? null)))
}

/** Equal for what is equal. */
const signOf = (child: Child): string =>
  child instanceof Y.XmlText
    ? canonical(partsOf(child).map(({ insert, attributes = {} }) => [insert, attributes]))
    : canonical([child.nodeName, attributesOf(child), childrenOf(child).map(signOf)])

const textOf = (child: Child): string =>
  child instanceof Y.XmlText ? partsOf(child).map(({ insert }) => insert).join('') : childrenOf(child).map(textOf).join(' ')

function likeness(live: Child, target: Child): number {
  if (live instanceof Y.XmlText !== target instanceof Y.XmlText) return 0
  if (live instanceof Y.XmlElement && live.nodeName !== (target as Y.XmlElement).nodeName) return 0
  return likenessOfTexts(textOf(live), textOf(target))
}

/** The ranges between pairs. */
function gapsOf(pairs: readonly Pair[], countA: number, countB: number): { from: number; to: number; start: number; end: number }[] {
  let [from, start] = [0, 0]
  return [...pairs, [countA, countB] as const].map(([to, end]) => {
    const gap = { from, to, start, end }
    ;[from, start] = [to + 1, end + 1]
    return gap
  }).filter((gap) => gap.to > gap.from || gap.end > gap.start)
}
