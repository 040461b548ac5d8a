/**
 * Contract of Storage: the log.
 *
 * Owns: the rules of append and load. Does not own: compaction, removal, faults.
 * Always holds: each title begins with the id of its rule in SPEC.md.
 */
import type { Storage } from '../storage.js'
import { IMPOSSIBLE_NAMES, NASTY_NAMES } from './nasty-names.js'
import { bytesOf, entryOf, refusalOf, type Rule, snapshotOf, tailOf, type TestApi } from './subject.js'

export function logRules(rule: Rule, { expect }: TestApi): void {
  rule('[ST1] updates come back in the order of the entries, numbered from 1 in each document', async ({ storage }) => {
    expect(await storage.append([entryOf('a', 1), entryOf('b', 2), entryOf('a', 3)])).toEqual([1, 1, 2])
    expect(await storage.append([entryOf('b', 4), entryOf('a', 5)])).toEqual([2, 3])
    expect(await tailOf(storage, 'a')).toEqual([1, 3, 5])
    expect(await tailOf(storage, 'b')).toEqual([2, 4])
    expect((await storage.load('a'))?.tail.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
  })

  rule('[ST1] appends called at once are numbered in the order of the calls', async ({ storage }) => {
    const calls = Array.from({ length: 50 }, (_, id) => storage.append([entryOf('a', id), entryOf('b', id)]))
    expect(await Promise.all(calls)).toEqual(calls.map((_, index) => [index + 1, index + 1]))
    expect(await tailOf(storage, 'a')).toEqual(calls.map((_, id) => id))
  })

  rule('[ST1] a long load beside the writes changes no numbering, also of a document just opened or begun anew', async ({ storage, reopen }) => {
    const many = Array.from({ length: 3_000 }, (_, id) => id)
    await storage.append(many.map((id) => entryOf('long', id)))
    if (reopen) await storage.close()
    const open = (await reopen?.()) ?? storage
    for (let round = 0; round < 3; round++) {
      const loads = ['long', 'new'].map((name) => open.load(name))
      expect(await open.append([entryOf('long', 0), entryOf('new', 0)])).toEqual([many.length + round * 2 + 1, round * 2 + 1])
      await Promise.all(loads)
      expect(await open.append([entryOf('long', 1), entryOf('new', 1)])).toEqual([many.length + round * 2 + 2, round * 2 + 2])
    }
    expect(await tailOf(open, 'new')).toEqual([0, 1, 0, 1, 0, 1])
    const load = refusalOf(open.load('long'))
    await open.erase('long')
    await open.create('long')
    await load
    expect(await open.append([entryOf('long', 7)])).toEqual([1])
  })

  rule('[ST2] bytes, author and time come back as they were given', async ({ storage }) => {
    const entries = [
      { update: new Uint8Array(), time: 0 },
      { update: Uint8Array.of(0, 255, 0), author: 'Zoë 😀', time: 1_700_000_000_123 },
      { update: Uint8Array.of(1), author: '', time: -1.5 },
    ]
    const large = new Uint8Array(1024 * 1024).map((_, index) => index % 251)
    await storage.append(entries.map((entry) => ({ name: 'a', ...entry })))
    await storage.append([{ name: 'large', update: large, time: 8.64e15 }])
    const { tail, snapshot, quarantined } = (await storage.load('a')) ?? {}
    expect(tail).toEqual(entries.map((entry, index) => ({ sequence: index + 1, ...entry })))
    expect(snapshot).toBe(undefined)
    expect(quarantined).toBe(0)
    const recovered = (await storage.load('large'))?.tail[0]
    // Compared as a whole: test frameworks compare a large array element by element, for seconds.
    expect(Buffer.compare(recovered?.update ?? new Uint8Array(), large)).toBe(0)
    expect(recovered?.time).toBe(8.64e15)
  })

  rule('[ST3] an append that is refused for one document leaves no trace in the others', async ({ storage }) => {
    await storage.append([entryOf('gone', 1), entryOf('old', 1)])
    await storage.remove('gone')
    const refused = storage.append([entryOf('new', 2), entryOf('old', 3), entryOf('gone', 4), entryOf('old', 5)])
    expect(await refusalOf(refused)).toBe('removed')
    expect(await storage.load('new')).toBe(undefined)
    expect(await tailOf(storage, 'old')).toEqual([1])
    expect(await storage.append([entryOf('old', 6)])).toEqual([2])
  })

  rule('[ST4] documents with treacherous names do not see each other', async ({ storage }) => {
    await storage.append(NASTY_NAMES.map((name, id) => entryOf(name, id)))
    await storage.append(NASTY_NAMES.map((name, id) => entryOf(name, id + 1000)))
    for (const [id, name] of NASTY_NAMES.entries()) expect(await tailOf(storage, name)).toEqual([id, id + 1000])
    for (const [id, name] of NASTY_NAMES.entries()) if (id % 3 === 0) await storage.erase(name)
    for (const [id, name] of NASTY_NAMES.entries()) if (id % 3 === 1) await storage.compact(name, snapshotOf(id), 1)
    for (const [id, name] of NASTY_NAMES.entries()) {
      if (id % 3 === 0) {
        expect(await refusalOf(storage.load(name))).toBe('removed')
        continue
      }
      const document = await storage.load(name)
      expect(document?.snapshot?.update).toEqual(id % 3 === 1 ? snapshotOf(id).update : undefined)
      expect(document?.tail.map(({ sequence }) => sequence)).toEqual(id % 3 === 1 ? [2] : [1, 2])
    }
  })

  rule('[ST5] what is no document name is a TypeError, and nothing happens', async ({ storage }) => {
    for (const name of IMPOSSIBLE_NAMES) {
      expect(await refusalOf(storage.append([entryOf('fine', 1), entryOf(name, 1)]))).toBe('TypeError')
      for (const call of callsWith(storage, name)) expect(await refusalOf(call())).toBe('TypeError')
    }
    expect(await storage.list({ limit: 10 })).toEqual([])
  })

  rule('[ST6] loading a document that is not there gives undefined and makes none', async ({ storage }) => {
    expect(await storage.load('a')).toBe(undefined)
    expect(await storage.append([])).toEqual([])
    expect(await storage.list({ limit: 10 })).toEqual([])
    expect(await storage.append([entryOf('a', 1)])).toEqual([1])
  })

  rule('[ST7] bytes are copied at the seam, both ways', async ({ storage }) => {
    const update = Buffer.from([1, 2, 3])
    const snapshot = snapshotOf(9)
    await storage.append([{ name: 'a', update, time: 0 }, entryOf('a', 2)])
    update.fill(0)
    expect((await storage.load('a'))?.tail[0]?.update).toEqual(Uint8Array.of(1, 2, 3))
    ;(await storage.load('a'))?.tail[0]?.update.fill(0)
    expect((await storage.load('a'))?.tail[0]?.update).toEqual(Uint8Array.of(1, 2, 3))
    await storage.compact('a', snapshot, 1)
    snapshot.update.fill(0)
    const loaded = (await storage.load('a'))?.snapshot
    loaded?.stateVector.fill(0)
    expect((await storage.load('a'))?.snapshot).toEqual({ ...snapshotOf(9), through: 1 })
  })

  rule('[ST8] a document keeps its epoch, and no two have the same', async ({ storage }) => {
    await storage.append([entryOf('a', 1), entryOf('b', 1)])
    const epoch = (await storage.load('a'))?.epoch
    await storage.append([entryOf('a', 2)])
    await storage.compact('a', snapshotOf(1), 1)
    expect((await storage.load('a'))?.epoch).toBe(epoch)
    expect(typeof epoch === 'string' && epoch !== (await storage.load('b'))?.epoch).toBe(true)
  })

  rule('[ST24] an append may name the epoch: a new document gets it, one that has another refuses', async ({ storage }) => {
    const meant = (name: string, id: number, epoch: string) => ({ ...entryOf(name, id), epoch })
    expect(await storage.append([entryOf('a', 1), meant('a', 2, 'first'), meant('b', 1, 'other')])).toEqual([1, 2, 1])
    expect((await storage.load('a'))?.epoch).toBe('first')
    expect(await storage.append([meant('a', 3, 'first'), entryOf('a', 4)])).toEqual([3, 4])
    const foreign = storage.append([meant('b', 2, 'other'), meant('a', 5, 'second')])
    expect(await foreign.catch(({ code, document }: { code?: string; document?: string }) => [code, document])).toEqual(['conflict', 'a'])
    expect(await refusalOf(storage.append([meant('new', 1, 'x'), meant('new', 2, 'y')]))).toBe('conflict')
    expect(await refusalOf(storage.append([meant('new', 1, '')]))).toBe('TypeError')
    expect(await storage.load('new')).toBe(undefined)
    expect(await tailOf(storage, 'a')).toEqual([1, 2, 3, 4])
    expect(await tailOf(storage, 'b')).toEqual([1])
  })

  rule('[ST9] ten thousand updates come back complete and in order, for whoever comes late', async ({ storage }) => {
    const ids = Array.from({ length: 10_000 }, (_, id) => id)
    for (let from = 0; from < ids.length; from += 500) {
      await storage.append(ids.slice(from, from + 500).map((id) => ({ name: 'a', update: bytesOf(id), time: id })))
    }
    expect(await tailOf(storage, 'a')).toEqual(ids)
  })
}

/** Every verb that takes a name, apart from append. */
export const callsWith = (storage: Storage, name: string): (() => Promise<unknown>)[] => [
  () => storage.load(name),
  () => storage.compact(name, snapshotOf(1), 1),
  () => storage.quarantine(name, 1, 'a reason'),
  () => storage.remove(name),
  () => storage.restore(name),
  () => storage.erase(name),
  () => storage.create(name),
]
