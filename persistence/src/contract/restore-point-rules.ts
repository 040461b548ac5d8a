/**
 * Contract of Storage: restore points.
 *
 * Owns: the rules of what they hold and how many stay. Does not own: when a server wants one.
 * Always holds: each title begins with the id of its rule in SPEC.md.
 */
import { bytesOf, entryOf, idOf, refusalOf, type Rule, snapshotOf, type TestApi } from './subject.js'

export function restorePointRules(rule: Rule, { expect }: TestApi): void {
  const note = (time: number) => ({ time, reason: 'asked' })

  rule('[ST30] an entry that asks for it leaves what was there before it as a restore point, in the same step', async ({ storage }) => {
    await storage.append([entryOf('a', 1), entryOf('a', 2)])
    await storage.append([{ ...entryOf('a', 3), author: 'ada', restorePoint: 'deletion' }, entryOf('b', 9)])
    expect(await storage.listRestorePoints('a')).toEqual([{ sequence: 2, time: 1_003, author: 'ada', reason: 'deletion' }])
    expect((await storage.loadRestorePoint('a', 2))?.map(idOf)).toEqual([1, 2])
    // Entries of the same call count as there.
    await storage.append([entryOf('a', 4), { ...entryOf('a', 5), restorePoint: 'deletion' }])
    expect((await storage.loadRestorePoint('a', 4))?.map(idOf)).toEqual([1, 2, 3, 4])
    expect(await storage.listRestorePoints('b')).toEqual([])
    expect(await storage.listRestorePoints('not there')).toEqual([])
    // In a document that is new nothing was before.
    await storage.append([{ ...entryOf('c', 1), restorePoint: 'deletion' }])
    expect(await storage.listRestorePoints('c')).toEqual([])
    expect(Object.keys((await storage.load('a'))?.tail[2] ?? {}).includes('restorePoint')).toBe(false)
  })

  rule('[ST31] a restore point is of its moment, whatever is compacted later', async ({ storage }) => {
    await storage.append([1, 2, 3].map((id) => entryOf('a', id)))
    await storage.compact('a', snapshotOf(7), 2)
    expect(await storage.keepRestorePoint('a', note(50))).toEqual({ sequence: 3, ...note(50) })
    await storage.append([entryOf('a', 4)])
    await storage.compact('a', snapshotOf(8), 4)
    expect(await storage.loadRestorePoint('a', 3)).toEqual([snapshotOf(7).update, bytesOf(3)])
    expect(await storage.loadRestorePoint('a', 2)).toBe(undefined)
    expect(await storage.keepRestorePoint('not there', note(1))).toBe(undefined)
    expect(await refusalOf(storage.keepRestorePoint('a', { time: 1, reason: '' }))).toBe('TypeError')
  })

  rule('[ST32] of more than ten the first and the last stay, and those farthest apart', async ({ storage }) => {
    let id = 0
    const write = async (count: number): Promise<void> => void (await storage.append(Array.from({ length: count }, () => entryOf('a', ++id))))
    for (let point = 0; point < 5; point++) {
      await write(100)
      await storage.keepRestorePoint('a', note(id))
    }
    for (let point = 0; point < 20; point++) {
      await write(1)
      await storage.keepRestorePoint('a', note(id))
    }
    const kept = (await storage.listRestorePoints('a')).map(({ sequence }) => sequence)
    expect(kept.length).toBe(10)
    expect(kept.slice(-5)).toEqual([500, 400, 300, 200, 100])
    expect(kept[0]).toBe(520)
  })

  rule('[ST33] restore points of a removed document refuse with it, and go with an erased one', async ({ storage }) => {
    await storage.append([entryOf('a', 1)])
    await storage.keepRestorePoint('a', note(1))
    await storage.remove('a')
    expect(await refusalOf(storage.listRestorePoints('a'))).toBe('removed')
    expect(await refusalOf(storage.loadRestorePoint('a', 1))).toBe('removed')
    expect(await refusalOf(storage.keepRestorePoint('a', note(2)))).toBe('removed')
    await storage.restore('a')
    expect((await storage.listRestorePoints('a')).length).toBe(1)
    await storage.erase('a')
    await storage.create('a')
    expect(await storage.listRestorePoints('a')).toEqual([])
  })
}
