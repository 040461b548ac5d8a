/**
 * Contract of Storage: what a rejected call leaves, whatever went wrong.
 *
 * Owns: the set check over random calls behind FaultyStorage. Does not own: the faults.
 * Always holds: every title names its seed, and a seed gives the same calls and the same faults.
 *
 * The set check: what was acknowledged is recovered, in the order of the acknowledgements; what is
 * recovered was sent. A call that was rejected may be recovered or not (a tear), and once repeated, twice.
 */
import type { Storage } from '../storage.js'
import { FaultyStorage, faultsBySeed } from './faulty-storage.js'
import { randomOf } from './random.js'
import { bytesOf, idOf, refusalOf, type Rule, type TestApi } from './subject.js'

const DOCUMENTS = ['a', 'a\0', 'a/', '😀', 'b']
const STEPS = 150

export function faultRules(rule: Rule, { expect }: TestApi): void {
  for (const seed of [1, 2, 3, 4]) {
    rule(`[ST22] under faults, acknowledged is recovered and recovered was sent (seed ${seed})`, async (subject) => {
      const faults = faultsBySeed(seed, { fail: 0.15, stall: 0.1, tear: 0.15 })
      const faulty = new FaultyStorage(subject.storage, faults, (storage) => setImmediate(() => storage.release()))
      const { acknowledged, sent } = await writeAtRandom(faulty, seed)
      await subject.storage.probe()
      let recoveredFrom = subject.storage
      if (subject.reopen !== undefined) {
        await subject.storage.close()
        recoveredFrom = await subject.reopen()
      }
      for (const name of DOCUMENTS) {
        const recovered = await idsOf(recoveredFrom, name)
        const unsent = recovered.filter((id) => !sent.has(id))
        expect(unsent).toEqual([])
        const promised = acknowledged.filter((id) => nameOf(id) === name)
        const kept = new Set(promised)
        // A Set keeps the first of its doubles in place.
        expect([...new Set(recovered)].filter((id) => kept.has(id))).toEqual(promised)
      }
    })
  }

  rule('[ST22] a call that failed may be made again, and others do not notice', async ({ storage }) => {
    const faulty = new FaultyStorage(storage, ({ index }) => (index % 2 === 0 ? { kind: 'fail' } : undefined))
    for (let id = 1; id <= 5; id++) {
      const entry = { name: 'a', update: bytesOf(id), time: 0 }
      expect(await refusalOf(faulty.append([entry]))).toBe('io')
      expect(await faulty.append([entry])).toEqual([id])
    }
    expect(await idsOf(storage, 'a')).toEqual([1, 2, 3, 4, 5])
  })
}

/** The document an id belongs to is part of it, so that a mix-up shows. */
const nameOf = (id: number): string | undefined => DOCUMENTS[id % DOCUMENTS.length]

async function writeAtRandom(storage: Storage, seed: number): Promise<{ acknowledged: number[]; sent: Set<number> }> {
  const random = randomOf(seed * 7919)
  const acknowledged: number[] = []
  const sent = new Set<number>()
  let next = 0
  for (let step = 0; step < STEPS; step++) {
    if (random() < 0.15) {
      await compactAsIds(storage, DOCUMENTS[Math.floor(random() * DOCUMENTS.length)] as string)
      continue
    }
    const ids = Array.from({ length: 1 + Math.floor(random() * 8) }, () => next++)
    for (const id of ids) sent.add(id)
    const entries = ids.map((id) => ({ name: nameOf(id) as string, update: bytesOf(id), time: id }))
    // Some writers try again, others go away: then it was sent and never acknowledged.
    const attempts = random() < 0.7 ? 20 : 1
    for (let attempt = 0; attempt < attempts; attempt++) {
      const refusal = await refusalOf(storage.append(entries))
      if (refusal === undefined) acknowledged.push(...ids)
      if (refusal === undefined) break
    }
  }
  return { acknowledged, sent }
}

/** A compaction that can be checked: the snapshot's bytes are the ids that it stands for. */
async function compactAsIds(storage: Storage, name: string): Promise<void> {
  try {
    const document = await storage.load(name)
    if (document === undefined) return
    const covered = document.snapshot?.update ?? new Uint8Array()
    const update = Buffer.concat([covered, ...document.tail.map((record) => record.update)])
    const through = document.tail.at(-1)?.sequence ?? document.snapshot?.through ?? 0
    const snapshot = { update, stateVector: new Uint8Array(), deletions: new Uint8Array() }
    await storage.compact(name, snapshot, through, document.epoch)
  } catch (error) {
    if ((error as { code?: string }).code !== 'io') throw error
  }
}

/** All ids of a document, from its snapshot and then its tail. */
async function idsOf(storage: Storage, name: string): Promise<number[]> {
  const document = await storage.load(name)
  const covered = document?.snapshot?.update ?? new Uint8Array()
  const fromSnapshot = Array.from({ length: covered.length / 4 }, (_, index) => idOf(covered.subarray(index * 4)))
  return [...fromSnapshot, ...(document?.tail ?? []).map(({ update }) => idOf(update))]
}
