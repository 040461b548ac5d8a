/**
 * Rules SY1 to SY10: how clients of a room come to hold the same document. Stories on a virtual clock.
 */
import { encodeUpdate, inspectUpdate } from '@cowrite/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import type { Heard, Peer } from '../support/peer.js'
import { World } from '../support/room-world.js'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.end())

const typesOf = (heard: readonly Heard[]): string[] => heard.map(({ type }) => type)
const only = (peer: Peer, type: Heard['type']): Heard[] => peer.heard.filter((message) => message.type === type)

/** What a client that has nothing reads out of the first step 2. */
function firstStep2(peer: Peer): string {
  const doc = new Y.Doc()
  const first = only(peer, 'step2')[0]
  if (first) Y.applyUpdate(doc, first.payload)
  return doc.getText('text').toString()
}

describe('joining', () => {
  it('[SY1] is answered with a step 1, and with everybody who is here', async () => {
    const first = await world.newcomer()
    expect(typesOf(first.heard)).toEqual(['step1', 'step2', 'awareness'])
    const second = await world.newcomer()
    expect(typesOf(second.heard).slice(0, 2)).toEqual(['step1', 'awareness'])
    expect(second.sees).toEqual([])
    first.awareness.setLocalStateField('user', 'Ada')
    const third = await world.newcomer()
    expect(third.sees).toEqual([first.client])
  })

  it('[SY2] gets everything that the newcomer lacks, deletions included', async () => {
    const [first, second] = [await world.newcomer(), world.peer()]
    first.type(0, 'hello world')
    await world.settle()
    await world.join(second)
    expect(second.reads).toBe('hello world')
    const socket = [...world.sockets].at(-1)
    socket?.leave()
    await world.settle()
    first.erase(0, 6)
    await world.settle()
    await world.join(second)
    expect(second.reads).toBe('world')
  })

  it('[SY2] gets the deletions that a snapshot holds, also when it lacks no text', async () => {
    world = new World({ compactAfterUpdates: 10 })
    const [first, second] = [await world.newcomer(), world.peer()]
    for (const letter of 'abcdefgh') first.type(first.reads.length, letter)
    const socket = await world.join(second)
    socket.leave()
    await world.settle()
    for (let i = 0; i < 6; i++) {
      first.erase(0, 1)
      await world.settle()
    }
    expect((await world.disk.load('story'))?.snapshot).toBeDefined()
    await world.join(second)
    expect(second.reads).toBe('gh')
    expect(only(second, 'step2').at(-1)?.payload.length).toBeLessThan(40)
  })

  it('[SY3] waits until the document is loaded, however slowly that goes', async () => {
    const author = await world.newcomer()
    author.type(0, 'written before')
    await world.settle()
    await world.crash()
    world.faults.plan = ({ verb }) => (verb === 'load' ? { kind: 'stall' } : undefined)
    const newcomer = world.peer()
    world.connect(newcomer)
    await world.pass(120_000)
    expect(only(newcomer, 'step2')).toEqual([])
    expect(newcomer.closedWith).toBeUndefined()
    expect(newcomer.isConnected).toBe(true)
    world.faults.release()
    await world.settle()
    expect(firstStep2(newcomer)).toBe('written before')
  })

  it('[SY10] finds one room, loaded once, when two come at once', async () => {
    const loads: string[] = []
    world.faults.plan = ({ verb }) => (loads.push(verb), undefined)
    const peers = [world.peer(), world.peer(), world.peer()]
    for (const peer of peers) world.connect(peer)
    await world.settle()
    expect(loads).toEqual(['load'])
    expect(world.rooms.size).toBe(1)
    peers[0]?.type(0, 'x')
    await world.settle()
    expect(peers.map((peer) => peer.reads)).toEqual(['x', 'x', 'x'])
  })
})

