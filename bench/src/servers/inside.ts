/**
 * Loaded into every server under test before its own code (`node --import`): answers from the inside.
 *
 * Owns: the event-loop delay, and what of it the process itself brings about; forced garbage collection and CPU
 * profiles of the process it is in.
 * Does not own: CPU time and memory, which are read from outside (process-figures.ts).
 * Always holds: it changes nothing of the product's code, and is the same in Cowrite and in its peers;
 * it costs two timers every 10 ms, about 1 % of a core.
 */
import { openSync, readSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Answer, Question } from './questions.js'

const RESOLUTION_MS = 10
/** What the operating system says of the main thread; kept open, since opening it for every look would cost as much as the looks. */
const scheduling = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r')
const counter = Buffer.alloc(128)

const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
monitor.enable()

/** Time that the main thread ran between two calls of a timer, in microseconds. */
const ownTurns = createHistogram()
let ranBefore = mainThreadRan()
setInterval(() => {
  const ran = mainThreadRan()
  ownTurns.record(Math.max(1, Math.round((ran - ranBefore) / 1000)))
  ranBefore = ran
}, RESOLUTION_MS).unref()

/** Nanoseconds on a CPU until now, as the operating system counts them. */
function mainThreadRan(): number {
  const length = readSync(scheduling, counter, 0, counter.length, 0)
  return Number(counter.toString('latin1', 0, length).split(' ')[0])
}

let profiler: Session | undefined

/** The monitor records the time between its timer's calls: the wanted interval is not a delay. */
const delayMs = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // Twice: what the first run's finalizers let go is free after the second.
  collect()
  collect()
}

function startProfile(): void {
  profiler = new Session()
  profiler.connect()
  profiler.post('Profiler.enable')
  profiler.post('Profiler.setSamplingInterval', { interval: 200 })
  profiler.post('Profiler.start')
}

function stopProfile(path: string): void {
  profiler?.post('Profiler.stop', (error, { profile }) => {
    if (error === null) writeFileSync(path, JSON.stringify(profile))
  })
  profiler?.disconnect()
  profiler = undefined
}

function answer(question: Question): Omit<Answer, 'id'> {
  switch (question.ask) {
    case 'reset-loop':
      monitor.reset()
      ownTurns.reset()
      return {}
    case 'loop':
      return { p99Ms: delayMs(monitor.percentile(99)), maxMs: delayMs(monitor.max), ownMaxMs: delayMs(ownTurns.max * 1000), ownP99Ms: delayMs(ownTurns.percentile(99) * 1000) }
    case 'collect-garbage':
      collectGarbage()
      return {}
    case 'start-profile':
      startProfile()
      return {}
    case 'stop-profile':
      stopProfile(question.path)
      return {}
  }
}

process.on('message', (question: Question) => {
  process.send?.({ id: question.id, ...answer(question) } satisfies Answer)
})
// The load process is gone: nothing may outlive it.
process.on('disconnect', () => process.exit(1))
process.channel?.unref()
