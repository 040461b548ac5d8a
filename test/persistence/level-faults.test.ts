/** LevelStorage on a disk that fills up, and in a process that is killed: what was acknowledged stays. */
import { LevelStorage, type Storage } from '@cowrite/persistence'
import { describe, expect, it } from 'vitest'
import { startChild } from './support/child.js'
import { directoryOfTest } from './support/directories.js'
import { withDatabase } from './support/raw-level.js'

/** See SPEC.md, LV1: the kind of what is written to find out whether writing works. */
const PROBE_KEY = Uint8Array.of(6)

const open = (directory: string) => LevelStorage.open(directory, { durability: 'fsync', history: 'keep' })

const numbersOf = (lines: readonly string[], word: string): number[] =>
  lines.filter((line) => line.startsWith(`${word} `)).flatMap((line) => line.split(' ').slice(1).map(Number))

/** All numbers in a document: those that its snapshot stands for, then those of the tail. */
async function idsOf(storage: Storage, name: string): Promise<number[]> {
  const document = await storage.load(name)
  const covered = Buffer.from(document?.snapshot?.update ?? [])
  const fromSnapshot = Array.from({ length: covered.length / 4 }, (_, index) => covered.readUInt32BE(index * 4))
  return [...fromSnapshot, ...(document?.tail ?? []).map(({ update }) => Buffer.from(update).readUInt32BE(0))]
}

/** These wait for disks and for processes to start; nothing waits for time to pass. */
const TIME_LIMIT_MILLISECONDS = 120_000

describe('LevelStorage under faults', () => {
  // 37, 333 and 1,000 bytes lost acknowledged writes in LevelDB after a full disk, without the reopening.
  for (const [valueBytes, fileKilobytes] of [[37, 32], [333, 64], [1000, 128], [4097, 128]] as const) {
    it(`[LV12] after a failed write it opens anew first, and loses nothing (${valueBytes} bytes)`, async () => {
      const directory = await directoryOfTest()
      const child = startChild('child-full-disk.mjs', [directory, String(valueBytes)], fileKilobytes)
      const failures = Number(await child.line('done'))
      await child.kill()
      const said = (word: string) => child.lines.filter((line) => line.startsWith(word))
      expect(said('failed')).toEqual(['failed io', 'failed io', 'failed io'])
      expect(said('meanwhile')).toEqual(Array.from({ length: 3 }, () => 'meanwhile io io io'))
      expect(said('healed')).toEqual(Array.from({ length: 30 }, () => 'healed undefined'))
      expect(failures).toBe(9)
      const acknowledged = numbersOf(child.lines, 'acknowledged')
      const storage = await open(directory)
      for (const name of ['a', 'b']) {
        const recovered = new Set(await idsOf(storage, name))
        expect(acknowledged.filter((id) => !recovered.has(id))).toEqual([])
      }
      await storage.close()
      // Nobody in the child calls `probe`: the record is there because opening anew wrote it, synced, first.
      expect(await withDatabase(directory, (database) => database.has(PROBE_KEY))).toBe(true)
    }, TIME_LIMIT_MILLISECONDS)
  }

  it('[LV13] killed ten times while it appends and compacts, it has lost nothing acknowledged', async () => {
    const directory = await directoryOfTest()
    const acknowledged: number[] = []
    const sent = new Set<number>()
    let compacted = 0
    for (let round = 1; round <= 10; round++) {
      const child = startChild('child-append.mjs', [directory, String(round), String(round * 1_000_000)])
      await child.line('opened')
      // Killed at another moment of its work each time, also while the very first write is under way.
      const enough = round === 1 ? 0 : round * 25
      while (numbersOf(child.lines, 'acknowledged').length < enough) {
        await new Promise<void>((resolve) => child.process.stdout?.once('data', () => resolve()))
      }
      await child.kill()
      acknowledged.push(...numbersOf(child.lines, 'acknowledged'))
      for (const id of numbersOf(child.lines, 'sent')) sent.add(id)

      const reports: unknown[] = []
      const onDamage = (report: unknown): void => void reports.push(report)
      const storage = await LevelStorage.open(directory, { durability: 'fsync', history: 'keep', onDamage })
      const names = await storage.list({ limit: 10 })
      const recovered = (await Promise.all(names.map((name) => idsOf(storage, name)))).flat()
      for (const name of names) if ((await storage.load(name))?.snapshot !== undefined) compacted++
      await storage.close()
      const kept = new Set(recovered)
      expect(acknowledged.filter((id) => !kept.has(id)), `round ${round}: lost`).toEqual([])
      expect(recovered.filter((id) => !sent.has(id)), `round ${round}: never sent`).toEqual([])
      expect(kept.size, `round ${round}: doubled`).toBe(recovered.length)
      expect(reports, `round ${round}: damage`).toEqual([])
    }
    expect(compacted).toBeGreaterThan(0)
    expect(acknowledged.length).toBeGreaterThan(1000)
  }, TIME_LIMIT_MILLISECONDS)
})
