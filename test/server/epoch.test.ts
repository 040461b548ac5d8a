/**
 * Epochs and seeds: clients that name the lineage that they have, and content for documents that are empty.
 */
import { MemoryStorage } from '@cowrite/persistence'
import { encodeSeed } from '@cowrite/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { Crowd } from '../support/lineages.js'
import type { Peer } from '../support/peer.js'
import { World } from '../support/room-world.js'

let world: World
let crowd: Crowd
beforeEach(() => {
  world = new World()
  crowd = new Crowd(world)
})
afterEach(() => world.end())

/** A client that asks for the epoch, or names one. */
async function asking(epoch: string | null = null, peer = world.peer()): Promise<Peer> {
  peer.namesEpoch = epoch
  await crowd.join(peer)
  return peer
}

const epochOf = async (): Promise<string | undefined> => (await world.disk.load('story'))?.epoch

describe('the epoch', () => {
  it('[EP1] is told to who asks, once the document is loaded and before anything of it', async () => {
    await crowd.writing(1)
    const asker = await asking()
    expect(asker.epochs).toEqual([await epochOf()])
    const types = asker.heard.map(({ type }) => type)
    expect(types.indexOf('epoch')).toBeLessThan(types.indexOf('step2'))
    const stock = await world.newcomer()
    stock.type(0, 'x')
    await world.settle()
    expect(stock.epochs).toEqual([])
  })

  it('[EP2] of a document that is not stored yet is told with its first update, before that is sent', async () => {
    const [author, reader] = [await asking(), await asking()]
    expect([author.epochs, reader.epochs]).toEqual([[''], ['']])
    author.type(0, 'first')
    await world.settle()
    author.type(0, 'second')
    await world.settle()
    const epoch = await epochOf()
    for (const peer of [author, reader]) {
      expect(peer.epochs).toEqual(['', epoch])
      const types = peer.heard.map(({ type }) => type)
      expect(types.lastIndexOf('epoch')).toBeLessThan(types.indexOf('update'))
    }
  })

  it('[EP3] named as another than the document has closes with 4409: nothing is taken in, nothing is sent', async () => {
    const [author] = await crowd.writing(1)
    const epoch = (await epochOf()) ?? ''
    expect((await asking(epoch)).isConnected).toBe(true)
    const stale = world.peer()
    stale.type(0, 'from another time')
    await asking('another', stale)
    expect(stale.closedWith).toBe(4409)
    expect(stale.heard.map(({ type }) => type).filter((type) => type === 'step2' || type === 'update')).toEqual([])
    expect(author?.reads).toBe('0 was here. ')
  })

  it('[EP4] of a document whose storage was lost is taken on from the first who has a copy; another is refused', async () => {
    const copy = await asking()
    copy.type(0, 'the only copy')
    await world.settle()
    const epoch = copy.epochs.at(-1) ?? ''
    const other = world.peer()
    Y.applyUpdate(other.doc, Y.encodeStateAsUpdate(copy.doc))
    const before = world
    world = new World({ disk: new MemoryStorage() })
    crowd = new Crowd(world)
    expect((await asking(null)).epochs).toEqual([''])
    await asking(epoch, copy)
    await asking(epoch, other)
    const foreign = await asking('another')
    expect([await epochOf(), await crowd.storedText()]).toEqual([epoch, 'the only copy'])
    expect([copy.closedWith, other.closedWith, foreign.closedWith]).toEqual([undefined, undefined, 4409])
    before.end()
  })
})

describe('a seed', () => {
  const seedOf = (text: string): Uint8Array => {
    const doc = new Y.Doc()
    doc.getText('text').insert(0, text)
    return Y.encodeStateAsUpdate(doc)
  }

  it('[SE1] of 50 who send the same at once is taken from one, once, and everybody has it', async () => {
    const peers = Array.from({ length: 50 }, () => world.peer())
    for (const peer of peers) world.connect(peer)
    for (const peer of peers) peer.send(encodeSeed(7, seedOf('Welcome!')))
    await world.settle()
    expect(peers.map((peer) => peer.reads)).toEqual(peers.map(() => 'Welcome!'))
    expect(peers.filter((peer) => peer.seeded[0]?.[1]).length).toBe(1)
    expect(peers.every((peer) => peer.seeded.length === 1 && peer.seeded[0]?.[0] === 7)).toBe(true)
    expect(await crowd.storedText()).toBe('Welcome!')
  })

  it('[SE2] is answered when what the document holds is on disk, taken or not', async () => {
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'stall' } : undefined)
    const [first, second] = [await world.newcomer(), await world.newcomer()]
    first.send(encodeSeed(1, seedOf('one')))
    second.send(encodeSeed(2, seedOf('two')))
    await world.settle()
    expect([first.seeded, second.seeded]).toEqual([[], []])
    world.faults.plan = () => undefined
    world.faults.release()
    await world.settle()
    expect([first.seeded, second.seeded]).toEqual([[[1, true]], [[2, false]]])
    expect(await crowd.storedText()).toBe('one')
  })

  it('[SE3] is not taken where anything was ever written, also when all of it was deleted', async () => {
    const author = await world.newcomer()
    author.type(0, 'abc')
    author.erase(0, 3)
    author.send(encodeSeed(1, seedOf('seed')))
    await world.settle()
    await world.crash()
    await world.join(author)
    author.send(encodeSeed(2, seedOf('seed')))
    await world.settle()
    expect(author.seeded).toEqual([[1, false], [2, false]])
    expect(await crowd.storedText()).toBe('')
  })

  it('[SE4] that is malformed, or refers to what it does not bring, closes with 4400; one of a former lineage with 4409', async () => {
    const doc = new Y.Doc()
    doc.getText('text').insert(0, 'base')
    const base = Y.encodeStateVector(doc)
    doc.getText('text').insert(4, ' and more')
    for (const update of [Uint8Array.of(1, 2), Y.encodeStateAsUpdate(doc, base)]) {
      const peer = await world.newcomer()
      peer.send(encodeSeed(1, update))
      await world.settle()
      expect([peer.closedWith, peer.seeded]).toEqual([4400, []])
    }
    const [old] = await crowd.writing(1)
    const copy = Y.encodeStateAsUpdate((old as Peer).doc)
    await crowd.during(world.rooms.erase('story'))
    await crowd.during(world.rooms.create('story'))
    const peer = await world.newcomer()
    peer.send(encodeSeed(1, copy))
    await world.settle()
    expect(peer.closedWith).toBe(4409)
    expect(await crowd.storedText()).toBe('')
  })

  it('[SE5] may be sent again by who heard no answer: it is there once', async () => {
    const peer = await world.newcomer()
    const seed = seedOf('once')
    world.onSend = () => {}
    peer.send(encodeSeed(1, seed))
    await crowd.during(world.committer.flush())
    await world.crash()
    await world.join(peer)
    peer.send(encodeSeed(2, seed))
    await world.settle()
    expect(peer.seeded.at(-1)).toEqual([2, false])
    expect(await crowd.storedText()).toBe('once')
  })
})