describe('an update', () => {
  it('[SY4] reaches everybody, its author included, and not before it is on disk', async () => {
    const [author, reader] = [await world.newcomer(), await world.newcomer()]
    const before = only(author, 'update').length
    world.faults.plan = () => ({ kind: 'stall' })
    author.type(0, 'secret')
    await world.pass(1_000)
    expect(reader.reads).toBe('')
    const joiner = world.peer()
    await world.join(joiner)
    expect(joiner.reads).toBe('')
    expect(only(author, 'update').length).toBe(before)
    world.faults.plan = () => undefined
    world.faults.release()
    await world.settle()
    expect([reader.reads, joiner.reads]).toEqual(['secret', 'secret'])
    expect(only(author, 'update').length).toBe(before + 1)
  })

  it('[SY5] goes out with the others of its commit as one frame, the same for all', async () => {
    const peers = [await world.newcomer(), await world.newcomer(), await world.newcomer()]
    for (const peer of peers) peer.heard.length = 0
    for (const [i, peer] of peers.entries()) for (const letter of 'abc') peer.type(0, `${letter}${i}`)
    world.faults.plan = () => ({ kind: 'stall' })
    await world.settle()
    world.faults.plan = () => undefined
    world.faults.release()
    await world.settle()
    // The first update starts a commit by itself; the other eight gather behind it.
    for (const peer of peers) expect(only(peer, 'update').length).toBe(2)
    const [first, ...rest] = peers.map((peer) => only(peer, 'update').map(({ payload }) => [...payload]))
    for (const other of rest) expect(other).toEqual(first)
    expect(new Set(peers.map((peer) => peer.reads)).size).toBe(1)
  })

  it('[SY6] with a gap is neither stored nor relayed, and its author is asked for what is missing', async () => {
    const [author, reader] = [await world.newcomer(), await world.newcomer()]
    const elsewhere = new Y.Doc()
    const updates: Uint8Array[] = []
    elsewhere.on('update', (update: Uint8Array) => updates.push(update))
    elsewhere.getText('text').insert(0, 'first')
    elsewhere.getText('text').insert(5, ' second')
    author.heard.length = 0
    Y.applyUpdate(author.doc, updates[0] as Uint8Array, author) // the author knows it, and the server does not
    author.send(encodeUpdate(updates[1] as Uint8Array))
    const socket = [...world.sockets][0]
    socket?.deliverToServer()
    await world.turn()
    expect(await world.disk.load('story')).toBeUndefined()
    expect(reader.reads).toBe('')
    Y.applyUpdate(author.doc, updates[1] as Uint8Array, author)
    await world.settle()
    expect(typesOf(author.heard)).toEqual(['step1', 'update'])
    expect(reader.reads).toBe('first second')
    expect((await world.stored()).getText('text').toString()).toBe('first second')
  })

  it('[SY6] that deletes what is not there is a gap as well', async () => {
    const author = await world.newcomer()
    const elsewhere = new Y.Doc()
    elsewhere.getText('text').insert(0, 'gone')
    Y.applyUpdate(author.doc, Y.encodeStateAsUpdate(elsewhere), author)
    author.erase(0, 2)
    await world.settle()
    expect((await world.stored()).getText('text').toString()).toBe('ne')
  })

  it('[SY7] whose gap its author cannot fill ends in 4400 after three answers', async () => {
    const author = await world.newcomer()
    const elsewhere = new Y.Doc()
    elsewhere.getText('text').insert(0, 'first')
    const vector = Y.encodeStateVector(elsewhere)
    elsewhere.getText('text').insert(5, ' second')
    const gapped = Y.encodeStateAsUpdate(elsewhere, vector)
    author.heard.length = 0
    // Its answers hold the same update again, since that is all it knows: Yjs keeps it pending.
    Y.applyUpdate(author.doc, gapped, author)
    author.send(encodeUpdate(gapped))
    await world.settle()
    expect(typesOf(author.heard)).toEqual(['step1', 'step1', 'step1'])
    expect(author.closedWith).toBe(4400)
    expect(await world.disk.load('story')).toBeUndefined()
  })

  it('[SY8] that is known already is not stored or relayed again', async () => {
    const [author, reader] = [await world.newcomer(), await world.newcomer()]
    author.type(0, 'once')
    author.erase(0, 1)
    await world.settle()
    const stored = (await world.disk.load('story'))?.tail.length
    reader.heard.length = 0
    author.send(encodeUpdate(Y.encodeStateAsUpdate(author.doc)))
    await world.settle()
    expect(reader.heard).toEqual([])
    expect((await world.disk.load('story'))?.tail.length).toBe(stored)
  })

  it('[SY8] that is known in part is stored in the part that is new', async () => {
    const author = await world.newcomer()
    author.type(0, 'known')
    author.erase(0, 1)
    await world.settle()
    const copy = new Y.Doc()
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(author.doc))
    copy.getText('text').insert(4, '!')
    copy.getText('text').delete(0, 1)
    author.send(encodeUpdate(Y.encodeStateAsUpdate(copy)))
    await world.settle()
    expect(author.reads).toBe('own!')
    const last = (await world.disk.load('story'))?.tail.at(-1)
    const { structs, deletions } = inspectUpdate(last?.update as Uint8Array)
    expect(structs.map(({ client, clock, end }) => [client, end - clock])).toEqual([[copy.clientID, 1]])
    expect(deletions.map(({ clock, end }) => [clock, end])).toEqual([[1, 2]])
  })

  it('[SY8] of a returning client whose edits were all saved changes nothing on disk', async () => {
    const author = await world.newcomer()
    author.type(0, 'saved')
    author.erase(4, 1)
    await world.settle()
    for (let visits = 0; visits < 5; visits++) {
      await world.crash()
      await world.join(author)
    }
    expect((await world.disk.load('story'))?.tail.length).toBe(2)
    expect(author.reads).toBe('save')
  })
})
