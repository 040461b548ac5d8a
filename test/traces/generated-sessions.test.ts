/**
 * The sessions that stand in for the recordings where those are not.
 *
 * Proves TR5: a generated session is a fair substitute: reproducible, and with the same kinds of edits.
 */
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { applyPatch, generateConcurrentTrace, generateSequentialTrace } from '../support/generated-traces.js'
import { othersKnown } from '../support/traces.js'

describe('generated sessions', () => {
  it('[TR5] one author: Yjs makes of the edits what the generator kept in two stacks', () => {
    const trace = generateSequentialTrace({ seed: 7, edits: 5_000 })
    const text = new Y.Doc().getText()
    for (const { patches } of trace.txns) for (const patch of patches) applyPatch(text, patch)
    expect(text.toString()).toBe(trace.endContent)
    expect(trace.txns.some(({ patches }) => patches.some(([, deleted]) => deleted > 0))).toBe(true)
    expect(generateSequentialTrace({ seed: 7, edits: 5_000 })).toEqual(trace)
    expect(generateSequentialTrace({ seed: 8, edits: 5_000 }).endContent).not.toBe(trace.endContent)
  })

  it('[TR5] two authors: they fall behind each other and catch up, and no edit knows a later one', () => {
    const trace = generateConcurrentTrace({ seed: 7, edits: 5_000 })
    const known = othersKnown(trace)
    let concurrent = 0
    for (const [index, { agent, parents }] of trace.txns.entries()) {
      expect(parents.every((parent) => parent < index)).toBe(true)
      const lastOfOther = trace.txns.findLastIndex((txn, at) => at < index && txn.agent !== agent)
      if ((known[index] ?? -1) < lastOfOther) concurrent++
    }
    expect(concurrent).toBeGreaterThan(100)
    expect(new Set(known).size).toBeGreaterThan(100)
    expect(generateConcurrentTrace({ seed: 7, edits: 5_000 })).toEqual(trace)
  })
})
