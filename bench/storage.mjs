/**
 * How fast LevelStorage appends, loads and compacts: `node bench/storage.mjs [directory] [trace.json.gz]`.
 *
 * Owns: the measuring. Does not own: any limit (it is no test). The directory decides which disk is
 * measured; it must be missing or empty, and is removed afterwards. The trace, a list of transactions of
 * [position, deleted, inserted], is replayed for compaction; without one a typed text of the same length is.
 */
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { compactDocument, Compactor, LevelStorage } from '@cowrite/persistence'
import * as Y from 'yjs'

const [, , directory = join(tmpdir(), `cowrite-bench-${process.pid}`), trace] = process.argv
const rows = []
const report = (what, figure) => {
  rows.push({ what, figure })
  console.log(`${what.padEnd(64)} ${figure}`)
}

const storage = await LevelStorage.open(directory, { durability: 'fsync', history: 'none' })
try {
  for (const groupSize of [1, 10, 100, 1000]) await appends(groupSize)
  const tail = traceTail(trace)
  await loading(tail)
  await compaction(tail)
} finally {
  await storage.close()
  await rm(directory, { recursive: true, force: true })
}

/** Groups over up to 100 documents, one group in flight, as the server's committer does it. */
async function appends(groupSize) {
  const entries = Array.from({ length: groupSize }, (_, index) => ({
    name: `document ${index % 100}`,
    update: new Uint8Array(40).map(() => Math.random() * 256),
    author: 'author-1',
    time: Date.now(),
  }))
  const times = []
  const end = performance.now() + 2000
  while (performance.now() < end) {
    const start = performance.now()
    await storage.append(entries)
    times.push(performance.now() - start)
  }
  const total = times.reduce((sum, time) => sum + time, 0)
  times.sort((a, b) => a - b)
  const at = (share) => times[Math.floor(times.length * share)].toFixed(2)
  const perSecond = Math.round((times.length * groupSize * 1000) / total).toLocaleString('en')
  report(`append, fsync, groups of ${groupSize}`, `${perSecond} updates/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`)
}

/** 100,000 updates of one document, before and after they are compacted. */
async function loading(whole) {
  const tail = whole.slice(0, 100_000)
  for (let from = 0; from < tail.length; from += 1000) {
    const group = tail.slice(from, from + 1000)
    await storage.append(group.map(({ update }) => ({ name: 'long', update, time: Date.now() })))
  }
  report('load, 100,000 updates in the tail', await timed(() => storage.load('long'), 3))
  const { snapshot, through } = compactDocument(undefined, tail)
  const compact = () => storage.compact('long', snapshot, through)
  report('compact (snapshot in, 100,000 covered records out)', await timed(compact, 1))
  report('load, the same as a snapshot', await timed(() => storage.load('long'), 20))
  report('load, a document that is not there', await timed(() => storage.load('nothing'), 200))
}

async function compaction(tail) {
  const edits = tail.length.toLocaleString('en')
  let compacted
  report(`compactDocument, ${edits} edits`, await timed(() => (compacted = compactDocument(undefined, tail)), 3))
  const { update, stateVector, deletions } = compacted.snapshot
  report('  its snapshot', `${update.length} bytes, state vector ${stateVector.length}, deletions ${deletions.length}`)
  const base = { ...compacted.snapshot, through: compacted.through }
  const few = tail.slice(-500)
  report('compactDocument, that snapshot and 500 more', await timed(() => compactDocument(base, few), 5))
  const compactor = new Compactor()
  report(`Compactor (thread started first), ${edits} edits`, await timed(() => compactor.compact(undefined, tail), 1))
  let longest = 0
  let last = performance.now()
  let running = true
  const watch = () => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
    if (running) setImmediate(watch)
  }
  const job = compactor.compact(undefined, tail)
  last = performance.now()
  watch()
  await job
  running = false
  await compactor.close()
  report('  longest hold-up of the event loop meanwhile', `${longest.toFixed(1)} ms`)
}

/** The median of some runs. */
async function timed(work, runs) {
  const times = []
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  return `${times[times.length >> 1].toFixed(2)} ms`
}

function traceTail(path) {
  const doc = new Y.Doc()
  const text = doc.getText('text')
  const tail = []
  doc.on('update', (update) => tail.push({ sequence: tail.length + 1, update }))
  if (path === undefined) {
    for (let at = 0; at < 259_778; at++) text.insert(at % 50 === 0 ? 0 : at, 'x')
    return tail
  }
  for (const { patches } of JSON.parse(gunzipSync(readFileSync(path)).toString()).txns) {
    doc.transact(() => {
      for (const [position, deleted, inserted] of patches) {
        if (deleted > 0) text.delete(position, deleted)
        if (inserted !== '') text.insert(position, inserted)
      }
    })
  }
  return tail
}
