/**
 * Twenty people type over real sockets, each through a proxy that drops, doubles and delays whole frames, both ways.
 *
 * Real clients (CowriteProvider and y-websocket 1.5, 2 and 3), a server in a process of its own, real time: a few
 * seconds of many faults, and whatever time healing takes; with COWRITE_LONG=1 ten minutes with 1 % of each, and the times
 * are held against DA8 (on virtual time drift.test.ts does that always). COWRITE_SEED sets the seed, which is printed.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import * as Y from 'yjs'
import { allSynced, connect, KINDS } from '../interop/support/clients.js'
import { editAtRandom, undoOf } from '../property/edits.js'
import { firstSeed, randomFrom } from '../protocol/random.js'
import { startServerProcess } from '../support/server-process.js'
import { FrameFaults } from './drift/frame-faults.js'
import { FrameProxy } from './drift/frame-proxy.js'
import { quantile, Watch } from './drift/watch.js'

const LONG = process.env['COWRITE_LONG'] === '1'
const SEED = firstSeed()
const CLIENTS = 20
/** Each of dropped, doubled, late. */
const SHARE = LONG ? 0.01 : 0.05
const TICK_MS = 100
/** How long people type; the short form until so much was lost. */
const TICKS = LONG ? 6_000 : 600
const ENOUGH_LOSSES = LONG ? Infinity : 30

it(`[DA8] ${CLIENTS} people over sockets that drop, double and delay frames: all is made good, nobody comes back or reloads, seed ${SEED}`, { timeout: LONG ? 1_200_000 : 180_000 }, async () => {
  const random = randomFrom(SEED)
  const server = await startServerProcess({ flags: ['--log-level', 'debug', '--compact-after-updates', '200'] })
  onTestFinished(() => server.remove())
  const faults = new FrameFaults(random, () => performance.now())
  const watch = new Watch()
  const people: { readonly client: ReturnType<typeof connect>; readonly undo: Y.UndoManager }[] = []
  for (let number = 0; number < CLIENTS; number++) {
    const proxy = await FrameProxy.start(server.port, faults, number)
    onTestFinished(() => proxy.stop())
    const client = connect(number % 2 === 0 ? 'cowrite' : (KINDS[number % 3] ?? 'cowrite'), proxy.url, 'story')
    // One by one, so that the server's log knows them by their numbers, counted from 1.
    await allSynced([client])
    people.push({ client, undo: undoOf(client.ydoc) })
  }
  const stored = async (): Promise<Y.Doc> => {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, new Uint8Array(await (await fetch(`${server.url}/api/documents/story/state`)).arrayBuffer()))
    return doc
  }
  let noted = server.stderr.length
  let onDisk = new Y.Doc()
  const look = async (): Promise<void> => {
    watch.lost(faults.losses.splice(0))
    const log = server.stderr.slice(noted)
    const whole = log.slice(0, log.lastIndexOf('\n') + 1)
    noted += whole.length
    for (const line of whole.split('\n')) {
      const connection = /had drifted apart|update with a gap/.test(line) ? /"connection":"(\d+)"/.exec(line)?.[1] : undefined
      if (connection) watch.noticed(Number(connection) - 1, performance.now())
    }
    if (watch.open.some(({ direction }) => direction === 'to server')) onDisk = await stored()
    watch.look(performance.now(), ({ client, direction }) => (direction === 'to client' ? people[client]?.client.ydoc : undefined) ?? onDisk)
  }
  faults.share = SHARE
  let losses = 0
  for (let tick = 0; tick < TICKS && losses < ENOUGH_LOSSES; tick++) {
    // Three of them change something each second, on average, and everybody pauses for a while now and then.
    if (tick % 200 < 150) for (const { client, undo } of people) if (random.chance(0.015)) editAtRandom(client.ydoc, undo, random)
    await pause(TICK_MS)
    losses += faults.losses.length
    if (tick % 5 === 0 || faults.losses.length > 0) await look()
  }
  faults.share = 0
  await expect.poll(async () => {
    await look()
    return watch.open.length
  }, { timeout: 120_000, interval: 500 }).toBe(0)
  const found = { most: quantile(watch.found, 0.99), all: Math.max(...watch.found) }
  const healed = { most: quantile(watch.healed, 0.99), all: Math.max(...watch.healed) }
  console.log(`drift over sockets: seed ${SEED}, ${JSON.stringify({ ...faults.counts, losses: watch.healed.length, found, healed })}`)
  expect(watch.healed.length).toBeGreaterThan(10)
  if (LONG) {
    // What looks for losses is lost as well: two times in a row once in ten thousand.
    expect(found.most).toBeLessThanOrEqual(15_000)
    expect(healed.all).toBeLessThanOrEqual(30_000)
  }
  await expect.poll(async () => {
    const disk = Y.snapshot(await stored())
    return people.filter(({ client }) => !Y.equalSnapshots(Y.snapshot(client.ydoc), disk)).map(({ client }) => client.kind)
  }, { timeout: 60_000, interval: 500 }).toEqual([])
  // Nobody was sent away, and nobody had to come back.
  expect(people.map(({ client }) => client.sockets.length)).toEqual(people.map(() => 1))
  expect(server.stderr.split('\n').filter((line) => /closing connection|message failed|"level":50/.test(line))).toEqual([])
})
