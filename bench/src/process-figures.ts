/**
 * What the operating system says about a process: CPU time, resident memory.
 *
 * Owns: reading /proc. Does not own: the process.
 * Always holds: nothing here asks the process itself, so an overloaded server is measured like an idle one.
 *
 * Source: proc(5). Times in /proc/PID/stat are in ticks of 1/100 s (USER_HZ, fixed on Linux).
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const TICKS_PER_SECOND = 100

/** CPU time of a process, all threads, in seconds: two readings, see `cpuBetween`. */
export interface CpuReading {
  /** User and system time, to the hundredth. Threads that ended are in it. */
  readonly ticks: number
  /** Time on a CPU by thread id, to the nanosecond. */
  readonly threads: ReadonlyMap<string, number>
  /** How long the main thread was ready to run and had no core, in seconds. */
  readonly waited: number
}

export function readCpu(pid: number): CpuReading {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is the program's name in parentheses and may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  const threads = new Map<string, number>()
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const times = scheduling(pid, thread)
    if (times) threads.set(thread, times.ran)
  }
  return { ticks, threads, waited: scheduling(pid, String(pid))?.waited ?? NaN }
}

/** The time that a thread ran, and that it waited for a core, in seconds; undefined when it ended. */
function scheduling(pid: number, thread: string): { ran: number; waited: number } | undefined {
  try {
    const [ran, waited] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')
    return { ran: Number(ran) / 1e9, waited: Number(waited) / 1e9 }
  } catch {
    return undefined
  }
}

/**
 * CPU seconds between two readings: the threads' own clocks, which are exact, unless the coarse sum
 * shows that a thread lived and ended in between.
 */
export function cpuBetween(from: CpuReading, to: CpuReading): number {
  let exact = 0
  for (const [thread, seconds] of to.threads) exact += seconds - (from.threads.get(thread) ?? 0)
  const coarse = to.ticks - from.ticks
  return coarse > exact + 2.5 / TICKS_PER_SECOND ? coarse : exact
}

export interface MemoryReading {
  /** Resident set, in bytes. */
  readonly resident: number
  /** What of it are pages of mapped files, which the system takes back when it needs them. */
  readonly mapped: number
  /** Its highest value since `resetPeak`, in bytes. */
  readonly peak: number
}

export function readMemory(pid: number): MemoryReading {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kilobytes = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? NaN)
  return { resident: kilobytes('VmRSS') * 1024, mapped: kilobytes('RssFile') * 1024, peak: kilobytes('VmHWM') * 1024 }
}

/** Starts the peak anew (writing 5 to clear_refs). */
export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}
