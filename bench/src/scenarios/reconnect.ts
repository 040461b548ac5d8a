/**
 * Everybody comes back at once: most miss nothing, some miss a little.
 */
import { openAll } from '../load/crowd.js'
import { dialectOf, NOTHING_KNOWN } from '../load/dialect.js'
import { wave } from '../load/joining.js'
import { STREAMED, streamedDirectory } from '../load/stream.js'
import { readTrace, type Trace } from '../load/trace.js'
import { clientIdOf, Typist } from '../load/typist.js'
import { type Aim, type Bench, type Figures, LOOP_COLUMNS, loopAims, type Mode, type Point, ratio, type Scenario } from '../scenario.js'
import { sessionEdits } from './stream.js'

const NAME = 'reconnect'
const MISS_NOTHING = 'miss nothing'
const WITHOUT_PRESENCE = 'miss nothing, no presence'
const MISS_LITTLE = 'miss 1 %'
const FIRST_JOIN = 'newcomers (for comparison)'

const clientsIn = (mode: Mode): number => (mode === 'full' ? 1000 : 300)

const point = (label: string, has: (trace: Trace) => Uint8Array, clients: (mode: Mode) => number, presence = true): Point => ({
  label,
  load: 1,
  run: async (bench: Bench): Promise<Figures> => {
    const edits = sessionEdits(bench.mode)
    const trace = readTrace(bench.shared, edits)
    const server = await bench.start({ data: await streamedDirectory(bench, edits) })
    const dialect = dialectOf(bench.server)
    await openAll([{ port: server.port, dialect, document: STREAMED }])
    await server.untilQuiet(20_000)
    const { figures } = await wave(server, Array.from({ length: clients(bench.mode) }, (_, index) => ({
      port: server.port, dialect, document: STREAMED, stateVector: has(trace),
      ...(presence ? { arrival: new Typist(clientIdOf(index + 1)).arrive() } : {}),
    })))
    return figures
  },
})

const aim = (id: string, label: string): Aim => ({
  id: `${NAME}.${id}`, text: `${label}: CPU for a client at most 1/20 of a join at Hocuspocus`, atMost: 0.05, guarded: true,
  value: (table) => ratio(table.figure('cowrite', 'cpuPerClientUs', label), table.figure('hocuspocus', 'cpuPerClientUs', FIRST_JOIN)),
})

export const reconnect: Scenario = {
  name: NAME,
  title: 'Reconnect of 1,000 clients at once to the document of a long session',
  prediction:
    'Who misses nothing gets the deletions alone, encoded once for all: microseconds. Who misses 1 % gets a difference that is cut from ' +
    'the snapshot for each. The handshake of HTTP and WebSocket (about 100 µs) is then most of the cost, and telling a thousand ' +
    'newcomers of each other is the rest.',
  notes:
    'Each client says who it is, as stock clients do; one row shows the same without presence. Compared with 50 newcomers at once at ' +
    'Hocuspocus. Quick: 300 clients, 30,000 edits.',
  servers: ['cowrite', 'hocuspocus', 'y-websocket'],
  quickServers: ['cowrite', 'hocuspocus'],
  repeats: { quick: 1, full: 3 },
  points: (mode) => [
    point(MISS_NOTHING, (trace) => trace.vector, clientsIn),
    ...(mode === 'full' ? [point(WITHOUT_PRESENCE, (trace) => trace.vector, clientsIn, false)] : []),
    point(MISS_LITTLE, (trace) => trace.earlierVector, clientsIn),
    point(FIRST_JOIN, () => NOTHING_KNOWN, () => 50),
  ],
  columns: [
    { key: 'cpuPerClientUs', label: 'CPU µs per client', digits: 0 },
    { key: 'p50Ms', label: 'synced p50 ms', digits: 0 },
    { key: 'p99Ms', label: 'synced p99 ms', digits: 0 },
    { key: 'kilobytesPerClient', label: 'kB per client', digits: 1 },
    { key: 'peakMb', label: 'peak MB', digits: 0 },
    ...LOOP_COLUMNS,
  ],
  aims: [
    aim('nothing', MISS_NOTHING), aim('nothing-silent', WITHOUT_PRESENCE), aim('little', MISS_LITTLE),
    ...loopAims(NAME, MISS_NOTHING),
  ],
  plots: [],
}
