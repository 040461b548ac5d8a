/**
 * Contract of Storage: compaction and quarantine.
 *
 * Owns: the rules of what a snapshot replaces and what is put aside. Does not own: how a snapshot is made.
 * Always holds: each title begins with the id of its rule in SPEC.md.
 */
import { entryOf, refusalOf, type Rule, snapshotOf, tailOf, type TestApi } from './subject.js'

export function compactionRules(rule: Rule, { expect }: TestApi): void {
  const four = [1, 2, 3, 4].map((id) => entryOf('a', id))

  rule('[ST10] a snapshot stands for what it covers; later updates stay in the tail', async ({ storage }) => {
    await storage.append(four)
    await storage.compact('a', snapshotOf(1), 2)
    expect((await storage.load('a'))?.snapshot).toEqual({ ...snapshotOf(1), through: 2 })
    expect(await tailOf(storage, 'a')).toEqual([3, 4])
    await storage.compact('a', snapshotOf(2), 4)
    expect((await storage.load('a'))?.snapshot).toEqual({ ...snapshotOf(2), through: 4 })
    expect(await tailOf(storage, 'a')).toEqual([])
    expect(await storage.append([entryOf('a', 5)])).toEqual([5])
    expect(await tailOf(storage, 'a')).toEqual([5])
  })

  rule('[ST10] the same sequence may be compacted again', async ({ storage }) => {
    await storage.append(four)
    await storage.compact('a', snapshotOf(1), 2)
    await storage.compact('a', snapshotOf(2), 2)
    expect((await storage.load('a'))?.snapshot).toEqual({ ...snapshotOf(2), through: 2 })
  })

  rule('[ST11] updates appended while a compaction is under way are in the tail', async ({ storage }) => {
    await storage.append(four)
    const done = [
      storage.append([entryOf('a', 5)]),
      storage.compact('a', snapshotOf(1), 4),
      storage.append([entryOf('a', 6)]),
      storage.append([entryOf('b', 7)]),
    ]
    await Promise.all(done)
    expect((await storage.load('a'))?.snapshot?.through).toBe(4)
    expect(await tailOf(storage, 'a')).toEqual([5, 6])
    expect(await tailOf(storage, 'b')).toEqual([7])
  })

  rule('[ST11] a load sees the document before or after a compaction, never between', async ({ storage }) => {
    const sequences = Array.from({ length: 20 }, (_, index) => index + 1)
    await storage.append(sequences.map((id) => entryOf('a', id)))
    for (const through of sequences) {
      const done: boolean[] = []
      const compaction = storage.compact('a', snapshotOf(through), through).finally(() => done.push(true))
      const loads = [storage.load('a')]
      while (done.length === 0) {
        await new Promise(setImmediate)
        loads.push(storage.load('a'))
        // A few at once, all the time that it takes.
        if (loads.length > 4) await loads.at(-4)
      }
      await compaction
      for (const document of await Promise.all(loads)) {
        const seen = document?.tail.map(({ sequence }) => sequence)
        expect(seen).toEqual(sequences.slice(document?.snapshot?.through ?? 0))
      }
    }
  })

  rule('[ST12] the covered log stays or goes, as the history setting says', async ({ storage, history }) => {
    await storage.append(four)
    await storage.compact('a', snapshotOf(1), 3)
    const outcome = history === 'keep' ? undefined : 'conflict'
    expect(await refusalOf(storage.quarantine('a', 1, 'covered'))).toBe(outcome)
    expect(await refusalOf(storage.quarantine('a', 3, 'covered'))).toBe(outcome)
    expect(await refusalOf(storage.quarantine('a', 4, 'not covered'))).toBe(undefined)
  })

  rule('[ST13] a compaction of another document than the one that is there is a conflict', async ({ storage }) => {
    expect(await refusalOf(storage.compact('a', snapshotOf(1), 1))).toBe('conflict')
    await storage.append(four)
    const epoch = (await storage.load('a'))?.epoch
    expect(await refusalOf(storage.compact('a', snapshotOf(1), 5))).toBe('conflict')
    expect(await refusalOf(storage.compact('a', snapshotOf(1), 2, 'another epoch'))).toBe('conflict')
    await storage.compact('a', snapshotOf(3), 3, epoch)
    expect(await refusalOf(storage.compact('a', snapshotOf(1), 2, epoch))).toBe('conflict')
    await storage.erase('a')
    await storage.create('a')
    await storage.append(four)
    expect(await refusalOf(storage.compact('a', snapshotOf(1), 2, epoch))).toBe('conflict')
    expect((await storage.load('a'))?.snapshot).toBe(undefined)
    expect(await tailOf(storage, 'a')).toEqual([1, 2, 3, 4])
  })

  rule('[ST14] quarantine takes out one update, counts it, and gives its number to no other', async ({ storage }) => {
    await storage.append(four)
    await storage.quarantine('a', 2, 'cannot be applied')
    await storage.quarantine('a', 4, 'cannot be applied')
    expect((await storage.load('a'))?.quarantined).toBe(2)
    expect(await tailOf(storage, 'a')).toEqual([1, 3])
    expect(await storage.append([entryOf('a', 5)])).toEqual([5])
    await storage.compact('a', snapshotOf(1), 5)
    expect((await storage.load('a'))?.quarantined).toBe(2)
  })

  rule('[ST14] quarantine again changes nothing; of what was never there it is a conflict', async ({ storage }) => {
    expect(await refusalOf(storage.quarantine('a', 1, 'a reason'))).toBe('conflict')
    await storage.append(four)
    await storage.quarantine('a', 2, 'a reason')
    await storage.quarantine('a', 2, 'another reason')
    expect((await storage.load('a'))?.quarantined).toBe(1)
    expect(await refusalOf(storage.quarantine('a', 5, 'a reason'))).toBe('conflict')
    expect(await refusalOf(storage.quarantine('a', 0, 'a reason'))).toBe('TypeError')
    expect(await refusalOf(storage.compact('a', snapshotOf(1), -1))).toBe('TypeError')
  })
}
