/**
 * A hundred readers that never read while others write.
 */
import { Client } from '../load/client.js'
import { openAll } from '../load/crowd.js'
import { Deliveries } from '../load/deliveries.js'
import { dialectOf, UPDATE } from '../load/dialect.js'
import { atRate } from '../load/pace.js'
import { tokenOf } from '../load/tokens.js'
import { clientIdOf, Typist } from '../load/typist.js'
import { measured } from '../load/window.js'
import { type Bench, type Figures, LOOP_COLUMNS, loopAims, type Scenario } from '../scenario.js'
import { until } from '../waiting.js'

const NAME = 'stalled-readers'
const WRITERS = 10
const UPDATES_PER_SECOND = 100
const CATCH_UP_LIMIT_MS = 60_000

interface Load {
  readonly stalled: number
  /** With everybody reading, and with the stalled. */
  readonly healthySeconds: number
  readonly stalledSeconds: number
  readonly bytesPerSecond: number
}

const run = ({ stalled, healthySeconds, stalledSeconds, bytesPerSecond }: Load) => async (bench: Bench): Promise<Figures> => {
  const server = await bench.start({ allocatorOfImage: true })
  const dialect = dialectOf(bench.server)
  const deliveries = new Deliveries(1)
  const place = { port: server.port, dialect, document: 'stalled' }
  const typists = Array.from({ length: WRITERS }, (_, i) => new Typist(clientIdOf(i)))
  const writers = await openAll(typists.map(() => {
    const observer = deliveries.observer(0, WRITERS)
    return { ...place, found: (sequence: number) => deliveries.receive(observer, sequence) }
  }))
  let newest = -1
  const seen = Array.from({ length: stalled }, () => -1)
  const readers = await openAll(seen.map((_, i) => ({ ...place, found: (sequence: number) => (seen[i] = Math.max(seen[i] ?? -1, sequence)) })))
  const filler = 'x'.repeat(Math.max(0, Math.round(bytesPerSecond / UPDATES_PER_SECOND) - 6))
  const edit = (index: number): void => {
    const writer = index % WRITERS
    newest = deliveries.send(0, writer)
    writers[writer]?.sync(UPDATE, (typists[writer] as Typist).type(filler + tokenOf(newest)))
  }
  await server.untilQuiet(3_000)
  const phase = async (seconds: number): Promise<{ p99Ms: number }> => {
    deliveries.startWindow()
    await atRate(UPDATES_PER_SECOND, seconds, edit)
    await until(() => deliveries.missing === 0, CATCH_UP_LIMIT_MS)
    return { p99Ms: deliveries.latencyMs(99) }
  }
  const allHave = (): boolean => seen.every((sequence, i) => sequence === newest || readers[i]?.ended === true)

  const healthy = await phase(healthySeconds)
  await until(allHave, CATCH_UP_LIMIT_MS)
  const before = server.memory().resident
  for (const reader of readers) reader.stopReading()
  let stalledP99 = NaN
  const cost = await measured(server, async () => {
    ({ p99Ms: stalledP99 } = await phase(stalledSeconds))
  })
  const grown = cost.peakBytes - before
  const resumedAt = performance.now()
  for (const reader of readers) reader.resumeReading()
  const converged = await until(allHave, CATCH_UP_LIMIT_MS)
  const catchUpSeconds = (performance.now() - resumedAt) / 1000
  const ended = readers.filter((reader: Client) => reader.ended).length
  return {
    grownMb: grown / 1e6,
    peakMb: server.memory().peak / 1e6,
    healthyP99Ms: healthy.p99Ms,
    stalledP99Ms: stalledP99,
    addedP99Ms: stalledP99 - healthy.p99Ms,
    ...(converged ? { catchUpSeconds } : {}),
    endedReaders: ended,
    writtenMb: (bytesPerSecond * stalledSeconds) / 1e6,
    ...cost.loop,
  }
}

export const stalledReaders: Scenario = {
  name: NAME,
  title: '100 readers that never read while 10 others write 1 MB/s',
  prediction:
    'The kernel takes about 2.5 MB for each stalled reader, then Cowrite queues up to 1 MB (its send budget) and marks the reader behind: ' +
    '100 MB at most, and one difference when it reads again. Hocuspocus and y-websocket queue without limit: 20 MB a reader after 20 s.',
  notes:
    '10 kB in each of 100 updates a second by 10 writers who are the healthy observers. Latency first with everybody reading, then with ' +
    'the readers stalled. `catch up` is from the moment they read again to the last of them having the last edit; a reader whose ' +
    'connection was ended meanwhile is counted. Cowrite runs with the allocator settings of its image. The document is three times as ' +
    'large when the readers are stalled, so the latencies of the two phases are not those of one document. Quick: 30 readers, 4 MB/s for 2.5 s.',
  servers: ['cowrite', 'hocuspocus', 'y-websocket', 'blind'],
  quickServers: ['cowrite', 'hocuspocus'],
  repeats: { quick: 1, full: 1 },
  points: (mode) => [{
    label: 'stalled', load: 1,
    run: run(mode === 'full'
      ? { stalled: 100, healthySeconds: 10, stalledSeconds: 20, bytesPerSecond: 1_000_000 }
      : { stalled: 30, healthySeconds: 1, stalledSeconds: 2.5, bytesPerSecond: 4_000_000 }),
  }],
  columns: [
    { key: 'grownMb', label: 'grown by MB', digits: 0 },
    { key: 'peakMb', label: 'peak MB', digits: 0 },
    { key: 'healthyP99Ms', label: 'p99 ms, all reading', digits: 1 },
    { key: 'stalledP99Ms', label: 'p99 ms, stalled', digits: 1 },
    { key: 'catchUpSeconds', label: 'catch up s', digits: 1 },
    { key: 'endedReaders', label: 'readers ended', digits: 0 },
    { key: 'writtenMb', label: 'MB written', digits: 0 },
    ...LOOP_COLUMNS,
  ],
  aims: [
    { id: `${NAME}.grown`, text: 'the server grows by at most 200 MB', atMost: 200, guarded: false, value: (table) => table.figure('cowrite', 'grownMb') },
    { id: `${NAME}.p99`, text: 'p99 of the healthy grows by at most 10 ms', atMost: 10, guarded: false, value: (table) => table.figure('cowrite', 'addedP99Ms') },
    { id: `${NAME}.catch-up`, text: 'the stalled have everything at most 5 s after they read again', atMost: 5, guarded: false, value: (table) => table.figure('cowrite', 'catchUpSeconds') },
    { id: `${NAME}.ended`, text: 'none of them had to reload', atMost: 0, guarded: false, value: (table) => table.figure('cowrite', 'endedReaders') },
    ...loopAims(NAME),
  ],
  plots: [],
}
