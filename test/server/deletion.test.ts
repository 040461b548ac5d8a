/**
 * Documents that are deleted, restored, erased and created anew, while clients are there and while they are away.
 */
import { refusalOf } from '@cowrite/persistence/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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

describe('deleting a document', () => {
  it('[DE1] closes everybody with 4404, also those who are loading; who comes is refused the same', async () => {
    const peers = await crowd.writing(3)
    await crowd.during(world.rooms.remove('story'))
    expect(peers.map((peer) => peer.closedWith)).toEqual([4404, 4404, 4404])
    expect((await world.newcomer()).closedWith).toBe(4404)
    await crowd.during(world.rooms.undelete('story'))
    world.faults.plan = ({ verb }) => (verb === 'load' ? { kind: 'stall' } : undefined)
    const loading = await world.newcomer()
    expect(loading.isConnected).toBe(true)
    await crowd.during(world.rooms.remove('story'))
    world.faults.plan = () => undefined
    world.faults.release()
    await world.settle()
    expect(loading.closedWith).toBe(4404)
    expect(world.rooms.size).toBe(0)
  })

  it('[DE1] a visitor whose document was read before and arrives after is refused, too', async () => {
    await crowd.writing(1)
    await world.crash()
    let goOn = (): void => {}
    const held = new Promise<void>((resolve) => (goOn = resolve))
    const read = world.disk.load.bind(world.disk)
    world.disk.load = async (name) => {
      const stored = await read(name)
      await held
      return stored
    }
    const visitor = await world.newcomer()
    world.disk.load = read
    await crowd.during(world.rooms.remove('story'))
    goOn()
    await world.settle()
    expect([visitor.closedWith, visitor.reads]).toEqual([4404, ''])
  })

  it('[DE2] saves what was accepted before, and undelete brings all of it back in the same epoch', async () => {
    const [author] = await crowd.writing(1)
    const before = (await world.disk.load('story'))?.epoch
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'stall' } : undefined)
    author?.type(0, 'just now ')
    await world.settle()
    const removed = world.rooms.remove('story')
    await world.settle()
    world.faults.plan = () => undefined
    world.faults.release()
    await crowd.during(removed)
    expect(author?.closedWith).toBe(4404)
    await crowd.during(world.rooms.undelete('story'))
    expect(await crowd.storedText()).toBe('just now 0 was here. ')
    expect((await world.disk.load('story'))?.epoch).toBe(before)
    author?.type(0, 'offline ')
    await world.join(author as Peer)
    expect(await crowd.storedText()).toBe('offline just now 0 was here. ')
  })

  it('[DE3] that fails closes nobody and deletes nothing', async () => {
    const [author] = await crowd.writing(1)
    world.faults.plan = ({ verb }) => (verb === 'remove' ? { kind: 'fail' } : undefined)
    for (const verb of ['remove', 'erase'] as const) {
      expect(await refusalOf(crowd.during(world.rooms[verb]('story')))).toBe('io')
      author?.type(0, 'on ')
      await world.settle()
    }
    expect(author?.isConnected).toBe(true)
    expect(await crowd.storedText()).toBe('on on 0 was here. ')
  })

  it('[DE4] erasing leaves a name that refuses everybody until it is created', async () => {
    const [author, other] = await crowd.writing(2)
    await crowd.during(world.rooms.erase('story'))
    expect([author?.closedWith, other?.closedWith]).toEqual([4404, 4404])
    await crowd.during(world.rooms.undelete('story'))
    const late = await world.newcomer()
    expect(late.closedWith).toBe(4404)
    expect(await world.rooms.listRemoved({ limit: 10 })).toEqual([{ name: 'story', time: world.clock.date(), erased: true }])
    await crowd.during(world.rooms.create('story'))
    const first = await world.newcomer()
    first.type(0, 'a new beginning')
    await world.settle()
    expect(await crowd.storedText()).toBe('a new beginning')
    expect(await world.rooms.listRemoved({ limit: 10 })).toEqual([])
  })

  it('[DE4] works while nothing can be saved, and what waited for the disk goes with it', async () => {
    const [author] = await crowd.writing(1)
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'fail' } : undefined)
    author?.type(0, 'unsaved ')
    await world.pass(500)
    expect(world.committer.failingSince).toBeDefined()
    await crowd.during(world.rooms.erase('story'))
    expect(author?.closedWith).toBe(4404)
    world.faults.plan = () => undefined
    await world.pass(5_000)
    expect([world.committer.unsavedBytes, world.committer.failingSince]).toEqual([0, undefined])
    await crowd.during(world.rooms.create('story'))
    await world.pass(5_000)
    expect(await crowd.storedText()).toBe('')
  })

  it('[DE5] what is still on its way from before never lands in what is created after', async () => {
    const [author] = await crowd.writing(1)
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'fail' } : undefined)
    author?.type(0, 'old ')
    await world.settle()
    await world.disk.erase('story')
    await world.disk.create('story')
    world.faults.plan = () => undefined
    await world.pass(5_000)
    expect(await crowd.storedText()).toBe('')
    expect([author?.closedWith, world.committer.unsavedBytes]).toEqual([4409, 0])
    expect(author?.saved).toEqual([])
  })

  it('[DE5] nor does it take with it what others write into the new one in the same append', async () => {
    const [author] = await crowd.writing(1)
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'fail' } : undefined)
    author?.type(0, 'old ')
    await world.pass(300)
    await crowd.during(world.rooms.erase('story'))
    await crowd.during(world.rooms.create('story'))
    const fresh = world.peer()
    world.connect(fresh)
    await world.settle()
    fresh.type(0, 'new')
    const question = fresh.ask()
    await world.settle()
    world.faults.plan = () => undefined
    await world.pass(5_000)
    expect(await crowd.storedText()).toBe('new')
    expect([fresh.closedWith, fresh.saved]).toEqual([undefined, [question]])
  })

  it('[DE6] what is not there cannot be deleted, and nobody is closed', async () => {
    const early = await world.newcomer()
    for (const verb of ['remove', 'erase', 'undelete'] as const) await crowd.during(world.rooms[verb]('story'))
    expect(early.isConnected).toBe(true)
    early.type(0, 'first')
    await world.settle()
    expect(await crowd.storedText()).toBe('first')
  })

  it('[DE7] a document that is created explicitly while somebody waits to write its first word gets that word', async () => {
    const early = await world.newcomer()
    await crowd.during(world.rooms.create('story'))
    expect(early.closedWith).toBe(1011)
    await world.join(early)
    early.type(0, 'first')
    await world.settle()
    expect(await crowd.storedText()).toBe('first')
    expect(await refusalOf(world.rooms.create('story'))).toBe(undefined)
    await crowd.during(world.rooms.remove('story'))
    expect(await refusalOf(world.rooms.create('story'))).toBe('removed')
  })

  it('[DE8] 10 online and 5 offline: all of them come back in vain, and nothing of the document returns', async () => {
    const peers = await crowd.writing(15)
    const offline = peers.slice(10)
    await crowd.leave(...offline)
    for (const peer of offline) peer.type(0, 'typed offline ')
    await crowd.during(world.rooms.erase('story'))
    for (const peer of peers) await world.join(peer)
    expect(peers.map((peer) => peer.closedWith)).toEqual(peers.map(() => 4404))
    // Nor once the name is in use again.
    await crowd.during(world.rooms.create('story'))
    const first = await world.newcomer()
    first.type(0, 'new')
    await world.settle()
    for (const peer of peers) await world.join(peer)
    expect(peers.map((peer) => peer.closedWith)).toEqual(peers.map(() => 4409))
    expect(await crowd.storedText()).toBe('new')
    for (const peer of offline) expect(peer.reads).not.toContain('new')
  })
})
