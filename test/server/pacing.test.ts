/**
 * Rules CN3 and CN10: how often a room speaks, and how often is written. Stories on a virtual clock on which sending and
 * writing take time.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { World } from '../support/room-world.js'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.end())

describe('pacing', () => {
  /** Every frame sent takes this long, in milliseconds. */
  const costly = (ms: number): void => {
    world.onSend = () => world.clock.spend(ms)
  }

  it('[CN3] the next beat of a room comes after forty times what the last one cost', async () => {
    const [author, reader] = [await world.newcomer(), await world.newcomer()]
    const beats: number[] = []
    world.faults.plan = ({ verb }) => (verb === 'append' && beats.push(world.clock.now()), undefined)
    costly(0.5)
    for (let i = 0; i < 5; i++) {
      author.type(0, 'x')
      await world.elapse(0)
      for (const socket of world.sockets) socket.deliverToServer()
    }
    await world.pass(1_000)
    expect(reader.reads).toBe('xxxxx')
    // Two frames of half a millisecond each; then a pause of forty times that.
    expect(beats.length).toBeGreaterThan(1)
    expect((beats[1] ?? 0) - (beats[0] ?? 0)).toBeGreaterThanOrEqual(1 + 40 * 1)
    expect((beats[1] ?? 0) - (beats[0] ?? 0)).toBeLessThan(1 + 40 * 1 + 10)
  })

  it('[CN3] and never more than 45 ms after it', async () => {
    const author = await world.newcomer()
    for (let i = 0; i < 5; i++) await world.newcomer()
    const beats: number[] = []
    world.faults.plan = ({ verb }) => (verb === 'append' && beats.push(world.clock.now()), undefined)
    costly(10)
    const [socket] = world.sockets
    author.type(0, 'x')
    socket?.deliverToServer()
    await world.turn()
    const end = world.clock.now()
    author.type(0, 'y')
    socket?.deliverToServer()
    await world.elapse(100)
    expect(end - (beats[0] ?? 0)).toBe(60)
    expect((beats[1] ?? 0) - end).toBe(45)
  })

  it('[CN3] carets that move all the time hold back no typing', async () => {
    const author = await world.newcomer()
    const onlookers = [await world.newcomer(), await world.newcomer(), await world.newcomer()]
    const typedAt: number[] = []
    const waits: number[] = []
    world.faults.plan = ({ verb }) => (verb === 'append' && waits.push(world.clock.now() - (typedAt[waits.length] ?? 0)), undefined)
    costly(1)
    for (let i = 0; i < 10; i++) {
      typedAt.push(world.clock.now())
      author.type(0, 'x')
      for (let move = 0; move < 12; move++) {
        for (const onlooker of onlookers) onlooker.awareness.setLocalStateField('caret', i * 12 + move)
        await world.pass(10)
      }
    }
    expect(waits).toHaveLength(10)
    // The longest pace and the fan-out of one beat.
    expect(Math.max(...waits)).toBeLessThanOrEqual(45 + 2 * 4)
  })

  it('[CN3] a busy room does not hold up another', async () => {
    const [author, other] = [await world.newcomer('busy'), await world.newcomer('calm')]
    const appended: string[] = []
    world.faults.plan = ({ entries }) => (appended.push(...entries.map(({ name }) => name)), undefined)
    const [busy, calm] = world.sockets
    world.onSend = (socket) => socket === busy && world.clock.spend(10)
    for (let i = 0; i < 2; i++) {
      author.type(0, 'x')
      busy?.deliverToServer()
      await world.turn()
    }
    other.type(0, 'y')
    calm?.deliverToServer()
    await world.turn()
    expect(appended).toEqual(['busy', 'calm'])
    await world.pass(100)
    expect(appended).toEqual(['busy', 'calm', 'busy'])
  })
})

describe('pacing of appends', () => {
  /** All documents but the first are written in one append, and typed in again right behind it. @returns the pause before the next, in milliseconds */
  const pauseAfter = async (documents: number, text = 'y', writingMs = 5): Promise<number> => {
    const authors = await Promise.all(Array.from({ length: documents + 1 }, (_, index) => world.newcomer(`document ${index}`)))
    const begun: { at: number; documents: number }[] = []
    world.faults.plan = ({ verb, entries }) => {
      if (verb !== 'append') return undefined
      begun.push({ at: world.clock.now(), documents: entries.length })
      world.clock.spend(writingMs)
      return undefined
    }
    const type = (typed: string): void => {
      for (const author of authors) author.type(0, typed)
      for (const socket of world.sockets) socket.deliverToServer()
    }
    // Whoever is first is not waited with.
    type('x')
    await world.elapse(writingMs + Math.min(8, 8 * writingMs))
    type(text)
    await world.elapse(100)
    expect(begun.map((append) => append.documents)).toEqual([1, documents, documents + 1])
    return (begun[2]?.at ?? NaN) - (begun[1]?.at ?? NaN) - writingMs
  }

  it('[CN10] one document alone waits 8 ms, and half a millisecond more for each that is busy with it', async () => {
    expect(await pauseAfter(1)).toBe(8)
    expect(await pauseAfter(11)).toBe(13)
  })

  it('[CN10] on a fast disk too: what an append costs is not what its fsync takes', async () => {
    expect(await pauseAfter(1, 'y', 0.5)).toBe(4)
    expect(await pauseAfter(21, 'y', 0.5)).toBe(14)
  })

  it('[CN10] and 24 ms at most', async () => {
    expect(await pauseAfter(60)).toBe(24)
  })

  it('[CN10] but 8 ms once there is enough to write', async () => {
    expect(await pauseAfter(60, 'y'.repeat(3_000))).toBe(8)
  })
})
