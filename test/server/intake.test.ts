/**
 * A burst that the disk cannot take as fast as it comes.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { World } from '../support/room-world.js'
import { slowDisk } from '../support/slow-appends.js'

const LIMIT = 100_000

describe('intake', () => {
  let world: World
  beforeEach(() => (world = new World({ maxUnsavedBytes: LIMIT })))
  afterEach(() => world.end())

  const storedText = async (document: string): Promise<string> => (await world.stored(document)).getText('text').toString()

  it('[CN6] everybody is held back while half of the limit is unsaved, and nobody is refused', async () => {
    const authors = await Promise.all(Array.from({ length: 10 }, (_, i) => world.newcomer(`burst-${i}`)))
    const goOn = slowDisk(world)
    for (const author of authors) author.type(0, 'x'.repeat(30_000))
    await world.settle()
    // Two brought it over the half; the others wait in their sockets.
    expect(world.committer.unsavedBytes).toBeGreaterThanOrEqual(LIMIT / 2)
    expect(world.committer.unsavedBytes).toBeLessThan(LIMIT)
    // Who comes now is held back as well, and is not taken for dead.
    const late = await world.newcomer('burst-0')
    late.type(0, 'y')
    await world.pass(60_000)
    goOn()
    await world.pass(1_000)
    expect(world.connections.size).toBe(11)
    for (const [i] of authors.entries()) expect(await storedText(`burst-${i}`)).toContain('x'.repeat(30_000))
    expect(await storedText('burst-0')).toContain('y')
    expect(world.committer.unsavedBytes).toBe(0)
  })

  it('[CN6] while saving fails nobody is held back', async () => {
    const author = await world.newcomer()
    const onlooker = await world.newcomer('other')
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'fail' } : undefined)
    author.type(0, 'x'.repeat(60_000))
    await world.pass(1_000)
    onlooker.type(0, 'y')
    await world.pass(100)
    expect(world.committer.unsavedBytes).toBeGreaterThan(60_000)
    expect(onlooker.isConnected).toBe(true)
  })

  it('[CN7] an append is complete with 512 updates, or 4 MB', async () => {
    world.end()
    world = new World()
    const author = await world.newcomer()
    const groups: { entries: number; bytes: number }[] = []
    const goOn = slowDisk(world)
    author.type(0, 'x')
    await world.settle()
    for (let i = 0; i < 1_000; i++) author.type(0, 'y')
    for (let i = 0; i < 9; i++) author.type(0, 'z'.repeat(1024 * 1024))
    await world.settle()
    goOn()
    world.faults.plan = ({ verb, entries }) => {
      if (verb === 'append') groups.push({ entries: entries.length, bytes: entries.reduce((sum, { update }) => sum + update.length, 0) })
      return undefined
    }
    await world.pass(1_000)
    expect(Math.max(...groups.map(({ entries }) => entries))).toBe(512)
    const largest = Math.max(...groups.map(({ bytes }) => bytes))
    expect(largest).toBeGreaterThan(4 * 1024 * 1024)
    expect(largest).toBeLessThan(5 * 1024 * 1024 + 100_000)
  })
})
