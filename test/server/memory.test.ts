/**
 * Rules ME1 to ME6: what open documents cost, and that nobody notices what was let go. Stories on a virtual clock.
 */
import { encodeStep1 } from '@cowrite/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import type { Peer } from '../support/peer.js'
import { World } from '../support/room-world.js'

let world: World
let loads: string[]
beforeEach(() => {
  begin({ snapshotCacheBytes: 0 })
})
afterEach(() => world.end())

function begin(options: { snapshotCacheBytes: number; sendBudgetBytes?: number }): void {
  world = new World({ compactAfterUpdates: 10, ...options })
  loads = []
  world.faults.plan = ({ verb }) => (loads.push(verb), undefined)
}

const loadCount = (): number => loads.filter((verb) => verb === 'load').length

/** Somebody who writes a document that is compacted then, 2,000 letters of it. */
async function authorOf(document = 'story'): Promise<Peer> {
  const author = await world.newcomer(document)
  for (let i = 0; i < 10; i++) {
    author.type(author.reads.length, String(i).repeat(200))
    await world.settle()
  }
  expect((await world.disk.load(document))?.snapshot).toBeDefined()
  return author
}

const roomOf = (document: string) => {
  for (const room of world.rooms) if (room.name === document) return room
  throw new Error('no such room')
}

const inMemory = (document: string): boolean => !roomOf(document).state.hasLetGo

const step2sOf = (peer: Peer): Uint8Array[] => peer.heard.filter(({ type }) => type === 'step2').map(({ payload }) => payload)

/** What a client that had nothing reads out of the first step 2. */
function firstStep2(peer: Peer): string {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, step2sOf(peer)[0] ?? Uint8Array.of(0, 0))
  return doc.getText('text').toString()
}

describe('the budget', () => {
  it('[ME1] is kept: who was not asked for longest lets go, and only as many as must', async () => {
    begin({ snapshotCacheBytes: 5_500 })
    for (const document of ['a', 'b', 'c']) await authorOf(document)
    // Answers kept for others go first, after a while.
    await world.pass(3_000)
    expect([inMemory('a'), inMemory('b'), inMemory('c')]).toEqual([false, true, true])
    await world.newcomer('b')
    await world.pass(3_000)
    await world.newcomer('a')
    expect(world.rooms.snapshotBytes).toBeLessThanOrEqual(5_500)
    expect([inMemory('a'), inMemory('b'), inMemory('c')].filter(Boolean).length).toBeGreaterThan(0)
    expect(inMemory('c')).toBe(false)
  })

  it('[ME1] counts answers that are kept, and nothing of a room that was put away', async () => {
    begin({ snapshotCacheBytes: 1024 * 1024 })
    await authorOf()
    const before = world.rooms.snapshotBytes
    for (let i = 0; i < 3; i++) await world.newcomer()
    expect(world.rooms.snapshotBytes).toBeGreaterThan(before + 2_000)
    await world.pass(3_000)
    expect(world.rooms.snapshotBytes).toBeLessThan(before + 100)
    for (const socket of world.sockets) socket.leave()
    await world.pass(10_000)
    expect([world.rooms.size, world.rooms.snapshotBytes]).toEqual([0, 0])
  })

  it('[ME1] of nothing keeps nothing', async () => {
    await authorOf()
    expect(world.rooms.snapshotBytes).toBe(0)
    expect(inMemory('story')).toBe(false)
  })
})

