/**
 * The frozen schema: what it holds, that it never shrinks, and that it needs no DOM.
 */
import { readFileSync } from 'node:fs'
import { ATTR_RULES, CONTENT_FIELD, describeSchema, hashSchema, SCHEMA_HASH, schemaExtensions } from '@cowrite/editor/schema'
import { getSchema } from '@tiptap/core'
import { describe, expect, it } from 'vitest'

const schema = getSchema(schemaExtensions())
const frozen = JSON.parse(readFileSync(new URL('./schema-v1.json', import.meta.url), 'utf8')) as ReturnType<typeof describeSchema>
const now = describeSchema(schema)

describe('the schema', () => {
  it('[SC1] is built in bare Node, without a DOM', () => {
    expect('document' in globalThis).toBe(false)
    expect('window' in globalThis).toBe(false)
    expect(schema.topNodeType.name).toBe('doc')
    expect(CONTENT_FIELD).toBe('default')
  })

  it('[SC2] still has every node, mark and attribute of version 1, with the same content rules', () => {
    for (const kind of ['nodes', 'marks'] as const) {
      for (const [name, described] of Object.entries(frozen[kind])) {
        expect(now[kind], `${kind}: ${name}`).toHaveProperty([name])
        expect(now[kind][name], `${kind}: ${name}`).toMatchObject(described)
      }
    }
    expect(Object.keys(frozen.nodes).length).toBe(24)
    expect(Object.keys(frozen.marks).length).toBe(14)
  })

  it('[SC3] has the hash that is written down, and another hash when anything changes', () => {
    expect(hashSchema(schema)).toBe(SCHEMA_HASH)
    const without = getSchema(schemaExtensions().filter(({ name }) => name !== 'mathBlock'))
    expect(hashSchema(without)).not.toBe(SCHEMA_HASH)
    const otherAttrs = getSchema(schemaExtensions().filter(({ name }) => name !== 'direction'))
    expect(hashSchema(otherAttrs)).not.toBe(SCHEMA_HASH)
  })

  it('[SC4] has a rule for each attribute, and no rule for another', () => {
    const attributes = Object.fromEntries(
      [...Object.entries(now.nodes), ...Object.entries(now.marks)]
        .map(([name, { attrs }]) => [name, Object.keys(attrs).sort()] as const)
        .filter(([, names]) => names.length > 0),
    )
    const rules = Object.fromEntries(Object.entries(ATTR_RULES).map(([name, own]) => [name, Object.keys(own).sort()]))
    expect(rules).toEqual(attributes)
  })

  it('[SC5] gives every attribute a default, since y-tiptap deletes what cannot be built', () => {
    for (const type of Object.values(schema.nodes)) {
      for (const [name, spec] of Object.entries(type.spec.attrs ?? {})) expect(spec, `${type.name}.${name}`).toHaveProperty('default')
    }
    for (const type of Object.values(schema.marks)) expect(() => type.create()).not.toThrow()
  })

  it('[SC6] lets comments and suggestions reach inline code and code blocks, and threads overlap', () => {
    const { code, comment, insertion, bold } = schema.marks as Record<string, NonNullable<(typeof schema.marks)[string]>>
    expect(code!.excludes(comment!)).toBe(false)
    expect(code!.excludes(insertion!)).toBe(false)
    expect(code!.excludes(bold!)).toBe(true)
    expect(comment!.excludes(comment!)).toBe(false)
    expect(schema.nodes['codeBlock']!.allowsMarkType(comment!)).toBe(true)
    expect(schema.nodes['codeBlock']!.allowsMarkType(bold!)).toBe(false)
  })
})
