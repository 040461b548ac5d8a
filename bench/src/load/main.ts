/**
 * The load process: runs one point of one scenario against one server, and tells the figures.
 *
 * Owns: starting and ending the servers and directories of one measurement.
 * Does not own: which are run and how often (main.ts), what is done (scenarios/).
 * Always holds: one measurement in one process, so that none inherits another's heap; whatever happens,
 * no server and no directory stays behind.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Job, Outcome } from '../measurement.js'
import type { Bench } from '../scenario.js'
import { scenarios } from '../scenarios/index.js'
import { ServerUnderTest } from '../server-under-test.js'

async function run({ scenario: name, point: index, server, mode, shared }: Job): Promise<Outcome> {
  const point = scenarios.find((scenario) => scenario.name === name)?.points(mode)[index]
  if (point === undefined) throw new Error(`no point ${index} of scenario ${name}`)
  const started: ServerUnderTest[] = []
  const directories: string[] = []
  const newDirectory = (): string => {
    const directory = mkdtempSync(join(shared, 'data-'))
    directories.push(directory)
    return directory
  }
  const bench: Bench = {
    server, mode, shared, newDirectory,
    start: async (options = {}) => {
      const process = await ServerUnderTest.start(server, options.data ?? newDirectory(), options)
      started.push(process)
      return process
    },
  }
  try {
    return { figures: await point.run(bench) }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  } finally {
    await Promise.all(started.map((process) => process.kill()))
    for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
  }
}

process.once('message', (job: Job) => {
  void run(job).then((outcome) => process.send?.(outcome, () => process.exit(0)))
})
process.once('disconnect', () => process.exit(1))
