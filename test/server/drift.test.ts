/**
 * Rules DA: copies that drifted apart, since frames were lost on the way, are found and made equal. Stories on a
 * virtual clock; test/faults/drift.test.ts lets chance lose frames of real clients.
 */
import { DeleteSet, Digest, DIFFERS_FRAME, encodeDigest, inspectUpdate, STORED_UPDATE_LIMITS } from '@cowrite/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { digestOf, only, pair, stateOf } from '../support/drift-pair.js'
import { World } from '../support/room-world.js'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.end())

describe('a client that compares by itself', () => {
  it('[DA1] hears nothing while its digest is that of everything committed', async () => {
    const { author, reader } = await pair(world)
    const before = reader.heard.length
    reader.send(encodeDigest(digestOf(author.doc)))
    await world.settle()
    expect(reader.heard.length).toBe(before)
  })

  it('[DA1] is told another one behind everything committed until then, and nothing of what is not', async () => {
    const { author, reader } = await pair(world)
    world.faults.plan = () => ({ kind: 'stall' })
    const saved = digestOf(author.doc)
    author.erase(0, 3)
    await world.settle()
    reader.send(encodeDigest(saved))
    await world.settle()
    expect(only(reader, 'digest')).toEqual([])
    reader.send(encodeDigest(new Uint8Array(16)))
    await world.settle()
    expect(reader.heard.at(-1)).toEqual({ type: 'digest', payload: saved })
    world.faults.plan = () => undefined
    world.faults.release()
    reader.send(encodeDigest(saved))
    await world.settle()
    expect(reader.heard.slice(-2).map(({ type }) => type)).toEqual(['update', 'digest'])
    expect(reader.heard.at(-1)?.payload).toEqual(digestOf(reader.doc))
    expect(stateOf(reader.doc)).toBe(stateOf(author.doc))
  })

  it('[DA2] is asked with a step 1 when it says that it differs, and what it brings is stored and relayed', async () => {
    const { author, reader, from } = await pair(world)
    author.erase(0, 3)
    expect(from.loseToServer()).toBe(1)
    author.send(DIFFERS_FRAME)
    await world.settle()
    expect(reader.reads).toBe('upon a time')
    expect(stateOf(await world.stored())).toBe(stateOf(author.doc))
    expect(world.log.lines.filter((line) => line.includes('drifted apart'))).toHaveLength(1)
  })

  it('[DA5] is not asked by the server then', async () => {
    const { author, reader } = await pair(world)
    for (const peer of [author, reader]) peer.send(encodeDigest(digestOf(peer.doc)))
    await world.settle()
    const asked = only(reader, 'step1').length
    await world.pass(300_000)
    expect(only(reader, 'step1').length).toBe(asked)
  })

  it('[DA3] the digest kept up to date is that of the bytes on disk, over commits and compactions', async () => {
    world = new World({ compactAfterUpdates: 5 })
    const [one, two] = [await world.newcomer(), await world.newcomer()]
    for (let i = 0; i < 40; i++) {
      // Both set one key at once: the loser is deleted by whoever holds both, and nobody says so.
      for (const peer of [one, two]) {
        peer.doc.getMap('map').set('key', i)
        peer.type(0, 'word')
        peer.erase(1, 2)
      }
      one.send(encodeDigest(new Uint8Array(16)))
      await world.pass(i % 5 === 0 ? 8_000 : 10)
      const stored = await world.disk.load('story')
      const deleted = DeleteSet.of([...(stored?.snapshot ? [stored.snapshot.deletions] : []), ...(stored?.tail ?? []).map(({ update }) => update)]
        .flatMap((update) => inspectUpdate(update, STORED_UPDATE_LIMITS).deletions))
      const [room] = world.rooms
      expect(room?.state.digest()).toEqual(Digest.of(Y.decodeStateVector(Y.encodeStateVector(await world.stored())), deleted.ranges()).bytes())
    }
    // Once everybody was asked, what nobody said is deleted is known as well.
    await world.pass(20_000)
    const [room] = world.rooms
    expect(room?.state.digest()).toEqual(digestOf(one.doc))
  })
})

describe('a step 1 that is not answered', () => {
  it('[DA7] is sent again: what a client brought offline arrives though question or answer were lost', async () => {
    for (const lose of ['loseToClient', 'loseToServer'] as const) {
      const author = world.peer()
      author.type(0, lose)
      const socket = world.connect(author)
      await world.turn()
      if (lose === 'loseToServer') socket.deliverToClient()
      expect(socket[lose]()).toBeGreaterThan(0)
      await world.pass(15_000)
      expect((await world.stored()).getText('text').toString()).toContain(lose)
    }
  })

  it('[DA7] so is one about a gap', async () => {
    const { author, reader, from } = await pair(world)
    author.type(0, 'On')
    expect(from.loseToServer()).toBe(1)
    author.type(2, 'c')
    from.deliverToServer()
    expect(from.loseToClient()).toBe(1)
    author.ask()
    await world.settle()
    expect(author.saved).toEqual([])
    await world.pass(15_000)
    expect(reader.reads).toBe(author.reads)
    expect(author.saved).toEqual([1])
  })

  it('[DA7] is not sent again while nothing at all comes from the client: its answer may be on its way', async () => {
    const author = world.peer()
    author.type(0, 'a long story')
    const socket = world.connect(author)
    await world.turn()
    socket.deliverToServer(1)
    socket.deliverToClient()
    for (let i = 0; i < 25; i++) {
      await world.elapse(1_000)
      socket.deliverToClient()
    }
    expect(only(author, 'step1')).toHaveLength(1)
    await world.settle()
    expect((await world.stored()).getText('text').toString()).toBe('a long story')
  })
})
