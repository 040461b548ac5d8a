/**
 * Damaged data files: bits flipped, stretches zeroed or garbled, files cut or deleted, anywhere.
 *
 * Proves DR9 by cases made from a seed. The long form (COWRITE_RUNS=10000) is for `npm run test:faults`.
 */
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { verifyDirectory } from '@cowrite/persistence'
import { describe, expect, it } from 'vitest'
import { startChild } from '../persistence/support/child.js'
import { directoryOfTest } from '../persistence/support/directories.js'
import { dataFilesIn, people } from '../persistence/support/peopled.js'
import { runCowrite, startServerProcess } from '../support/server-process.js'

const RUNS = Number(process.env['COWRITE_RUNS'] ?? 150)
const SEED = Number(process.env['COWRITE_SEED'] ?? Math.floor(Math.random() * 2 ** 30))
const CHILDREN = RUNS > 1000 ? Math.min(2, availableParallelism()) : 1

interface Outcome {
  readonly number: number
  readonly damage: { readonly name: string; readonly how: string; readonly length: number }
  readonly fault?: string
  readonly became: 'whole' | 'mended' | 'repaired'
  /** Documents that lack something, and how many updates they lack. */
  readonly hit: number
  readonly missing: number
}

describe('damaged data files', () => {
  it(`[DR9] never cost more than what was hit, and are told, seed ${SEED}`, { timeout: 60_000 + RUNS * 2_000 }, async () => {
    const place = await directoryOfTest()
    const template = join(place, 'template')
    const { documents } = await people(template, { seed: 11, documents: 30, rounds: 40, history: SEED % 2 === 0 ? 'keep' : 'none' })
    const expected = [...documents].map(([name, { updates, through }]) =>
      [name, { through, updates: updates.map((update) => Buffer.from(update).toString('base64')) }])
    await writeFile(`${template}.json`, JSON.stringify(expected))
    const share = Math.ceil(RUNS / CHILDREN)
    const parts = Array.from({ length: CHILDREN }, (_, index) => index * share)
    const outcomes = (await Promise.all(parts.map(async (from, index) =>
      outcomesOf([template, join(place, `case-${index}`), String(SEED), String(from), String(Math.min(RUNS, from + share))])))).flat()

    expect(outcomes.filter(({ fault }) => fault !== undefined).slice(0, 5)).toEqual([])
    expect(outcomes.length).toBe(RUNS)
    // What one flipped bit of a log can cost: the record that it is in.
    const flips = outcomes.filter(({ damage }) => damage.how === 'flip' && damage.name.endsWith('.log'))
    expect(flips.filter(({ missing }) => missing > 1)).toEqual([])
    // And of a table, whose blocks of 4 KB are packed: what one block holds.
    const blocks = outcomes.filter(({ damage }) => damage.how === 'flip' && damage.name.endsWith('.ldb'))
    expect(blocks.filter(({ hit }) => hit > 10)).toEqual([])
    const count = (became: string): number => outcomes.filter((outcome) => outcome.became === became).length
    const average = (all: readonly Outcome[]): string => (all.reduce((sum, { missing }) => sum + missing, 0) / Math.max(1, all.length)).toFixed(2)
    console.log(`damage: seed ${SEED}, ${RUNS} cases, ${count('whole')} lost nothing, ${count('mended')} mended at the start, ` +
      `${count('repaired')} refused and repaired; a flipped bit cost ${average(flips)} updates in a log, ${average(blocks)} in a table`)
  })
})

describe('a server on a damaged data directory', { timeout: 60_000 }, () => {
  it('[DR5] does not start where it would lose more, and says in one line what to do', async () => {
    const data = join(await directoryOfTest(), 'data')
    await people(data, { seed: 12, documents: 5, rounds: 4 })
    await truncate(join(data, (await dataFilesIn(data, /^MANIFEST/))[0] as string), 60)
    const { code, stdout, stderr } = await runCowrite(['serve', '--port', '0', '--data', data])
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toMatch(/^cowrite: .* is damaged\. .*MANIFEST.* Nothing was changed\. .*`cowrite repair`\.\n$/)
  })

  it('[DR6] starts where only a part was hit', async () => {
    const data = join(await directoryOfTest(), 'data')
    await people(data, { seed: 13, documents: 5, rounds: 4 })
    const log = join(data, (await dataFilesIn(data, /log$/))[0] as string)
    const bytes = await readFile(log)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1
    await writeFile(log, bytes)
    const server = await startServerProcess({ data })
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    expect((await server.kill('SIGTERM')).code).toBe(0)
    expect((await verifyDirectory(data)).findings.filter(({ kind }) => kind === 'file')).toEqual([])
  })
})

async function outcomesOf(args: string[]): Promise<Outcome[]> {
  const child = startChild('child-damage.mjs', args)
  const end = await child.line('all').catch((error: unknown) => String(error))
  await child.ended
  const last = child.lines.findLast((line) => line.startsWith('begins '))
  expect(end, `the process ended at ${last}`).toBe('done')
  return child.lines.filter((line) => line.startsWith('case ')).map((line) => JSON.parse(line.slice('case '.length)) as Outcome)
}
