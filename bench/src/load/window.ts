/**
 * A stretch of time over which a server is measured.
 *
 * Owns: what it cost the server meanwhile, and how busy we were ourselves.
 * Always holds: CPU and memory come from the operating system; a server too busy to tell its loop delay
 * has none in the figures.
 */
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { cpuBetween } from '../process-figures.js'
import type { ServerUnderTest } from '../server-under-test.js'

export interface Cost {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakBytes: number
  /** Loop delays, and how far the machine itself may have spoilt them; keys as in LOOP_COLUMNS. */
  readonly loop: Record<string, number>
}

/** Directory for CPU profiles of the measured windows; none are written without it. */
const profiles = process.env['COWRITE_BENCH_PROFILES']
let profiled = 0

/** Measures the server while `work` runs. */
export async function measured(server: ServerUnderTest, work: () => Promise<void>): Promise<Cost> {
  if (profiles !== undefined) await server.ask({ ask: 'start-profile' })
  await server.ask({ ask: 'reset-loop' })
  server.resetPeak()
  const busyBefore = performance.eventLoopUtilization()
  const start = performance.now()
  const cpuBefore = server.cpu()
  await work()
  const cpuAfter = server.cpu()
  const seconds = (performance.now() - start) / 1000
  const generatorBusy = performance.eventLoopUtilization(busyBefore).utilization
  const peakBytes = server.memory().peak
  const answer = await server.ask({ ask: 'loop' })
  if (profiles !== undefined) {
    await server.ask({ ask: 'stop-profile', path: join(profiles, `${process.env['COWRITE_BENCH_NAME']}-${++profiled}.cpuprofile`) })
  }
  const cpuSeconds = cpuBetween(cpuBefore, cpuAfter)
  const loop: Record<string, number> = { generatorBusy, waitedShare: (cpuAfter.waited - cpuBefore.waited) / seconds }
  if (answer?.p99Ms !== undefined) loop['loopP99Ms'] = answer.p99Ms
  if (answer?.maxMs !== undefined) loop['loopMaxMs'] = answer.maxMs
  if (answer?.ownP99Ms !== undefined) loop['ownP99Ms'] = answer.ownP99Ms
  if (answer?.ownMaxMs !== undefined) loop['ownMaxMs'] = answer.ownMaxMs
  return { seconds, cpuSeconds, peakBytes, loop }
}
