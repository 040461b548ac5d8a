/**
 * Rules SA: what "saved" means, and what happens while storage fails. Stories on a virtual clock.
 */
import { encodeSaved, encodeUpdate } from '@cowrite/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import type { Heard, Peer } from '../support/peer.js'
import { World } from '../support/room-world.js'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.end())

const only = (peer: Peer, type: Heard['type']): Heard[] => peer.heard.filter((message) => message.type === type)
const textOnDisk = async (): Promise<string> => (await world.stored()).getText('text').toString()

/** A chain of two updates of somebody else's, of which the second builds on the first. */
function chain(): { first: Uint8Array; second: Uint8Array } {
  const doc = new Y.Doc()
  doc.getText('text').insert(0, 'first')
  const first = Y.encodeStateAsUpdate(doc)
  const vector = Y.encodeStateVector(doc)
  doc.getText('text').insert(5, ' second')
  return { first, second: Y.encodeStateAsUpdate(doc, vector) }
}

describe('the question "is it saved?"', () => {
  it('[SA1] is answered with the same bytes when everything before it is on disk, and not before', async () => {
    const author = await world.newcomer()
    world.faults.plan = () => ({ kind: 'stall' })
    author.type(0, 'precious')
    author.send(encodeSaved(Uint8Array.of(7, 0, 255)))
    await world.pass(5_000)
    expect(only(author, 'saved')).toEqual([])
    expect(await textOnDisk()).toBe('')
    world.faults.plan = () => undefined
    world.faults.release()
    await world.settle()
    expect(await textOnDisk()).toBe('precious')
    expect(author.heard.slice(-2).map(({ type }) => type)).toEqual(['update', 'saved'])
    expect([...(only(author, 'saved')[0]?.payload ?? [])]).toEqual([7, 0, 255])
  })

  it('[SA1] is answered at once when nothing is unsaved, and in the order of asking else', async () => {
    const author = await world.newcomer()
    author.ask()
    await world.settle()
    expect(author.saved).toEqual([1])
    world.faults.plan = () => ({ kind: 'stall' })
    for (let i = 0; i < 3; i++) {
      author.type(0, 'x')
      author.ask()
    }
    await world.settle()
    world.faults.release()
    await world.settle()
    // The first update was under way alone; the other two wait behind it.
    expect(author.saved).toEqual([1, 2])
    world.faults.release()
    await world.settle()
    expect(author.saved).toEqual([1, 2, 3, 4])
  })

  it('[SA1] waits for what an earlier connection of the same client brought, when that is sent again', async () => {
    const author = await world.newcomer()
    world.faults.plan = () => ({ kind: 'stall' })
    author.type(0, 'twice')
    await world.settle()
    for (const socket of world.sockets) socket.reset()
    await world.join(author)
    author.ask()
    await world.settle()
    expect(author.saved).toEqual([])
    world.faults.release()
    await world.settle()
    expect(author.saved).toEqual([1])
    expect(await textOnDisk()).toBe('twice')
  })

  it('[SA2] is never answered to a client that did not ask', async () => {
    const [asks, silent] = [await world.newcomer(), await world.newcomer()]
    asks.type(0, 'a')
    silent.type(0, 'b')
    asks.ask()
    await world.settle()
    expect(asks.saved).toEqual([1])
    expect(only(silent, 'saved')).toEqual([])
  })

  it('[SA6] is not answered while a gap is open, and is when it was filled', async () => {
    const author = await world.newcomer()
    const [socket] = world.sockets
    const { first, second } = chain()
    Y.applyUpdate(author.doc, first, author) // known to the author alone
    author.send(encodeUpdate(second))
    author.ask()
    socket?.deliverToServer()
    author.doc.getMap('map').set('beside', true) // builds on nothing unknown, so it does not close the gap
    author.ask()
    socket?.deliverToServer()
    await world.turn()
    // Only now hears the author that something is missing.
    expect(author.saved).toEqual([])
    expect((await world.stored()).getMap('map').toJSON()).toEqual({ beside: true })
    expect(await textOnDisk()).toBe('')
    Y.applyUpdate(author.doc, second, author)
    await world.settle()
    expect(author.saved).toEqual([1, 2])
    expect(await textOnDisk()).toBe('first second')
  })
})

