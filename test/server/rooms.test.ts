/**
 * Rules SY9 and SY11: what all come to hold, and rooms that come and go. Stories on a virtual clock.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { Peer } from '../support/peer.js'
import { World } from '../support/room-world.js'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.end())

/** What a client that has nothing reads out of the first step 2. */
function firstStep2(peer: Peer): string {
  const doc = new Y.Doc()
  const first = peer.heard.find(({ type }) => type === 'step2')
  if (first) Y.applyUpdate(doc, first.payload)
  return doc.getText('text').toString()
}

describe('everybody', () => {
  it('[SY9] ends with the same text when all type at once, and a late joiner and the disk with them', async () => {
    const peers = [await world.newcomer(), await world.newcomer(), await world.newcomer()]
    for (const [i, peer] of peers.entries()) peer.type(0, `from ${i}; `)
    await world.settle()
    const late = await world.newcomer()
    const texts = [...peers, late].map((peer) => peer.reads)
    expect(new Set(texts).size).toBe(1)
    expect(texts[0]).toHaveLength(24)
    expect((await world.stored()).getText('text').toString()).toBe(texts[0])
  })

  it('[SY9] gets what was typed offline, on both sides, after a crash of the server', async () => {
    const [first, second] = [await world.newcomer(), await world.newcomer()]
    first.type(0, 'base ')
    await world.settle()
    await world.crash()
    first.type(5, 'one ')
    second.type(5, 'two ')
    second.erase(0, 1)
    await world.join(first)
    await world.join(second)
    expect(first.reads).toBe(second.reads)
    expect([...first.reads].sort().join('')).toBe([...'ase one two '].sort().join(''))
  })

  it('[SY9] may join while a compaction runs and while it ends', async () => {
    world = new World({ compactAfterUpdates: 10 })
    const author = await world.newcomer()
    world.faults.plan = ({ verb }) => (verb === 'compact' ? { kind: 'stall' } : undefined)
    for (let i = 0; i < 25; i++) {
      author.type(0, String(i % 10))
      await world.settle()
    }
    const during = await world.newcomer()
    author.erase(0, 5)
    await world.settle()
    world.faults.plan = () => undefined
    world.faults.release()
    author.type(0, 'x')
    await world.settle()
    const after = await world.newcomer()
    expect((await world.disk.load('story'))?.snapshot).toBeDefined()
    expect([during.reads, after.reads]).toEqual([author.reads, author.reads])
  })
})

describe('a room without visitors', () => {
  it('[SY11] is put away after a while, and comes back as it was', async () => {
    const author = await world.newcomer()
    author.type(0, 'kept')
    const [socket] = world.sockets
    socket?.leave()
    await world.settle()
    await world.pass(4_000)
    expect(world.rooms.size).toBe(1)
    await world.pass(1_500)
    expect(world.rooms.size).toBe(0)
    expect(firstStep2(await world.newcomer())).toBe('kept')
  })

  it('[SY11] stays while somebody came back, and while something is unsaved', async () => {
    const author = await world.newcomer()
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'fail' } : undefined)
    author.type(0, 'not yet saved')
    await world.settle()
    for (const socket of world.sockets) socket.leave()
    await world.pass(60_000)
    expect(world.rooms.size).toBe(1)
    const visitor = await world.newcomer()
    world.faults.plan = () => undefined
    await world.pass(10_000)
    expect(visitor.reads).toBe('not yet saved')
    expect(world.rooms.size).toBe(1)
    for (const socket of world.sockets) socket.leave()
    await world.pass(6_000)
    expect(world.rooms.size).toBe(0)
  })

  it('[SY11] leaves nothing behind: no timer, no room, no connection after a thousand visits', async () => {
    await world.settle()
    const before = world.clock.waiting
    for (let i = 0; i < 1_000; i++) {
      const visitor = new Peer()
      const socket = world.connect(visitor, `room ${i % 50}`)
      if (i % 10 === 0) await world.settle()
      socket.leave()
      visitor.destroy()
    }
    await world.pass(60_000)
    expect(world.clock.waiting).toBe(before)
    expect(world.rooms.size).toBe(0)
    expect(world.connections.size).toBe(0)
  })
})