describe('a snapshot that was let go', () => {
  it('[ME2] is read once for all who wait, and each gets everything', async () => {
    const author = await authorOf()
    world.faults.plan = ({ verb }) => (loads.push(verb), verb === 'load' ? { kind: 'stall' } : undefined)
    const before = loadCount()
    const peers = Array.from({ length: 20 }, () => world.peer())
    for (const peer of peers) await world.join(peer)
    expect(peers.map((peer) => step2sOf(peer).length)).toEqual(peers.map(() => 0))
    author.type(0, 'meanwhile ')
    await world.settle()
    world.faults.release()
    await world.settle()
    for (const peer of peers) expect(firstStep2(peer)).toBe(author.reads)
    expect(author.reads).toMatch(/^meanwhile 0/)
    expect(loadCount() - before).toBe(1)
  })

  it('[ME2] is read for a client that was behind', async () => {
    begin({ snapshotCacheBytes: 0, sendBudgetBytes: 1_000 })
    const slow = world.peer()
    const socket = await world.join(slow)
    const author = await world.newcomer()
    const settleWithoutReading = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) {
        await world.turn()
        for (const other of world.sockets) {
          other.deliverToServer()
          if (other !== socket) other.deliverToClient()
        }
        while (world.clock.ringNext());
      }
    }
    for (let i = 0; i < 30; i++) {
      author.type(0, String(i % 10).repeat(100))
      await settleWithoutReading()
    }
    expect(slow.reads.length).toBeLessThan(author.reads.length)
    const before = loadCount()
    await world.settle()
    expect(slow.reads).toBe(author.reads)
    expect(slow.doc.store.pendingStructs).toBeNull()
    expect(loadCount()).toBeGreaterThan(before)
  })

  it('[ME3] holds up nothing else of those who wait for it', async () => {
    const author = await authorOf()
    world.faults.plan = ({ verb }) => (verb === 'load' ? { kind: 'stall' } : undefined)
    const late = await world.newcomer()
    const question = late.ask()
    late.awareness.setLocalStateField('user', 'Ada')
    author.type(0, 'x')
    await world.settle()
    expect(late.saved).toEqual([question])
    expect(author.sees).toEqual([late.client])
    expect(late.heard.map(({ type }) => type)).toContain('update')
    expect(step2sOf(late)).toEqual([])
    world.faults.release()
    await world.settle()
    expect(late.reads).toBe(author.reads)
  })

  it('[ME4] is not read to judge, save and relay, nor for who lacks nothing of it', async () => {
    const [author, other] = [await authorOf(), await world.newcomer()]
    const socket = [...world.sockets].at(-1)
    socket?.leave()
    await world.settle()
    world.faults.plan = ({ verb }) => (verb === 'load' ? { kind: 'fail' } : undefined)
    author.erase(10, 30)
    author.type(3, 'more')
    other.erase(15, 60)
    await world.settle()
    await world.join(other)
    expect(other.reads).toBe(author.reads)
    expect(other.reads).toHaveLength(2_000 - 65 + 4)
    const again = (await world.disk.load('story'))?.tail.length
    other.send(encodeStep1(Y.encodeStateVector(other.doc)))
    await world.settle()
    expect((await world.disk.load('story'))?.tail.length).toBe(again)
    expect(other.isConnected).toBe(true)
  })

  it('[ME5] and cannot be read closes who waits with 1013 and nobody else; the next is answered', async () => {
    const author = await authorOf()
    world.faults.plan = ({ verb }) => (verb === 'load' ? { kind: 'fail' } : undefined)
    const [one, two] = [await world.newcomer(), await world.newcomer()]
    expect([one.closedWith, two.closedWith, author.isConnected]).toEqual([1013, 1013, true])
    world.faults.plan = () => undefined
    expect(firstStep2(await world.newcomer())).toBe(author.reads)
  })

  it('[ME5] because the document was removed closes who waits with 4404', async () => {
    const author = await authorOf()
    await world.disk.remove('story')
    const visitor = await world.newcomer()
    expect([visitor.closedWith, author.isConnected]).toEqual([4404, true])
  })

  it('[ME6] gives way to a newer one that is written while it is read', async () => {
    const author = await authorOf()
    world.faults.plan = ({ verb }) => (verb === 'load' ? { kind: 'stall' } : undefined)
    const late = await world.newcomer()
    world.faults.plan = () => undefined
    author.erase(0, 500)
    for (let i = 0; i < 10; i++) {
      author.type(0, 'new '.repeat(50))
      await world.settle()
    }
    // The answer came with the compaction; what is read at last is not wanted any more.
    expect([step2sOf(late).length, world.faults.stalled]).toEqual([1, 1])
    expect(late.reads).toBe(author.reads)
    world.faults.release()
    await world.settle()
    expect([late.reads, firstStep2(await world.newcomer())]).toEqual([author.reads, author.reads])
  })

  it('[ME6] gives way to a newer one that was let go as well, before the old one is read', async () => {
    const author = await authorOf()
    // Read what is there now, and hear of it late.
    const read = world.disk.load.bind(world.disk)
    let goOn = (): void => {}
    const held = new Promise<void>((resolve) => (goOn = resolve))
    world.disk.load = async (name) => {
      const stored = await read(name)
      await held
      return stored
    }
    const early = await world.newcomer()
    world.disk.load = read
    for (let i = 0; i < 10; i++) {
      author.type(0, 'new '.repeat(50))
      await world.settle()
    }
    world.faults.plan = ({ verb }) => (verb === 'load' ? { kind: 'stall' } : undefined)
    const late = await world.newcomer()
    goOn()
    await world.settle()
    expect([early.reads === author.reads, step2sOf(late).length, author.isConnected]).toEqual([true, 0, true])
    world.faults.release()
    await world.settle()
    expect(firstStep2(late)).toBe(author.reads)
  })

  it('[ME6] and is gone from storage closes the room with 1011; who comes back gets what storage has', async () => {
    const author = await authorOf()
    const read = world.disk.load.bind(world.disk)
    world.disk.load = async (name) => {
      const stored = await read(name)
      return stored && { ...stored, snapshot: undefined, tail: [] }
    }
    const visitor = await world.newcomer()
    world.disk.load = read
    expect([author.closedWith, visitor.closedWith]).toEqual([1011, 1011])
    await world.join(author)
    expect((await world.stored()).getText('text').toString()).toBe(author.reads)
  })
})
