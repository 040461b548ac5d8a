/**
 * Rule SA8: a document that is removed from storage while its room is open.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { World } from '../support/room-world.js'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.end())

describe('a document removed while people are in it', () => {
  it('[SA8] closes its room with 4404; what others write in the same commit is saved', async () => {
    const gone = await world.newcomer('gone')
    const kept = await world.newcomer('kept')
    gone.type(0, 'before')
    await world.settle()
    await world.disk.remove('gone')

    gone.type(0, 'after ')
    gone.ask()
    kept.type(0, 'beside it')
    kept.ask()
    await world.settle()

    expect(gone.saved).toEqual([])
    expect(gone.closedWith).toBe(4404)
    expect(kept.saved).toEqual([1])
    expect(world.committer.failingSince).toBeUndefined()
    expect(world.committer.unsavedBytes).toBe(0)
  })

  it('[SA8] and whoever comes back to it is told the same', async () => {
    const visitor = await world.newcomer('gone')
    visitor.type(0, 'before')
    await world.settle()
    await world.disk.remove('gone')
    visitor.type(0, 'after ')
    await world.settle()
    const late = await world.newcomer('gone')
    expect(late.closedWith).toBe(4404)
  })
})
