/** Compactor: compaction in threads, with limits, that costs nobody but its own job. */
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import type { Worker } from 'node:worker_threads'
import { compactDocument, Compactor, type CompactorOptions } from '@cowrite/persistence'
import { refusalOf } from '@cowrite/persistence/contract'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startChild } from './support/child.js'
import { orphan, randomTail, typedTail, zeroLengthStruct } from './support/edits.js'

function compactorOfTest(options?: CompactorOptions): Compactor {
  const compactor = new Compactor(options)
  onTestFinished(() => compactor.close())
  return compactor
}

/** Minutes of work: what waits is merged anew with each update that must wait, too. */
const endlessTail = Array.from({ length: 8000 }, (_, index) => ({ sequence: index + 1, update: orphan(index + 1) }))

describe('Compactor', () => {
  it('[CO7] gives what compactDocument gives, and leaves the bytes it got', async () => {
    const compactor = compactorOfTest()
    const tail = randomTail(1, 500)
    const copies = tail.map(({ update }) => Buffer.from(update))
    const first = await compactor.compact(undefined, tail)
    expect(first).toEqual(compactDocument(undefined, tail))
    const base = { ...first.snapshot, update: Buffer.from(first.snapshot.update), through: first.through }
    const more = [{ sequence: 501, update: zeroLengthStruct }, { sequence: 502, update: Buffer.from([0, 0]) }]
    const second = await compactor.compact(base, more)
    expect(second).toEqual(compactDocument(base, more))
    expect(second.rejected.length).toBe(1)
    expect(tail.map(({ update }) => Buffer.from(update))).toEqual(copies)
    expect(Buffer.compare(base.update, first.snapshot.update)).toBe(0)
  })

  for (const threads of [1, 2]) {
    it(`[CO7] any number of jobs at once are all done, in order where there is one thread (${threads})`, async () => {
      const compactor = compactorOfTest({ threads })
      const done: number[] = []
      const jobs = Array.from({ length: 12 }, async (_, index) => {
        const tail = randomTail(index + 1, 30 * (12 - index))
        const compacted = await compactor.compact(undefined, tail)
        expect(compacted.snapshot).toEqual(compactDocument(undefined, tail).snapshot)
        done.push(index)
      })
      await Promise.all(jobs)
      const order = threads === 1 ? done : done.toSorted((a, b) => a - b)
      expect(order).toEqual(jobs.map((_, index) => index))
    })
  }

  it('[CO7] the event loop goes on meanwhile', async () => {
    const compactor = compactorOfTest()
    let turns = 0
    let running = true
    const turn = (): void => {
      turns++
      if (running) setImmediate(turn)
    }
    const job = compactor.compact(undefined, typedTail(20_000))
    turn()
    await job
    running = false
    expect(turns).toBeGreaterThan(100)
  })

  it('[CO7] what compaction refuses comes back with its code', async () => {
    const compactor = compactorOfTest()
    const broken = compactor.compact({ update: Uint8Array.of(9, 9), through: 1 }, [])
    expect(await refusalOf(broken)).toBe('unreadable-snapshot')
    expect((await compactor.compact(undefined, randomTail(1, 10))).through).toBe(10)
  })

  it('[CO8] a job that its thread dies of is rejected; the process lives and the next job is done', async () => {
    // Far too little memory for the first job, enough for the second.
    const compactor = compactorOfTest({ memoryLimitMegabytes: 16 })
    const jobs = [compactor.compact(undefined, typedTail(150_000)), compactor.compact(undefined, randomTail(1, 10))]
    expect(await refusalOf(jobs[0] as Promise<unknown>)).toBe('crashed')
    expect((await jobs[1])?.through).toBe(10)
  })

  it('[CO9] a job that takes too long is ended and rejected; the next one is done', async () => {
    const compactor = compactorOfTest({ timeLimitMilliseconds: 3000 })
    const jobs = [compactor.compact(undefined, endlessTail), compactor.compact(undefined, randomTail(1, 10))]
    expect(await refusalOf(jobs[0] as Promise<unknown>)).toBe('timed-out')
    expect((await jobs[1])?.through).toBe(10)
  })

  it('[CO10] closing rejects what is not done as closed, and every later job', async () => {
    const compactor = compactorOfTest()
    const jobs = [1, 2, 3].map(() => refusalOf(compactor.compact(undefined, endlessTail)))
    await compactor.close()
    expect(await Promise.all(jobs)).toEqual(['closed', 'closed', 'closed'])
    expect(await refusalOf(compactor.compact(undefined, []))).toBe('closed')
    await compactor.close()
  })

  it('[CO11] a thread without work is ended, and the next job gets a new one', async () => {
    const ends: Promise<unknown>[] = []
    const watch = (worker: Worker): void => void ends.push(once(worker, 'exit'))
    process.on('worker', watch)
    onTestFinished(() => void process.off('worker', watch))
    const compactor = compactorOfTest({ idleLimitMilliseconds: 1 })
    expect((await compactor.compact(undefined, randomTail(1, 10))).through).toBe(10)
    await ends[0]
    expect((await compactor.compact(undefined, randomTail(2, 20))).through).toBe(20)
    await ends[1]
    expect(ends.length).toBe(2)
  })

  it('[CO10] an idle compactor keeps no process alive', async () => {
    const child = startChild('child-idle-compactor.mjs', [])
    expect(await child.line('compacted')).toBe('5')
    await child.ended
    expect(child.process.exitCode).toBe(0)
  })

  it.runIf(process.platform === 'linux')('[CO12] gives way to the event loop', async () => {
    const compactor = compactorOfTest({ threads: 1 })
    const before = nicenessOfThreads()
    await compactor.compact(undefined, typedTail(16))
    // The thread, and nobody else: it stays until it has had nothing to do for a while.
    const added = [...nicenessOfThreads()].filter(([thread]) => !before.has(thread)).map(([, niceness]) => niceness)
    expect(added.filter((niceness) => niceness === 5)).toHaveLength(1)
    expect(nicenessOfThreads().get(String(process.pid))).toBe(before.get(String(process.pid)))
  })
})

/** The nineteenth field of proc_pid_stat(5), by thread. */
function nicenessOfThreads(): Map<string, number> {
  return new Map(readdirSync('/proc/self/task').map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
    return [thread, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])]
  }))
}
