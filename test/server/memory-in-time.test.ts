/**
 * Rule ME9: what open documents keep when nobody asks for it any more.
 */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { World } from '../support/room-world.js'

let world: World
let loads = 0
beforeEach(() => {
  world = new World({ compactAfterUpdates: 10 })
  loads = 0
  world.faults.plan = ({ verb }) => {
    if (verb === 'load') loads++
    return undefined
  }
})
afterEach(() => world.end())

it('[ME9] a snapshot that nobody asked for in 4 s is let go, and whoever comes then is answered all the same', async () => {
  const author = await world.newcomer()
  for (let i = 0; i < 10; i++) {
    author.type(0, String(i).repeat(200))
    await world.settle()
  }
  await world.newcomer()
  expect(world.rooms.snapshotBytes).toBeGreaterThan(2_000)
  await world.pass(4_000)
  expect(world.rooms.snapshotBytes).toBe(0)
  const before = loads
  const late = await world.newcomer()
  expect(late.reads).toBe(author.reads)
  expect(loads).toBe(before + 1)
  expect(world.rooms.snapshotBytes).toBeGreaterThan(2_000)
  // While somebody comes every second it stays.
  for (let i = 0; i < 8; i++) {
    await world.pass(1_000)
    await world.newcomer()
  }
  expect(loads).toBe(before + 1)
})
