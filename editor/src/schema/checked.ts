/**
 * Puts the rules of attrs.ts between the document and HTML, in both directions.
 *
 * Owns: the wrapping of extensions, so that parsing and rendering see only allowed values.
 * Does not own: the rules, nor what is stored: an odd value in the Yjs document stays there
 * untouched (changing it on sight would write to a document that somebody merely opened).
 * Always holds: every attribute goes through its rule, also those that several extensions share.
 */
import { type AnyExtension, type Attribute, type Attributes, type Extensions, type GlobalAttributes } from '@tiptap/core'
import { ATTR_RULES, type AttrRule } from './attrs.js'

type Values = Record<string, unknown>
type Rules = Readonly<Record<string, AttrRule>>

const allowedValue = (rule: AttrRule, value: unknown): unknown =>
  value === null || value === undefined ? value : (rule(value) ?? null)

/** All of a node's or mark's attributes in allowed form; null where a value is not allowed. */
export function checkedValues(type: string, values: Values): Values {
  const rules = ATTR_RULES[type] ?? {}
  const result: Values = {}
  for (const [name, value] of Object.entries(values)) {
    const rule = rules[name]
    if (rule !== undefined) result[name] = allowedValue(rule, value)
  }
  return result
}

function checkedAttribute(type: string, name: string, attribute: Attribute, rules: Rules): Attribute {
  const rule = rules[name]
  if (rule === undefined) throw new Error(`no rule for the attribute ${type}.${name}`)
  const { parseHTML, renderHTML } = attribute
  return {
    ...attribute,
    parseHTML: (element) => allowedValue(rule, parseHTML ? parseHTML(element) : element.getAttribute(name)),
    renderHTML: (values) => {
      const safe = checkedValues(type, values)
      return (renderHTML ? renderHTML(safe) : { [name]: safe[name] ?? null }) ?? {}
    },
  }
}

function checkedAttributes(type: string, attributes: Attributes): Attributes {
  const rules = ATTR_RULES[type] ?? {}
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [name, checkedAttribute(type, name, attribute ?? {}, rules)]),
  )
}

// A shared attribute is split by type, so that each type's own rule applies.
const checkedGlobal = (globals: GlobalAttributes): GlobalAttributes =>
  globals.flatMap(({ types, attributes }) => {
    if (!Array.isArray(types)) throw new Error('shared attributes must name their types')
    return types.map((type) => ({ types: [type], attributes: checkedAttributes(type, attributes as Attributes) }))
  })

/** The same extensions, each with its attributes behind their rules. The list must be flat. */
export const checked = (extensions: Extensions): Extensions =>
  extensions.map((extension): AnyExtension => {
    const config = extension.config as { addAttributes?: unknown; addGlobalAttributes?: unknown }
    const wraps: Record<string, unknown> = {}
    if (config.addAttributes) {
      wraps['addAttributes'] = function (this: { parent?: () => Attributes }): Attributes {
        return checkedAttributes(extension.name, this.parent?.() ?? {})
      }
    }
    if (config.addGlobalAttributes) {
      wraps['addGlobalAttributes'] = function (this: { parent?: () => GlobalAttributes }): GlobalAttributes {
        return checkedGlobal(this.parent?.() ?? [])
      }
    }
    return Object.keys(wraps).length === 0 ? extension : extension.extend(wraps)
  })
