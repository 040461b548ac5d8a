/**
 * Rule CN3: how often a room speaks. Stories on a virtual clock on which sending takes time.
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
