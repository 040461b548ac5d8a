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

  it('[CN3] the next beat of a room comes after four times what the last one cost', async () => {
    const [author, reader] = [await world.newcomer(), await world.newcomer()]
    const beats: number[] = []
    world.faults.plan = ({ verb }) => (verb === 'append' && beats.push(world.clock.now()), undefined)
    costly(2)
    for (let i = 0; i < 5; i++) {
      author.type(0, 'x')
      await world.elapse(0)
      for (const socket of world.sockets) socket.deliverToServer()
    }
    await world.pass(1_000)
    expect(reader.reads).toBe('xxxxx')
    // Two frames of 2 ms each; then a pause of four times that.
    expect(beats.length).toBeGreaterThan(1)
    expect((beats[1] ?? 0) - (beats[0] ?? 0)).toBeGreaterThanOrEqual(2 * 2 + 4 * 4)
    expect((beats[1] ?? 0) - (beats[0] ?? 0)).toBeLessThan(2 * 2 + 4 * 4 + 10)
  })

  it('[CN3] and never more than 50 ms after it', async () => {
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
    expect((beats[1] ?? 0) - end).toBe(50)
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
