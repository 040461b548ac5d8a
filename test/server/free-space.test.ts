/**
 * Rule DU5 with a disk of any size: when nothing is written any more, and that it goes on by itself.
 */
import { MemoryStorage } from '@cowrite/persistence'
import { refusalOf } from '@cowrite/persistence/contract'
import { FreeSpace, withFreeSpace } from '@cowrite/server'
import { describe, expect, it } from 'vitest'
import { World } from '../support/room-world.js'
import { VirtualClock } from '../support/virtual-clock.js'

const entry = (bytes: number) => ({ name: 'a', update: new Uint8Array(bytes), time: 0 })
const snapshot = { update: new Uint8Array(10), stateVector: new Uint8Array(), deletions: new Uint8Array() }

function smallDisk(minFreeBytes: number) {
  const clock = new VirtualClock()
  const disk = { free: 10_000, asked: 0 }
  const freeBytes = async (): Promise<number> => {
    disk.asked++
    return disk.free
  }
  const space = new FreeSpace({ directory: '/somewhere', minFreeBytes, clock, freeBytes })
  return { clock, disk, space, storage: withFreeSpace(new MemoryStorage(), space) }
}

describe('free space', () => {
  it('[DU5] below the watermark nothing is appended or compacted, and everything can be read and removed', async () => {
    const { disk, space, storage } = smallDisk(5_000)
    await storage.append([entry(10), entry(10)])
    disk.free = 4_000
    expect(await refusalOf(storage.probe().then(() => storage.append([entry(4_999)])))).toBe('io')
    expect(space.isLow).toBe(true)
    expect(await refusalOf(storage.append([entry(1)]))).toBe('io')
    expect(await refusalOf(storage.compact('a', snapshot, 1))).toBe('io')
    expect(await refusalOf(storage.probe())).toBe('io')
    expect((await storage.load('a'))?.tail.length).toBe(2)
    expect(await storage.list({ limit: 10 })).toEqual(['a'])
    await storage.remove('a')
    await storage.restore('a')
    disk.free = 9_000
    expect(await storage.append([entry(1)])).toEqual([3])
    await storage.compact('a', snapshot, 1)
    await storage.probe()
    expect(space.isLow).toBe(false)
    await storage.close()
  })

  it('[DU5] the system is asked once a second at most, and at once when what was written since may use up the room', async () => {
    const { clock, disk, storage } = smallDisk(5_000)
    for (let i = 0; i < 10; i++) await storage.append([entry(100)])
    expect(disk.asked).toBe(1)
    clock.spend(1_000)
    await storage.append([entry(100)])
    expect(disk.asked).toBe(2)
    disk.free = 5_100
    expect(await refusalOf(storage.append([entry(4_950)]))).toBe('io')
    expect(disk.asked).toBe(3)
  })

  it('[DU5] 0 watches nothing, and where the system cannot tell, nothing is refused', async () => {
    const unwatched = smallDisk(0)
    unwatched.disk.free = 0
    await unwatched.storage.append([entry(1_000_000)])
    expect(unwatched.disk.asked).toBe(0)
    const clock = new VirtualClock()
    const space = new FreeSpace({ directory: '', minFreeBytes: 1, clock, freeBytes: () => Promise.reject(new Error('ENOSYS')) })
    await withFreeSpace(new MemoryStorage(), space).append([entry(1_000_000)])
    expect(space.isLow).toBe(false)
  })

  it('[DU5] who types meanwhile stays, unsaved, and is saved when there is room', async () => {
    const disk = { free: 0 }
    const space = new FreeSpace({ directory: '', minFreeBytes: 1_000, clock: { now: () => Infinity }, freeBytes: async () => disk.free })
    const world = new World({ disk: withFreeSpace(new MemoryStorage(), space) })
    const [author, reader] = [await world.newcomer(), await world.newcomer()]
    author.type(0, 'patience')
    author.ask()
    await world.pass(60_000)
    expect([author.isConnected, author.saved, reader.reads]).toEqual([true, [], ''])
    disk.free = 10_000
    await world.pass(2_000)
    expect([author.saved, reader.reads]).toEqual([[1], 'patience'])
    world.end()
  })
})

describe('what waits', () => {
  it('[DU4] counts with what memory holds around it, so that many small updates are bounded, too', async () => {
    const world = new World({ maxUnsavedBytes: 100_000 })
    const author = await world.newcomer()
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'fail' } : undefined)
    let typed = 0
    for (; author.isConnected && typed < 1_000; typed++) {
      author.type(0, 'x')
      await world.settle()
    }
    expect(author.closedWith).toBe(1013)
    expect(typed).toBeGreaterThan(80)
    expect(typed).toBeLessThan(125)
    world.faults.plan = () => undefined
    await world.pass(3_000)
    expect(world.committer.unsavedBytes).toBe(0)
    world.end()
  })
})
