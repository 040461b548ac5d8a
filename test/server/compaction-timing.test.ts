/**
 * Rule ME8: a compaction that is due on loading does not compete with the first answers. On a virtual clock.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Peer } from '../support/peer.js'
import { World } from '../support/room-world.js'

let world: World
beforeEach(() => {
  world = new World({ compactAfterUpdates: 10 })
})
afterEach(() => world.end())

/** Somebody who wrote a document that could not be compacted before the server died. */
async function authorOf(): Promise<Peer> {
  world.faults.plan = ({ verb }) => (verb === 'compact' ? { kind: 'fail' } : undefined)
  const author = await world.newcomer()
  for (let i = 0; i < 12; i++) {
    author.type(0, 'word ')
    await world.settle()
  }
  await world.crash()
  return author
}

describe('a compaction that is due when a document is loaded', () => {
  it('[ME8] waits for a second in which no document is loaded', async () => {
    const author = await authorOf()
    const snapshot = async () => (await world.disk.load('story'))?.snapshot
    await world.join(author)
    author.type(0, 'and more ')
    for (let i = 0; i < 5; i++) {
      await world.pass(700)
      await world.newcomer(`other ${i}`)
    }
    expect(await snapshot()).toBeUndefined()
    await world.pass(900)
    expect(await snapshot()).toBeUndefined()
    await world.pass(200)
    expect(await snapshot()).toBeDefined()
  })

  it('[ME8] does not wait for longer than a minute', async () => {
    const author = await authorOf()
    await world.join(author)
    const compacted: boolean[] = []
    for (let i = 0; i < 70; i++) {
      compacted.push((await world.disk.load('story'))?.snapshot !== undefined)
      await world.newcomer(`other ${i}`)
      await world.pass(900)
    }
    expect([compacted[60], compacted[69]]).toEqual([false, true])
  })

  it('[ME8] does not wait once as much again was written', async () => {
    const author = await authorOf()
    await world.join(author)
    const snapshot = async () => (await world.disk.load('story'))?.snapshot
    for (let i = 0; i < 9; i++) {
      author.type(0, 'more ')
      await world.settle()
    }
    expect(await snapshot()).toBeUndefined()
    author.type(0, 'more ')
    await world.settle()
    expect(await snapshot()).toBeDefined()
  })
})

describe('a compaction of a document that is put away', () => {
  const snapshotAfter = async (updates: number, letters: number) => {
    world = new World({ compactAfterUpdates: 500 })
    const author = await world.newcomer()
    for (let i = 0; i < updates; i++) {
      author.type(0, 'x'.repeat(letters))
      await world.settle()
    }
    for (const socket of world.sockets) socket.leave()
    await world.pass(10_000)
    return (await world.disk.load('story'))?.snapshot
  }

  it('[ME10] is worth it from a tenth of the updates on, or from 16 kB', async () => {
    expect(await snapshotAfter(49, 1)).toBeUndefined()
    world.end()
    expect(await snapshotAfter(50, 1)).toBeDefined()
    world.end()
    expect(await snapshotAfter(1, 15_000)).toBeUndefined()
    world.end()
    expect(await snapshotAfter(1, 17_000)).toBeDefined()
  })
})
