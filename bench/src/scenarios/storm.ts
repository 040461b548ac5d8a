/**
 * Every client of a node returns in the same instant, without jitter.
 */
import { closeAll, openAll } from '../load/crowd.js'
import { dialectOf, UPDATE } from '../load/dialect.js'
import { wave } from '../load/joining.js'
import { readTrace } from '../load/trace.js'
import { clientIdOf, Typist } from '../load/typist.js'
import { type Bench, type Figures, LOOP_COLUMNS, loopAims, type Scenario } from '../scenario.js'
import { until } from '../waiting.js'

const NAME = 'storm'
const CLIENTS_OF_A_DOCUMENT = 10
const EDITS = 30_000

const run = (clients: number) => async (bench: Bench): Promise<Figures> => {
  const { state, vector } = readTrace(bench.shared, EDITS)
  const dialect = dialectOf(bench.server)
  const documents = clients / CLIENTS_OF_A_DOCUMENT
  const data = bench.newDirectory()
  const before = await bench.start({ data })
  const nameOf = (i: number): string => `storm-${i % documents}`
  const writers = await openAll(Array.from({ length: documents }, (_, i) => ({ port: before.port, dialect, document: nameOf(i) })))
  for (const writer of writers) writer.sync(UPDATE, state)
  if (!(await until(() => writers.every((writer) => writer.updatesIn > 0), 60_000))) throw new Error('a text was not echoed')
  await before.untilQuiet(30_000)
  await closeAll(writers)
  await before.untilQuiet(30_000)
  await before.stop()

  const server = await bench.start({ data })
  await server.untilQuiet(5_000)
  const { figures } = await wave(server, Array.from({ length: clients }, (_, i) => ({
    port: server.port, dialect, document: nameOf(i), stateVector: vector, arrival: new Typist(clientIdOf(i + 1)).arrive(),
  })))
  return figures
}

export const storm: Scenario = {
  name: NAME,
  title: 'A node restarts: 5,000 stock clients return at once to 500 documents of 20,000 characters',
  prediction:
    'Handshakes are the bulk: 5,000 at 150 µs are under a second. 500 loads from disk and the presence of ten people in each room add ' +
    'as much again. Expected: all synced in 3 s, under 300 MB.',
  notes: 'All connect in the same turn, have everything already, and retry as stock clients do. Quick: 1,000 clients, 100 documents.',
  servers: ['cowrite', 'hocuspocus', 'y-websocket'],
  quickServers: ['cowrite', 'hocuspocus'],
  repeats: { quick: 1, full: 1 },
  points: (mode) => {
    const clients = mode === 'full' ? 5000 : 1000
    return [{ label: `${clients} clients`, load: clients, run: run(clients) }]
  },
  columns: [
    { key: 'allSyncedSeconds', label: 'all synced s', digits: 1 },
    { key: 'cpuPerClientUs', label: 'CPU µs per client', digits: 0 },
    { key: 'p50Ms', label: 'p50 ms', digits: 0 },
    { key: 'p99Ms', label: 'p99 ms', digits: 0 },
    { key: 'peakMb', label: 'peak MB', digits: 0 },
    ...LOOP_COLUMNS,
  ],
  aims: [
    { id: `${NAME}.seconds`, text: 'all are synced within 30 s', atMost: 30, guarded: false, value: (table) => table.figure('cowrite', 'allSyncedSeconds') },
    { id: `${NAME}.peak`, text: 'under 1,000 MB', atMost: 1000, guarded: false, value: (table) => table.figure('cowrite', 'peakMb') },
    ...loopAims(NAME),
  ],
  plots: [],
}
