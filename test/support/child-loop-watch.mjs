/**
 * Watches the event loop of a server from inside; preloaded into its process (server-process.ts, `preload`).
 *
 * Owns: the longest time in which the loop did nothing else, told over IPC whenever somebody asks, and begun anew.
 * Always holds: time for which the system gave the processor to others is not counted, where it says so (Linux), so
 * that a busy machine is no stall. Keeps no process alive; worker threads, which load it as well, are left alone.
 */
import { readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const TICK_MS = 5

/** Milliseconds for which the main thread was ready to run and waited for a processor, since its start. */
const waited = () => {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}

let longest = 0
let last = { at: performance.now(), waited: waited() }

function look() {
  const now = { at: performance.now(), waited: waited() }
  longest = Math.max(longest, now.at - last.at - (now.waited - last.waited) - TICK_MS)
  last = now
}

if (isMainThread) {
  setInterval(look, TICK_MS).unref()
  process.on('message', (message) => {
    if (message !== 'longest stall') return
    look()
    process.send(longest)
    longest = 0
  })
  process.channel.unref()
}
