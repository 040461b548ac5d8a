/**
 * Documents opened, edited and closed by the thousand: nothing of them stays but on the disk.
 *
 * COWRITE_RUNS sets the number of documents (default 300). From 20,000 on memory must stay within a tenth of what it was
 * after the first tenth; of fewer the growth is code that gets compiled, so that it is held against their number.
 */
import { MemoryStorage, type Storage } from '@cowrite/persistence'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { runCount } from '../protocol/random.js'
import { World } from '../support/room-world.js'

const DOCUMENTS = runCount(300)
const TENTH = DOCUMENTS / 10
const MANY = 20_000
/** Growth that a short run may show, for each document. */
const MAX_BYTES_PER_DOCUMENT = 16_384

/** A disk that takes no memory: what was stored is thrown away with it. */
let stored = new MemoryStorage()
const disk = new Proxy({} as Storage, {
  get: (_, verb: keyof Storage) => (...of: unknown[]) => (stored[verb] as (...of: unknown[]) => unknown).apply(stored, of),
})

let world: World
beforeEach(() => {
  world = new World({ disk, unloadAfterMs: 1_000, compactAfterUpdates: 2 })
})
afterEach(() => world.end())

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes of the heap that are in use, nothing of it garbage. */
async function usedBytes(): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

it(`[ME11] after ${DOCUMENTS} documents were opened, edited and closed, no room, timer, caret or snapshot is left, nor memory`, { timeout: 60_000 + DOCUMENTS * 20 }, async () => {
  const timers = world.clock.waiting
  let early = 0
  for (let document = 0; document < DOCUMENTS; document++) {
    const name = `soak/${document}`
    const peers = [world.peer(), world.peer()]
    const sockets = []
    for (const peer of peers) sockets.push(await world.join(peer, name))
    for (const peer of peers) {
      peer.awareness.setLocalStateField('user', { name })
      peer.type(0, 'some words ')
      peer.erase(2, 3)
    }
    await world.pass(100)
    for (const socket of sockets) document % 3 === 0 ? socket.reset() : socket.leave()
    await world.pass(6_000)
    for (const peer of world.peers.splice(0)) peer.destroy()
    stored = new MemoryStorage()
    world.log.lines.length = 0
    if (document + 1 === TENTH) early = await usedBytes()
  }
  const late = await usedBytes()
  console.log(`soak: ${DOCUMENTS} documents, ${Math.round(early / 1024)} KiB after the first tenth, ${Math.round(late / 1024)} KiB at the end`)
  expect(world.rooms.size).toBe(0)
  expect(world.rooms.snapshotBytes).toBe(0)
  expect(world.connections.size).toBe(0)
  expect(world.sockets.size).toBe(0)
  expect(world.committer.unsavedBytes).toBe(0)
  expect(world.clock.waiting).toBe(timers)
  if (DOCUMENTS >= MANY) expect(late).toBeLessThan(early * 1.1)
  else expect(late - early).toBeLessThan(MAX_BYTES_PER_DOCUMENT * (DOCUMENTS - TENTH))
})