describe('while storage fails', () => {
  it('[SA3] nothing is relayed or called saved, and presence goes on', async () => {
    const [author, reader] = [await world.newcomer(), await world.newcomer()]
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'fail' } : undefined)
    author.type(0, 'hello')
    author.ask()
    author.awareness.setLocalStateField('caret', 5)
    await world.pass(20_000)
    expect(reader.reads).toBe('')
    expect(author.saved).toEqual([])
    expect(reader.awareness.getStates().get(author.client)).toEqual({ caret: 5 })
    expect(world.committer.failingSince).toBeDefined()
  })

  it('[SA4] a failed append is tried again in order, and then everything is saved, relayed and answered', async () => {
    const [author, reader] = [await world.newcomer(), await world.newcomer()]
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'fail' } : undefined)
    for (const word of ['one ', 'two ', 'three ']) {
      author.type(author.reads.length, word)
      author.ask()
      await world.pass(10_000)
    }
    world.faults.plan = () => undefined
    // Retries come every two seconds at the most.
    await world.pass(2_000)
    expect(reader.reads).toBe('one two three ')
    expect(author.saved).toEqual([1, 2, 3])
    expect(await textOnDisk()).toBe('one two three ')
    expect(world.committer.failingSince).toBeUndefined()
    expect(world.committer.unsavedBytes).toBe(0)
    const tail = (await world.disk.load('story'))?.tail ?? []
    expect(tail.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
    const replayed = new Y.Doc()
    const texts = tail.map(({ update }) => (Y.applyUpdate(replayed, update), replayed.getText('text').toString()))
    expect(texts).toEqual(['one ', 'one two ', 'one two three '])
  })

  it('[SA4] an append that reached the disk in part is made again, and nothing is there twice for a reader', async () => {
    const [author, reader] = [await world.newcomer(), await world.newcomer()]
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'stall' } : undefined)
    author.type(0, 'x')
    await world.settle()
    for (const letter of 'abc') author.type(0, letter)
    await world.settle()
    let torn = 0
    world.faults.plan = ({ verb }) => (verb === 'append' && torn++ === 0 ? { kind: 'tear', entries: 2 } : undefined)
    world.faults.release()
    await world.pass(1_000)
    expect(torn).toBe(2)
    expect((await world.disk.load('story'))?.tail.length).toBe(1 + 2 + 3)
    expect(reader.reads).toBe('cbax')
    await world.crash()
    const late = await world.newcomer()
    expect(late.reads).toBe('cbax')
    expect(await textOnDisk()).toBe('cbax')
  })

  it('[SA4] one document does not wait for another whose beat is far', async () => {
    const [author, other] = [await world.newcomer('a'), await world.newcomer('b')]
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'stall' } : undefined)
    author.type(0, 'a')
    await world.settle()
    other.type(0, 'b')
    author.type(0, 'a')
    await world.settle()
    world.faults.plan = () => undefined
    world.faults.release()
    await world.settle()
    expect((await world.stored('a')).getText('text').toString()).toBe('aa')
    expect((await world.stored('b')).getText('text').toString()).toBe('b')
  })

  it('[SA5] who brings more than fits is closed with 1013, and nothing accepted is dropped', async () => {
    world = new World({ maxUnsavedBytes: 1_000 })
    const [author, reader, other] = [await world.newcomer(), await world.newcomer(), await world.newcomer('other')]
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'fail' } : undefined)
    let typed = ''
    while (author.isConnected) {
      typed += 'x'.repeat(100)
      author.type(0, 'x'.repeat(100))
      await world.settle()
      expect(typed.length).toBeLessThan(2_000)
    }
    expect(author.closedWith).toBe(1013)
    other.type(0, 'too much, also elsewhere')
    await world.settle()
    expect(other.closedWith).toBe(1013)
    expect(reader.isConnected).toBe(true)
    world.faults.plan = () => undefined
    await world.pass(2_000)
    // All but the piece that was refused is there; that one the author brings back.
    expect(reader.reads).toBe(typed.slice(100))
    await world.join(author)
    expect(reader.reads).toBe(typed)
  })

  it('[SA5] who brings nothing new may stay and come, and read', async () => {
    world = new World({ maxUnsavedBytes: 1_000 })
    const author = await world.newcomer()
    author.type(0, 'to be read')
    await world.settle()
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'fail' } : undefined)
    author.type(0, 'x'.repeat(2_000))
    await world.settle()
    expect(world.committer.isFull).toBe(true)
    const reader = await world.newcomer()
    expect(reader.closedWith).toBeUndefined()
    expect(reader.isConnected).toBe(true)
    expect(reader.reads).toBe('to be read')
  })
})
