/** Rules DA5 and DA6: stock clients, which cannot compare by themselves. Stories on a virtual clock. */
import { encodeStep2 } from '@cowrite/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { only, pair, stateOf } from '../support/drift-pair.js'
import type { Peer } from '../support/peer.js'
import { QueuedSocket } from '../support/queued-socket.js'
import { World } from '../support/room-world.js'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.end())

describe('a stock client', () => {
  const losses: Record<string, (author: Peer) => void> = {
    'text': (author) => author.type(0, 'Tw'),
    'a deletion': (author) => author.erase(0, 3),
    'a large change': (author) => author.type(4, 'x'.repeat(5_000)),
  }

  it.each(Object.entries(losses))('[DA5] that was not told of %s is, within 15 s', async (_, change) => {
    const { author, reader, to } = await pair(world)
    change(author)
    await world.turn()
    for (const socket of world.sockets) if (socket !== to) socket.deliverToServer()
    await world.elapse(50)
    expect(to.loseToClient()).toBeGreaterThan(0)
    await world.pass(15_000)
    expect(reader.reads).toBe(author.reads)
    expect(stateOf(reader.doc)).toBe(stateOf(author.doc))
  })

  it('[DA5] is not taken to have what Yjs keeps aside, since something before it was lost', async () => {
    const { author, reader, to } = await pair(world)
    author.type(14, ' there was')
    await world.turn()
    for (const socket of world.sockets) if (socket !== to) socket.deliverToServer()
    await world.elapse(50)
    expect(to.loseToClient()).toBeGreaterThan(0)
    author.type(author.reads.length, ' a king')
    await world.settle()
    expect(reader.reads).toBe('ce upon a time')
    expect(reader.doc.store.pendingStructs).not.toBeNull()
    await world.pass(15_000)
    expect(reader.reads).toBe('ce upon a time there was a king')
    expect(stateOf(reader.doc)).toBe(stateOf(author.doc))
  })

  it('[DA5] whose change was lost on the way to the server is asked for it, within 15 s', async () => {
    const { author, reader, from } = await pair(world)
    for (const change of [() => author.type(0, 'On'), () => author.erase(3, 5)]) {
      change()
      expect(from.loseToServer()).toBe(1)
      author.awareness.setLocalStateField('caret', author.reads.length)
      await world.pass(15_000)
      expect(reader.reads).toBe(author.reads)
    }
    expect(stateOf(reader.doc)).toBe(stateOf(author.doc))
  })

  it('[DA5] whose first step 2 was lost gets the document, within 15 s', async () => {
    const author = await world.newcomer()
    author.type(0, 'once upon a time')
    await world.settle()
    const reader = world.peer()
    const socket = world.connect(reader)
    await world.turn()
    socket.deliverToServer()
    await world.turn()
    socket.loseToClient()
    await world.pass(15_000)
    expect(only(reader, 'step2').length).toBeGreaterThan(0)
    expect(reader.reads).toBe('once upon a time')
  })

  it('[DA5] that has everything is sent nothing of the document, however late its answers come', async () => {
    const { author, reader, to } = await pair(world)
    for (let i = 0; i < 120; i++) {
      author.type(0, 'x')
      author.erase(1, 1)
      await world.elapse(500)
      for (const socket of world.sockets) if (socket !== to) socket.deliverToServer()
      await world.elapse(500)
      // The reader reads and answers when much has happened since.
      if (i % 3 === 2) to.deliverToClient()
      if (i % 5 === 4) to.deliverToServer()
    }
    await world.settle()
    expect(only(reader, 'step1').length).toBeGreaterThan(5)
    expect(only(reader, 'step2')).toHaveLength(1)
    expect(world.log.lines.filter((line) => line.includes('drifted apart'))).toEqual([])
  })

  it('[DA6] is asked every few seconds while the document changes, and at most once a minute when it does not', async () => {
    const { author, reader } = await pair(world)
    const asked = (): number => only(reader, 'step1').length
    await world.pass(300_000)
    const calm = asked()
    await world.pass(600_000)
    expect(asked() - calm).toBeGreaterThanOrEqual(8)
    expect(asked() - calm).toBeLessThanOrEqual(10)
    const before = asked()
    for (let i = 0; i < 60; i++) {
      author.type(0, 'x')
      await world.pass(1_000)
    }
    expect(asked() - before).toBeGreaterThanOrEqual(8)
    expect(asked() - before).toBeLessThanOrEqual(12)
  })

  it('[DA6] of a document in which much is deleted is asked more seldom: 2 kB a second at most', async () => {
    const { author, reader } = await pair(world)
    author.doc.transact(() => {
      for (let i = 0; i < 4_000; i++) {
        author.doc.getMap('map').set('key', i)
        author.doc.getArray('list').push([i])
      }
    })
    await world.pass(20_000)
    let bytes = 0
    const count = (frame: Uint8Array): void => void (bytes += frame.length)
    for (const socket of world.sockets) socket.onClientSend = count
    for (let i = 0; i < 120; i++) {
      author.type(0, 'x')
      await world.pass(1_000)
    }
    expect(only(reader, 'step1').length).toBeGreaterThan(2)
    // Of two clients, and what the author types.
    expect(bytes).toBeLessThan(2 * 2_000 * 130 + 120 * 40)
    expect(bytes).toBeGreaterThan(50_000)
  })

  it('[DA6] is not asked to send back at once the megabytes that somebody pasted', async () => {
    const { author, reader } = await pair(world)
    await world.pass(60_000)
    const asked = (): number => only(reader, 'step1').length
    const before = asked()
    author.type(0, 'word '.repeat(40_000))
    // 200 kB are 100 s from the last question, and that was a minute ago at most.
    await world.pass(38_000)
    expect(reader.reads).toBe(author.reads)
    expect(asked()).toBe(before)
    await world.pass(64_000)
    expect(asked()).toBe(before + 1)
  })

  it('[DA6] that keeps nothing of what it is sent is not sent the document for ever', async () => {
    const { author } = await pair(world)
    let bytes = 0
    const robot = new QueuedSocket({
      received: (frame) => {
        bytes += frame.length
        if (frame[0] === 0 && frame[1] === 0) robot.clientSend(encodeStep2(Uint8Array.of(0, 0)))
      },
      closed: () => {},
    })
    author.type(0, 'word '.repeat(10_000))
    await world.settle()
    world.open(robot)
    await world.pass(600_000)
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes).toBeLessThan(2_000 * 600)
  })
})
