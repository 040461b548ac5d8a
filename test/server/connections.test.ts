/**
 * Rules CN1, CN2, CN4, CN5: life signs, slow readers, and errors that stay where they happen. Stories on a virtual clock.
 */
import { encodeStep1 } from '@cowrite/protocol'
import { MemoryStorage, StorageError } from '@cowrite/persistence'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import type { Heard, Peer } from '../support/peer.js'
import type { QueuedSocket } from '../support/queued-socket.js'
import { World } from '../support/room-world.js'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.end())

const only = (peer: Peer, type: Heard['type']): Heard[] => peer.heard.filter((message) => message.type === type)

/** Lets everything happen for all but one, who does not read. */
async function settleWithout(slow: QueuedSocket): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet++) {
    await world.turn()
    let moved = slow.deliverToServer()
    for (const socket of world.sockets) if (socket !== slow) moved += socket.deliverToServer() + socket.deliverToClient()
    while (world.clock.ringNext()) moved++
    if (moved > 0) quiet = 0
  }
}

describe('life signs', () => {
  it('[CN1] something is sent at least every 20 s, also while nothing happens', async () => {
    const reader = await world.newcomer()
    const times: number[] = []
    world.onSend = () => times.push(world.clock.now())
    const begin = world.clock.now()
    await world.pass(300_000)
    const silences = [begin, ...times].map((time, i) => (times[i] ?? world.clock.now()) - time)
    expect(Math.max(...silences)).toBeLessThanOrEqual(20_000)
    expect(only(reader, 'awareness').at(-1)?.payload).toEqual(Uint8Array.of(0))
  })

  it('[CN1] also while the document loads', async () => {
    world.faults.plan = () => ({ kind: 'stall' })
    const reader = world.peer()
    world.connect(reader)
    await world.pass(60_000)
    expect(reader.heard.length).toBeGreaterThanOrEqual(3)
    expect(new Set(reader.heard.map(({ type }) => type))).toEqual(new Set(['awareness']))
  })
})

