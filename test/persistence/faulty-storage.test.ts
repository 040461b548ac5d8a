/** The wrapper that makes faults, itself: a test that relies on it must know that they happen. */
import { MemoryStorage } from '@cowrite/persistence'
import { FaultyStorage, faultsAt, faultsBySeed, refusalOf, type StorageCall } from '@cowrite/persistence/contract'
import { describe, expect, it } from 'vitest'

const entry = (id: number) => ({ name: 'a', update: Uint8Array.of(id), time: 0 })
const lengthOf = async (storage: MemoryStorage) => (await storage.load('a'))?.tail.length ?? 0

describe('FaultyStorage', () => {
  it('[ST23] a call that fails reaches nothing; the calls around it go through', async () => {
    const inner = new MemoryStorage()
    const storage = new FaultyStorage(inner, faultsAt({ 1: { kind: 'fail' }, 3: { kind: 'fail' } }))
    expect(await storage.append([entry(1)])).toEqual([1])
    expect(await refusalOf(storage.append([entry(2)]))).toBe('io')
    expect(await storage.append([entry(3)])).toEqual([2])
    expect(await refusalOf(storage.remove('a'))).toBe('io')
    expect(await lengthOf(inner)).toBe(2)
  })

  it('[ST23] a call that is torn rejects, and reaches the disk in part', async () => {
    const inner = new MemoryStorage()
    const faults = faultsAt({ 0: { kind: 'tear', entries: 2 }, 1: { kind: 'tear', entries: 0 } })
    const storage = new FaultyStorage(inner, faults)
    expect(await refusalOf(storage.append([entry(1), entry(2), entry(3)]))).toBe('io')
    expect(await lengthOf(inner)).toBe(2)
    expect(await refusalOf(storage.erase('a'))).toBe('io')
    expect(await refusalOf(inner.load('a'))).toBe('removed')
  })

  it('[ST23] a call that stalls waits for its release and then goes through', async () => {
    const inner = new MemoryStorage()
    const storage = new FaultyStorage(inner, faultsAt({ 0: { kind: 'stall' } }))
    const first = storage.append([entry(1)])
    await storage.whenStalled()
    expect(storage.stalled).toBe(1)
    expect(await storage.append([entry(2)])).toEqual([1])
    storage.release()
    expect(await first).toEqual([2])
    expect(storage.stalled).toBe(0)
    storage.plan = () => ({ kind: 'stall' })
    const waiting = storage.whenStalled()
    const third = storage.probe()
    await waiting
    storage.release()
    await third
  })

  it('[ST23] a plan by seed strikes the same calls again, in about the shares asked for', () => {
    const callAt = (index: number): StorageCall => ({ verb: 'append', index, entries: [entry(1)] })
    const calls = Array.from({ length: 2000 }, (_, index) => callAt(index))
    const strikes = (seed: number) => calls.map(faultsBySeed(seed, { fail: 0.2, stall: 0.1, tear: 0.3 }))
    expect(strikes(5)).toEqual(strikes(5))
    expect(strikes(5)).not.toEqual(strikes(6))
    const share = (kind: string) => strikes(5).filter((fault) => fault?.kind === kind).length / calls.length
    expect(share('fail')).toBeCloseTo(0.2, 1)
    expect(share('stall')).toBeCloseTo(0.1, 1)
    expect(share('tear')).toBeCloseTo(0.3, 1)
  })
})
