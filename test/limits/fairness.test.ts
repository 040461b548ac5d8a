/**
 * Rules LM6, LM7: whoever pours in updates waits for the disk, and nobody else for whoever pours.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { World } from '../support/room-world.js'
import { slowDisk } from '../support/slow-appends.js'

/** Unsaved bytes of an update of one letter, with what memory holds around it: see docs/settings.md. */
const OF_A_LETTER = 900

describe('on a disk that is slower than one who pours in updates', () => {
  let world: World
  beforeEach(() => (world = new World({ maxUnsavedBytes: 16 * 1_000 * OF_A_LETTER })))
  afterEach(() => world.end())

  const storedText = async (document: string): Promise<string> => (await world.stored(document)).getText('text').toString()

  it('[LM6] that one is held back long before the others, who go on being read', async () => {
    const flooder = await world.newcomer('poured')
    const typists = await Promise.all(Array.from({ length: 20 }, (_, i) => world.newcomer(`typed-${i % 5}`)))
    const [socket] = world.sockets
    const goOn = slowDisk(world)
    for (let i = 0; i < 10_000; i++) flooder.type(i, 'x')
    await world.settle()
    // A sixteenth is a thousand letters.
    expect(socket?.underWayToServer).toBeGreaterThan(8_500)
    expect(world.committer.unsavedBytes).toBeLessThan(1_300 * OF_A_LETTER)
    for (let i = 0; i < 20; i++) {
      for (const typist of typists) typist.type(0, 'y')
      await world.settle()
    }
    for (const other of world.sockets) if (other !== socket) expect(other.underWayToServer).toBe(0)
    expect(world.committer.unsavedBytes).toBeGreaterThan(1_300 * OF_A_LETTER)
    goOn()
    await world.pass(30_000)
    expect(flooder.isConnected).toBe(true)
    expect(await storedText('poured')).toHaveLength(10_000)
    for (let i = 0; i < 5; i++) expect(await storedText(`typed-${i}`)).toHaveLength(4 * 20)
  })

  it('[LM6] and while saving fails, nobody is', async () => {
    const flooder = await world.newcomer('poured')
    const [socket] = world.sockets
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'fail' } : undefined)
    for (let i = 0; i < 3_000; i++) flooder.type(i, 'x')
    await world.pass(100)
    expect(socket?.underWayToServer).toBe(0)
    expect(world.committer.unsavedBytes).toBeGreaterThan(2_500 * OF_A_LETTER)
  })

  it('[LM6] one who leaves while held back holds up nothing', async () => {
    const flooder = await world.newcomer('poured')
    const [socket] = world.sockets
    const goOn = slowDisk(world)
    for (let i = 0; i < 5_000; i++) flooder.type(i, 'x')
    await world.settle()
    socket?.reset()
    await world.settle()
    goOn()
    await world.pass(1_000)
    await world.join(flooder, 'poured')
    await world.pass(10_000)
    expect(await storedText('poured')).toHaveLength(5_000)
  })

  it('[LM7] what somebody types elsewhere is in the append after the next', async () => {
    const [flooder, typist] = [await world.newcomer('poured'), await world.newcomer('typed')]
    const appends: string[][] = []
    world.faults.plan = ({ verb, entries }) => {
      if (verb === 'append') appends.push([...new Set(entries.map(({ name }) => name))])
      return verb === 'append' ? { kind: 'stall' } : undefined
    }
    for (let i = 0; i < 2_000; i++) flooder.type(i, 'x')
    await world.settle()
    expect(appends).toEqual([['poured']])
    typist.type(0, 'y')
    await world.settle()
    // Each append is done only when the next may begin.
    for (let i = 0; i < 2; i++) {
      world.faults.release()
      await world.pass(100)
    }
    expect(appends.slice(0, 3).flat()).toContain('typed')
    world.faults.plan = () => undefined
    world.faults.release()
    await world.pass(10_000)
    expect(await storedText('poured')).toHaveLength(2_000)
  })
})
