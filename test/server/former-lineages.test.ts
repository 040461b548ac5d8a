/**
 * Clients that hold a copy of what was erased: they name no epoch, and must be recognized by what they have.
 */
import { MemoryStorage } from '@cowrite/persistence'
import { encodeStep2, encodeUpdate } from '@cowrite/protocol'
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

describe('a client with a copy of a former lineage', () => {
  const begun = async (): Promise<{ old: Peer; fresh: Peer }> => {
    const [old] = await crowd.writing(1)
    await crowd.during(world.rooms.erase('story'))
    await crowd.during(world.rooms.create('story'))
    const fresh = await world.newcomer()
    fresh.type(0, 'new')
    await world.settle()
    return { old: old as Peer, fresh }
  }

  it('[LI1] is closed with 4409 by the state vector with which it asks, and is sent nothing of the new one', async () => {
    const { old, fresh } = await begun()
    const heard = old.heard.length
    await world.join(old)
    expect(old.closedWith).toBe(4409)
    // Whoever comes is told at once what is there and who; that says nothing of what is written.
    expect(old.heard.slice(heard).map(({ type }) => type)).toEqual(['step1', 'awareness'])
    expect(fresh.isConnected).toBe(true)
    expect(await crowd.storedText()).toBe('new')
  })

  it('[LI1] is sent nothing of the new one either while its step 1 is still on its way', async () => {
    const { old, fresh } = await begun()
    const heard = old.heard.length
    const socket = world.connect(old)
    await world.turn()
    fresh.type(0, 'more that is ')
    while (fresh.heard.filter(({ type }) => type === 'update').length < 2) {
      for (const other of world.sockets) if (other !== socket && other.deliverToServer() === 0) other.deliverToClient()
      await world.turn()
      world.clock.ringNext()
    }
    socket.deliverToClient()
    expect(old.heard.slice(heard).map(({ type }) => type)).not.toContain('update')
    expect(old.reads).not.toContain('new')
    await world.settle()
    expect(old.closedWith).toBe(4409)
    expect(await crowd.storedText()).toBe('more that is new')
  })

  it('[LI1] and by what it sends: content, edits that build on it, deletions of it', async () => {
    const { old } = await begun()
    const whole = Y.encodeStateAsUpdate(old.doc)
    const vector = Y.encodeStateVector(old.doc)
    const change = (work: () => void): Uint8Array => {
      let made = new Uint8Array()
      const take = (update: Uint8Array): void => void (made = new Uint8Array(update))
      old.doc.on('update', take)
      work()
      old.doc.off('update', take)
      return made
    }
    const other = new Y.Doc()
    Y.applyUpdate(other, whole)
    other.getText('text').insert(3, 'by another client')
    const frames = {
      whole: encodeStep2(whole),
      'the next edit': encodeUpdate(change(() => old.type(2, 'x'))),
      'a deletion': encodeUpdate(change(() => old.erase(0, 1))),
      'an edit of somebody new that builds on it': encodeUpdate(Y.encodeStateAsUpdate(other, vector)),
    }
    for (const [what, frame] of Object.entries(frames)) {
      const messenger = world.peer()
      await world.join(messenger)
      messenger.send(frame)
      await world.settle()
      expect([what, messenger.closedWith]).toEqual([what, 4409])
    }
    expect(await crowd.storedText()).toBe('new')
  })

  it('[LI2] that held no more than what was restored from a backup comes in; one with more does not', async () => {
    const subset = await world.newcomer()
    subset.type(0, 'in the backup. ')
    await world.settle()
    const { tail } = (await world.disk.load('story')) ?? { tail: [] }
    const beyond = await world.newcomer()
    beyond.type(0, 'after the backup. ')
    const away = world.peer()
    await world.settle()
    // It left before that, and typed more offline.
    for (const { update } of tail) Y.applyUpdate(away.doc, update)
    for (const socket of world.sockets) socket.reset()
    await world.settle()

    await crowd.during(world.rooms.erase('story'))
    await crowd.during(world.rooms.create('story'))
    await world.disk.append(tail.map(({ update, time }) => ({ name: 'story', update, time })))
    await world.join(away)
    away.type(0, 'still here. ')
    await world.settle()
    expect(await crowd.storedText()).toBe('still here. in the backup. ')
    await world.join(beyond)
    expect([away.isConnected, beyond.closedWith]).toEqual([true, 4409])
    expect(await crowd.storedText()).toBe('still here. in the backup. ')
  })

  it('[LI3] stays recognized over later erasures, restarts and compactions', async () => {
    const disk = new MemoryStorage()
    world = new World({ disk, compactAfterUpdates: 10 })
    crowd = new Crowd(world)
    const { old, fresh } = await begun()
    for (let i = 0; i < 30; i++) {
      fresh.type(0, 'x')
      await world.settle()
    }
    await crowd.during(world.rooms.erase('story'))
    await crowd.during(world.rooms.create('story'))
    await world.crash()
    const third = await world.newcomer()
    third.type(0, 'third')
    await world.settle()
    await world.join(old)
    await world.join(fresh)
    expect([old.closedWith, fresh.closedWith]).toEqual([4409, 4409])
    expect(await crowd.storedText()).toBe('third')
  })
})
