/**
 * Damaged and invented frames against a server in a process of its own, over real WebSockets, while people work in
 * other documents. The server's event loop is watched from inside.
 *
 * COWRITE_RUNS sets the number of frames (3,000; a million with COWRITE_LONG=1), COWRITE_SEED the seed, which is printed.
 */
import { REFUSALS } from '@cowrite/protocol'
import { expect, it, onTestFinished } from 'vitest'
import * as Y from 'yjs'
import { allSynced, connect, eventually, KINDS } from '../interop/support/clients.js'
import { editAtRandom, undoOf } from '../property/edits.js'
import { firstSeed, type Random, randomFrom, runCount } from '../protocol/random.js'
import { PATIENCE } from '../support/patience.js'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'
import { Frames, recordTraffic } from './fuzz/corpus.js'
import { sendAll, TAKEN } from './fuzz/senders.js'

const SEED = firstSeed()
const FRAMES = runCount(process.env['COWRITE_LONG'] === '1' ? 1_000_000 : 3_000)
/** So many frames go into one document, and then the event loop is looked at. */
const BATCH = 1_000
/** Connections that send at the same time. */
const SENDERS = 8
/** Longest time that nothing else may have been done, in milliseconds. */
const MAX_STALL_MS = 100 * PATIENCE
/** Frames after which it was longer are sent again so often: only what stalls each time stalls by itself. */
const AGAIN = 5
const UNTOUCHED = 12

/** A document as one update, whatever it went through on the disk. */
async function stateOf(server: ServerProcess, name: string): Promise<Y.Doc> {
  const doc = new Y.Doc()
  const answer = await fetch(`${server.url}/api/documents/${name}/state`)
  Y.applyUpdate(doc, new Uint8Array(await answer.arrayBuffer()))
  return doc
}

const bytesOf = (doc: Y.Doc): string => Buffer.from(Y.encodeStateAsUpdate(doc)).toString('base64')

/** Documents that nobody has open while the frames come. @returns what they hold */
async function writeUntouched(server: ServerProcess, random: Random): Promise<Map<string, string>> {
  const all = new Map<string, string>()
  for (let i = 0; i < UNTOUCHED; i++) {
    const name = `untouched/${i}`
    const client = connect(KINDS[i % KINDS.length] ?? 'cowrite', server.url, name)
    await allSynced([client])
    const undo = undoOf(client.ydoc)
    for (let edits = 0; edits < 60; edits++) editAtRandom(client.ydoc, undo, random)
    const copy = new Y.Doc()
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(client.ydoc))
    await eventually(async () => expect(bytesOf(await stateOf(server, name))).toBe(bytesOf(copy)))
    all.set(name, bytesOf(copy))
    client.destroy()
  }
  return all
}

it(`[HS7] ${FRAMES} damaged and invented frames over WebSockets break, stall and change nothing, seed ${SEED}`, { timeout: 120_000 + FRAMES * 20 }, async () => {
  const random = randomFrom(SEED)
  const preload = new URL('../support/child-loop-watch.mjs', import.meta.url)
  const server = await startServerProcess({ preload, flags: ['--log-level', 'error', '--compact-after-updates', '100', '--unload-after-ms', '1000'] })
  onTestFinished(() => server.remove())
  const { pid } = server
  const frames = new Frames(await recordTraffic(server.url, random, allSynced), random)
  const untouched = await writeUntouched(server, random)
  const [author, bystander] = [connect('cowrite', server.url, 'calm'), connect('y-websocket 3', server.url, 'calm')]
  await allSynced([author, bystander])
  const total = new Map<number, number>()
  let [worst, again] = [0, 0]
  await server.ask('longest stall')
  for (let sent = 0; sent < FRAMES; sent += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, FRAMES - sent) }, () => frames.next())
    author.text.insert(0, `${sent} `)
    let least = Infinity
    for (let times = 0; times <= AGAIN && least > MAX_STALL_MS; times++) {
      const codes = await sendAll(server.port, `/fuzzed/${sent / BATCH}`, batch, SENDERS)
      least = Math.min(least, Number(await server.ask('longest stall')))
      if (times > 0) again++
      else for (const [code, count] of codes) total.set(code, (total.get(code) ?? 0) + count)
    }
    worst = Math.max(worst, least)
    expect(least, `frames ${sent} to ${sent + BATCH} of seed ${SEED}`).toBeLessThan(MAX_STALL_MS)
    await eventually(() => expect(bystander.text.toString()).toBe(`${sent} `))
    author.text.delete(0, author.text.length)
  }
  console.log(`fuzz: ${FRAMES} frames, seed ${SEED}, longest stall ${Math.round(worst)} ms, ${again} batches sent again, ${JSON.stringify(Object.fromEntries(total))}`)
  // Every frame was taken, or refused by a code of the table that is not the server's own fault; much was either.
  const known = new Set<number>([TAKEN, ...Object.values(REFUSALS).flatMap((refusal) => ('closeCode' in refusal ? [refusal.closeCode] : []))])
  known.delete(REFUSALS.internal.closeCode)
  expect([...total.keys()].filter((code) => !known.has(code))).toEqual([])
  expect([...total.values()].reduce((sum, count) => sum + count, 0)).toBe(FRAMES)
  expect(total.get(REFUSALS.malformed.closeCode) ?? 0).toBeGreaterThan(FRAMES / 10)
  expect(total.get(TAKEN) ?? 0).toBeGreaterThan(FRAMES / 20)
  // Nobody beside them was sent away or changed.
  expect(server.pid).toBe(pid)
  expect([author.sockets.length, bystander.sockets.length]).toEqual([1, 1])
  await eventually(async () => expect(bytesOf(await stateOf(server, 'calm'))).toBe(bytesOf(author.ydoc)))
  for (const [name, before] of untouched) expect(bytesOf(await stateOf(server, name)), name).toBe(before)
  expect(server.stderr.split('\n').filter((line) => /message failed|broadcast failed|unhandled|uncaught/i.test(line))).toEqual([])
  // What was taken in can be opened, and worked in, also after a restart.
  await server.restart()
  for (let batch = 0; batch * BATCH < FRAMES; batch += Math.ceil(FRAMES / BATCH / 10)) {
    const [one, other] = [connect('y-websocket 3', server.url, `fuzzed/${batch}`), connect('cowrite', server.url, `fuzzed/${batch}`)]
    await allSynced([one, other])
    one.text.insert(0, 'still here')
    await eventually(() => expect(other.text.toString()).toContain('still here'))
  }
})
