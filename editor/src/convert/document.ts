/**
 * Documents as ProseMirror JSON and as nodes of the frozen schema.
 *
 * Owns: the schema of all conversions, and the check of JSON that somebody sent.
 * Does not own: any other format.
 * Always holds: what `nodeOfJson` returns is a valid document, its attributes in the form that their rules
 * allow; anything else is a ConvertError that says what is wrong, and never the stack of a recursion.
 */
import { getSchema, type JSONContent } from '@tiptap/core'
import type { Node, Schema } from '@tiptap/pm/model'
import { ATTR_RULES, schemaExtensions } from '../schema/index.js'

/** Deepest nesting of nodes in a document that is taken in. */
export const MAX_NESTING = 100

/** Input that is no document, or not in the format that it should be in. The message may be shown. */
export class ConvertError extends Error {
  override readonly name = 'ConvertError'
}

let schema: Schema | undefined
/** Built at the first use: it takes some milliseconds. */
export const documentSchema = (): Schema => (schema ??= getSchema(schemaExtensions()))

/** A document without text. */
export const EMPTY_DOCUMENT: JSONContent = { type: 'doc', content: [{ type: 'paragraph' }] }

type Values = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A valid document of the schema.
 * @throws ConvertError
 */
export function nodeOfJson(json: unknown): Node {
  const cleaned = cleanNode(json, 0)
  try {
    const node = documentSchema().nodeFromJSON(cleaned)
    if (node.type.name !== 'doc') throw new ConvertError(`the outermost node is "doc", not "${node.type.name}"`)
    node.check()
    return node
  } catch (error) {
    if (error instanceof ConvertError) throw error
    throw new ConvertError(error instanceof Error ? error.message : 'not a document', { cause: error })
  }
}

/** The same JSON with nothing in it but what the schema reads. */
function cleanNode(json: unknown, depth: number): Values {
  if (depth > MAX_NESTING) throw new ConvertError(`nested more than ${MAX_NESTING} levels deep`)
  if (!isRecord(json) || typeof json['type'] !== 'string') throw new ConvertError('a node is an object with a "type"')
  const { type, text, attrs, content, marks } = json
  if (type === 'text') {
    if (typeof text !== 'string' || text === '') throw new ConvertError('a text node has a "text" that is not empty')
    return { type, text, ...cleanMarks(marks) }
  }
  if (content !== undefined && !Array.isArray(content)) throw new ConvertError('the "content" of a node is an array')
  return {
    type,
    ...cleanAttrs(type, attrs),
    ...(content !== undefined && { content: content.map((child) => cleanNode(child, depth + 1)) }),
    ...cleanMarks(marks),
  }
}

function cleanMarks(marks: unknown): { marks?: Values[] } {
  if (marks === undefined) return {}
  if (!Array.isArray(marks)) throw new ConvertError('the "marks" of a node are an array')
  return {
    marks: marks.map((mark: unknown) => {
      if (!isRecord(mark) || typeof mark['type'] !== 'string') throw new ConvertError('a mark is an object with a "type"')
      return { type: mark['type'], ...cleanAttrs(mark['type'], mark['attrs']) }
    }),
  }
}

/** Values that their rule refuses are left out, and so become the default. */
function cleanAttrs(type: string, attrs: unknown): { attrs?: Values } {
  if (attrs === undefined || attrs === null) return {}
  if (!isRecord(attrs)) throw new ConvertError('the "attrs" of a node or mark are an object')
  const rules = Object.hasOwn(ATTR_RULES, type) ? ATTR_RULES[type]! : {}
  const kept = Object.entries(rules)
    .filter(([name]) => Object.hasOwn(attrs, name))
    .map(([name, rule]) => [name, attrs[name] === null ? null : rule(attrs[name])] as const)
    .filter(([, value]) => value !== undefined && value !== null)
  return { attrs: Object.fromEntries(kept) }
}

/** The document without these marks, for readers who have no use for them. */
export function withoutMarks(json: JSONContent, names: ReadonlySet<string>): JSONContent {
  const { marks, content, ...rest } = json
  const kept = marks?.filter(({ type }) => !names.has(type))
  return {
    ...rest,
    ...(kept && kept.length > 0 && { marks: kept }),
    ...(content && { content: content.map((child) => withoutMarks(child, names)) }),
  }
}

/** Marks that are about the writing and not part of what is written. */
export const REVIEW_MARKS: ReadonlySet<string> = new Set(['comment'])
