/**
 * What the door costs: microseconds for a keystroke, milliseconds for a large step 2.
 *
 * Run: node bench/door.mjs
 * `Y.parseUpdateMeta` is printed beside it, as the least that reading the same bytes with Yjs costs.
 */
import { performance } from 'node:perf_hooks'
import { advance, hasGap, inspectUpdate } from '@cowrite/protocol'
import * as Y from 'yjs'

/** Median over several rounds, in milliseconds for one call. */
function timed(calls, work) {
  const rounds = []
  for (let round = 0; round < 15; round++) {
    const start = performance.now()
    for (let i = 0; i < calls; i++) work()
    rounds.push((performance.now() - start) / calls)
  }
  return rounds.toSorted((a, b) => a - b)[rounds.length >> 1]
}

function random(seed) {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** A single keystroke in the middle of a text, as one client sends it. */
function keystroke() {
  const doc = new Y.Doc()
  doc.clientID = 3_456_789_012
  const body = doc.getText('default')
  body.insert(0, 'x'.repeat(1000))
  let update
  doc.on('update', (bytes) => (update = bytes))
  body.insert(500, 'a')
  return update
}

/** Many authors who type short runs here and there, and format and delete some of it. */
function text(clients, runs) {
  const pick = random(7)
  const docs = Array.from({ length: clients }, (_, i) => {
    const doc = new Y.Doc()
    doc.clientID = 1_000_000_000 + i * 7_654_321
    return doc
  })
  for (let run = 0; run < runs; run++) {
    const doc = docs[run % clients]
    const body = doc.getText('default')
    body.insert(pick(body.length + 1), 'lorem ipsum '.slice(0, 1 + pick(12)))
    if (run % 10 === 0) body.delete(pick(body.length), 1)
    if (run % 25 === 0) body.format(pick(body.length), 1, { bold: true })
    if (run % 1000 === 999) {
      const from = Y.encodeStateAsUpdate(doc)
      for (const other of docs) if (other !== doc) Y.applyUpdate(other, from)
    }
  }
  const all = new Y.Doc()
  for (const doc of docs) Y.applyUpdate(all, Y.encodeStateAsUpdate(doc))
  return Y.encodeStateAsUpdate(all)
}

/** An editor's tree: paragraphs with attributes and text. */
function tree(paragraphs) {
  const doc = new Y.Doc()
  const root = doc.getXmlFragment('prosemirror')
  for (let i = 0; i < paragraphs; i++) {
    const paragraph = new Y.XmlElement('paragraph')
    paragraph.setAttribute('id', `p${i}`)
    paragraph.insert(0, [new Y.XmlText('Some words that stand in this paragraph.')])
    root.push([paragraph])
  }
  return Y.encodeStateAsUpdate(doc)
}

const key = keystroke()
const known = new Map([[3_456_789_012, 1000]])
const us = timed(20_000, () => {
  const summary = inspectUpdate(key)
  if (hasGap(summary, known)) throw new Error('gap')
  advance(new Map(), summary)
}) * 1000
console.log(`keystroke, ${key.length} B: ${us.toFixed(2)} µs with causality check ` +
  `(parseUpdateMeta ${(timed(20_000, () => Y.parseUpdateMeta(key)) * 1000).toFixed(2)} µs)`)

for (const [name, update] of [
  ['text, 1 author', text(1, 12_000)],
  ['text, 8 authors', text(8, 12_000)],
  ['tree, 8,000 paragraphs', tree(8_000)],
]) {
  const megabytes = update.length / 1e6
  const ms = timed(3, () => inspectUpdate(update))
  const meta = timed(1, () => Y.parseUpdateMeta(update))
  console.log(`${name}, ${update.length} B: ${ms.toFixed(2)} ms, ${(ms / megabytes).toFixed(1)} ms/MB ` +
    `(parseUpdateMeta ${(meta / megabytes).toFixed(1)} ms/MB)`)
}
