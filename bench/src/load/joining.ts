/**
 * Clients that come to a document that is there already: newcomers, and those who return.
 *
 * Owns: a wave of them at once, how long each waited, what it cost.
 * Always holds: all start in the same turn, as after a restart of the server; a client whose connection
 * is refused tries again as stock clients do (200 ms, doubling, at most 2.5 s).
 */
import { createHistogram } from 'node:perf_hooks'
import type { Figures } from '../scenario.js'
import type { ServerUnderTest } from '../server-under-test.js'
import { sleep } from '../waiting.js'
import { Client, type ClientOptions } from './client.js'
import { measured } from './window.js'

const FIRST_RETRY_MS = 200
const MAX_RETRY_MS = 2_500
const GIVE_UP_MS = 120_000

async function comeIn(options: ClientOptions): Promise<Client> {
  const deadline = performance.now() + GIVE_UP_MS
  for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(MAX_RETRY_MS, retryMs * 2)) {
    const client = new Client(options)
    try {
      await client.whenSynced
      return client
    } catch (error) {
      client.close()
      if (performance.now() > deadline) throw error
      await sleep(retryMs)
    }
  }
}

export interface Wave {
  readonly clients: readonly Client[]
  readonly figures: Figures
}

/** Lets all of them in at once and waits until each is synced. */
export async function wave(server: ServerUnderTest, options: readonly ClientOptions[]): Promise<Wave> {
  const times = createHistogram()
  let clients: Client[] = []
  let seconds = 0
  const before = server.memory().resident
  const cost = await measured(server, async () => {
    const start = performance.now()
    clients = await Promise.all(options.map(async (each) => {
      const client = await comeIn(each)
      times.record(Math.max(1, Math.round((performance.now() - start) * 1000)))
      return client
    }))
    seconds = (performance.now() - start) / 1000
  })
  const bytes = clients.reduce((sum, client) => sum + client.bytesIn, 0)
  return {
    clients,
    figures: {
      cpuPerClientUs: (cost.cpuSeconds * 1e6) / options.length,
      p50Ms: times.percentile(50) / 1000,
      p99Ms: times.percentile(99) / 1000,
      allSyncedSeconds: seconds,
      kilobytesPerClient: bytes / options.length / 1000,
      peakMb: cost.peakBytes / 1e6,
      grownMb: (cost.peakBytes - before) / 1e6,
      ...cost.loop,
    },
  }
}