describe('a reader who does not read', () => {
  beforeEach(() => {
    world = new World({ sendBudgetBytes: 2_000 })
  })

  it('[CN2] gets no more than its budget, then one update with all it missed, and the others are not slowed', async () => {
    const [author, other] = [await world.newcomer(), await world.newcomer()]
    const slow = world.peer()
    const socket = await world.join(slow)
    slow.heard.length = 0
    let most = 0
    for (let i = 0; i < 200; i++) {
      author.type(author.reads.length, `${i} `.padEnd(100, '.'))
      if (i % 10 === 0) author.erase(0, 5)
      await settleWithout(socket)
      most = Math.max(most, socket.bufferedBytes)
      expect(other.reads).toBe(author.reads)
    }
    // One frame may go over the budget.
    expect(most).toBeLessThan(2_000 + 300)
    // Each has 100 letters at least.
    const queued = Math.floor(most / 100)
    await world.settle()
    expect(slow.reads).toBe(author.reads)
    expect(only(slow, 'update').length).toBeLessThan(queued + 5)
    expect(socket.bufferedBytes).toBe(0)
    author.type(0, 'and goes on')
    await world.settle()
    expect(slow.reads).toBe(author.reads)
  })

  it('[CN2] gets the same bytes as the others who stopped reading within a second', async () => {
    const author = await world.newcomer()
    const slow = await Promise.all([1, 2, 3, 4, 5].map(() => world.join(world.peer())))
    const others = [...world.sockets].filter((socket) => !slow.includes(socket))
    const settle = async (): Promise<void> => {
      for (let turn = 0; turn < 10; turn++) {
        for (const socket of slow) socket.deliverToServer()
        for (const socket of others) for (; socket.deliverToServer() + socket.deliverToClient() > 0;);
        await world.elapse(10)
      }
    }
    for (let i = 0; i < 20; i++) {
      author.type(0, 'x'.repeat(200 + i))
      await settle()
    }
    const updates: Uint8Array[] = []
    for (const socket of slow) {
      expect(socket.bufferedBytes).toBeGreaterThan(2_000)
      let last: Uint8Array | undefined
      socket.onSend = (frame) => (frame[0] === 0 && frame[1] === 2 ? (last = frame) : undefined)
      while (socket.deliverToClient() > 0) await world.turn()
      if (last) updates.push(last)
    }
    expect(updates).toHaveLength(5)
    expect(new Set(updates).size).toBeLessThanOrEqual(2)
  })

  it('[CN2] gets what was accepted before it fell behind and saved only afterwards', async () => {
    const author = await world.newcomer()
    const slow = world.peer()
    const socket = await world.join(slow)
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'stall' } : undefined)
    author.type(0, 'a'.repeat(3_000))
    await settleWithout(socket)
    author.type(0, 'b')
    await settleWithout(socket)
    // The big one is saved and makes the slow one fall behind, while the small one waits for the disk.
    world.faults.release()
    await settleWithout(socket)
    world.faults.plan = () => undefined
    world.faults.release()
    await settleWithout(socket)
    await world.settle()
    expect(slow.reads).toBe(author.reads)
    expect(slow.reads).toHaveLength(3_001)
  })

  it('[CN2] gets the answers that it is owed, and everybody who is here', async () => {
    const author = await world.newcomer()
    const slow = world.peer()
    const socket = await world.join(slow)
    author.type(0, 'x'.repeat(3_000))
    await settleWithout(socket)
    author.type(0, 'y')
    author.awareness.setLocalStateField('caret', 1)
    slow.type(0, 'mine')
    slow.ask()
    slow.send(encodeStep1(Y.encodeStateVector(slow.doc)))
    await settleWithout(socket)
    expect(slow.saved).toEqual([])
    slow.heard.length = 0
    await world.settle()
    expect(slow.reads).toBe(author.reads)
    expect(slow.reads).toContain('mine')
    expect(slow.saved).toEqual([1])
    expect(only(slow, 'step2')).toHaveLength(1)
    expect(slow.awareness.getStates().get(author.client)).toEqual({ caret: 1 })
  })

  it('[CN2] is left alone when it has read, however much the document deleted', async () => {
    const author = await world.newcomer()
    // Every second letter is gone: what was deleted takes more bytes than the budget, in every difference.
    author.type(0, 'x'.repeat(4_000))
    author.doc.transact(() => {
      for (let i = 0; i < 2_000; i++) author.erase(i, 1)
    })
    await world.settle()
    const reader = await world.newcomer()
    expect(reader.reads).toHaveLength(2_000)
    const heard = reader.heard.length
    author.type(0, 'y')
    await world.settle()
    expect(reader.reads === author.reads).toBe(true)
    expect(reader.heard.length).toBeLessThan(heard + 5)
  })

  it('[CN2] is dropped when it asks a thousand times without reading', async () => {
    const author = await world.newcomer()
    const slow = world.peer()
    const socket = await world.join(slow)
    author.type(0, 'x'.repeat(3_000))
    await settleWithout(socket)
    for (let i = 0; i < 1_100; i++) slow.ask()
    await settleWithout(socket)
    expect(world.connections.size).toBe(1)
    await world.settle()
    expect(slow.closedWith).toBe(1013)
  })
})

describe('an error', () => {
  it('[CN4] of the server in handling a message closes that connection with 1011 and no other', async () => {
    const [author, other] = [await world.newcomer(), await world.newcomer()]
    const [room] = world.rooms
    const fault = vi.spyOn((room as NonNullable<typeof room>).answers, 'step2').mockImplementationOnce(() => {
      throw new TypeError('out of order')
    })
    author.send(encodeStep1(Uint8Array.of(0)))
    await world.settle()
    expect(fault).toHaveBeenCalledTimes(1)
    expect(author.closedWith).toBe(1011)
    expect(other.isConnected).toBe(true)
    other.type(0, 'still here')
    const late = await world.newcomer()
    expect(late.reads).toBe('still here')
  })

  it('[CN5] in loading closes the visitors with 1013, and the next one tries again', async () => {
    world.faults.plan = ({ verb }) => (verb === 'load' ? { kind: 'fail' } : undefined)
    const [first, second] = [world.peer(), world.peer()]
    world.connect(first)
    world.connect(second)
    await world.settle()
    expect([first.closedWith, second.closedWith]).toEqual([1013, 1013])
    expect(world.rooms.size).toBe(0)
    world.faults.plan = () => undefined
    await world.join(first)
    expect(first.isConnected).toBe(true)
    first.type(0, 'x')
    await world.settle()
    expect((await world.stored()).getText('text').toString()).toBe('x')
  })

  it('[CN5] because the document was deleted closes with 4404, for good', async () => {
    const disk = new MemoryStorage()
    world = new World({ disk })
    const author = await world.newcomer()
    author.type(0, 'x')
    await world.settle()
    await world.crash()
    await disk.remove('story')
    await expect(disk.load('story')).rejects.toBeInstanceOf(StorageError)
    await world.join(author)
    expect(author.closedWith).toBe(4404)
  })
})
