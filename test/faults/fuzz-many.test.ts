/**
 * The frames of fuzz.test.ts at the seam that every transport hands its frames to, where a million take minutes: what
 * comes behind it is the same, up to storage. On a virtual clock.
 *
 * COWRITE_RUNS sets the number of frames (default 5,000), COWRITE_SEED the seed, which is printed.
 */
import { MemoryStorage } from '@cowrite/persistence'
import { afterEach, expect, it } from 'vitest'
import { allSynced } from '../interop/support/clients.js'
import { firstSeed, randomFrom, runCount } from '../protocol/random.js'
import { PATIENCE } from '../support/patience.js'
import { QueuedSocket } from '../support/queued-socket.js'
import { World } from '../support/room-world.js'
import { useServers } from '../support/running-server.js'
import { Frames, recordTraffic } from './fuzz/corpus.js'

const SEED = firstSeed()
const FRAMES = runCount(5_000)
/** So many frames go into one document before the next one is begun: nobody edits one with a hundred thousand strangers. */
const FRAMES_PER_DOCUMENT = 2_000
/** After so many frames everything comes to rest. */
const BATCH = 100
/** Longest time for one frame, in milliseconds. */
const MAX_STALL_MS = 100 * PATIENCE
/** A frame over the limit is given again so often: only what is slow each time is slow by itself. */
const AGAIN = 5

const FAULT = /message failed|broadcast failed|unhandled|uncaught/i

const start = useServers()
let world: World
afterEach(() => world.end())

it(`[HS7] ${FRAMES} frames at the seam of all transports break, stall and change nothing, seed ${SEED}`, { timeout: 60_000 + FRAMES * 20 }, async () => {
  const random = randomFrom(SEED)
  const server = await start()
  const frames = new Frames(await recordTraffic(server.url, random, allSynced), random)
  world = new World({ disk: new MemoryStorage({ history: 'none' }), compactAfterUpdates: 100, unloadAfterMs: 1_000 })
  const [author, bystander] = [await world.newcomer('calm'), await world.newcomer('calm')]
  const faults: string[] = []
  const guests: QueuedSocket[] = []
  let [taken, refused, slowest] = [0, 0, 0]

  const give = (socket: QueuedSocket, frame: Uint8Array): number => {
    socket.clientSend(frame)
    const begin = performance.now()
    socket.deliverToServer()
    const took = performance.now() - begin
    // So that it hears of a refusal.
    socket.deliverToClient()
    return took
  }
  const enter = async (document: string): Promise<QueuedSocket> => {
    const socket = new QueuedSocket({ received: () => {}, closed: () => {} })
    guests.push(socket)
    world.open(socket, document)
    await world.turn()
    return socket
  }
  /** A pause of the machine, or of the collector, is no fault of the frame's. */
  const timed = async (socket: QueuedSocket, frame: Uint8Array, document: string): Promise<number> => {
    let least = give(socket, frame)
    for (let again = 0; least >= MAX_STALL_MS && again < AGAIN; again++) least = Math.min(least, give(await enter(document), frame))
    return least
  }

  let socket = await enter('fuzzed/0')
  for (let sent = 0; sent < FRAMES; sent++) {
    const document = `fuzzed/${Math.floor(sent / FRAMES_PER_DOCUMENT)}`
    if (sent % FRAMES_PER_DOCUMENT === 0 || socket.isOver) socket = await enter(document)
    const frame = frames.next()
    slowest = Math.max(slowest, await timed(socket, frame, document))
    expect(slowest, `frame ${sent} of seed ${SEED}`).toBeLessThan(MAX_STALL_MS)
    if (socket.isOver) refused++
    else taken++
    if (sent % BATCH < BATCH - 1) continue
    author.type(0, `${sent} `)
    await world.settle()
    expect(bystander.reads).toBe(author.reads)
    author.erase(0, author.reads.length)
    if (sent % FRAMES_PER_DOCUMENT < FRAMES_PER_DOCUMENT - BATCH) continue
    for (const guest of guests.splice(0)) guest.leave()
    await world.pass(2_000)
    world.log.lines.splice(0).filter((line) => FAULT.test(line)).forEach((line) => faults.push(line))
  }
  console.log(`fuzz: ${FRAMES} frames, seed ${SEED}, ${taken} taken, ${refused} refused, slowest ${slowest.toFixed(1)} ms`)
  expect(taken).toBeGreaterThan(FRAMES / 20)
  expect(refused).toBeGreaterThan(FRAMES / 10)
  expect([author.isConnected, bystander.isConnected]).toEqual([true, true])
  expect([...bystander.doc.store.clients.keys()]).toEqual([author.doc.clientID])
  expect([...faults, ...world.log.lines.filter((line) => FAULT.test(line))]).toEqual([])
  for (const name of await world.disk.list({ limit: 3 })) {
    const [late, later] = [await world.newcomer(name), await world.newcomer(name)]
    late.type(0, 'still here')
    await world.settle()
    expect(later.reads).toContain('still here')
  }
})
