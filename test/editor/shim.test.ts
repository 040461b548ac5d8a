/**
 * The shim that lets y-tiptap work inside a shadow root.
 *
 * @vitest-environment happy-dom
 */
import { shimShadowRoot } from '@cowrite/editor'
import { describe, expect, it } from 'vitest'

describe('the shadow-root shim', () => {
  it('[ED5] gives a shadow root the createRange that it lacks, once', () => {
    const host = document.createElement('div')
    document.body.append(host)
    const root = host.attachShadow({ mode: 'open' }) as ShadowRoot & { createRange?: () => Range }
    expect(root.createRange).toBeUndefined()
    shimShadowRoot(root)
    const { createRange } = root
    expect(createRange?.call(root)).toBeInstanceOf(Range)
    shimShadowRoot(root)
    expect(root.createRange).toBe(createRange)
  })

  it('[ED5] leaves a document alone', () => {
    const own = document.createRange
    shimShadowRoot(document)
    expect(document.createRange).toBe(own)
    expect(Object.hasOwn(document, 'createRange')).toBe(false)
  })
})
