/**
 * A hundred newcomers at once to a document with a long past.
 */
import { dialectOf } from '../load/dialect.js'
import { openAll } from '../load/crowd.js'
import { wave } from '../load/joining.js'
import { newcomersText } from '../load/newcomer.js'
import { STREAMED, streamedDirectory } from '../load/stream.js'
import { readTrace } from '../load/trace.js'
import { clientIdOf, Typist } from '../load/typist.js'
import { type Bench, type Figures, LOOP_COLUMNS, loopAims, ratio, type Scenario } from '../scenario.js'
import { sessionEdits } from './stream.js'

const NAME = 'late-join'
const NEWCOMERS = 100

async function run(bench: Bench): Promise<Figures> {
  const edits = sessionEdits(bench.mode)
  const { characters } = readTrace(bench.shared, edits)
  const server = await bench.start({ data: await streamedDirectory(bench, edits) })
  const dialect = dialectOf(bench.server)
  // The first visitor opens the document; opening is measured by itself (cold-open).
  await openAll([{ port: server.port, dialect, document: STREAMED }])
  await server.untilQuiet(20_000)
  const { figures } = await wave(server, Array.from({ length: NEWCOMERS }, (_, index) => (
    { port: server.port, dialect, document: STREAMED, arrival: new Typist(clientIdOf(index + 1)).arrive() }
  )))
  const text = await newcomersText(bench.server, server.port, STREAMED)
  return { ...figures, missingCharacters: characters - text.length, residentMb: server.memory().resident / 1e6 }
}

export const lateJoin: Scenario = {
  name: NAME,
  title: 'Late join: 100 newcomers at once to the document of a long session',
  prediction:
    'Cowrite copies a snapshot of 223 kB that it has as bytes; Hocuspocus and y-websocket encode their Y.Doc for each newcomer (7 ms). ' +
    'Expected: a tenth of Hocuspocus; what is left is sending 223 kB through the kernel and telling everybody of everybody.',
  notes: 'The document is open already. Each newcomer has nothing and says who it is. Quick: 30,000 edits instead of 260,000.',
  servers: ['cowrite', 'hocuspocus', 'y-websocket'],
  quickServers: ['cowrite', 'hocuspocus'],
  repeats: { quick: 1, full: 3 },
  points: () => [{ label: '100 newcomers', load: NEWCOMERS, run }],
  columns: [
    { key: 'cpuPerClientUs', label: 'CPU µs per join', digits: 0 },
    { key: 'p50Ms', label: 'to content p50 ms', digits: 0 },
    { key: 'p99Ms', label: 'to content p99 ms', digits: 0 },
    { key: 'kilobytesPerClient', label: 'kB per join', digits: 0 },
    { key: 'missingCharacters', label: 'missing characters', digits: 0 },
    { key: 'peakMb', label: 'peak MB', digits: 0 },
    ...LOOP_COLUMNS,
  ],
  aims: [
    {
      id: `${NAME}.cpu-to-hocuspocus`, text: 'CPU for a join at most 1/10 of Hocuspocus', atMost: 0.1, guarded: true,
      value: (table) => ratio(table.figure('cowrite', 'cpuPerClientUs'), table.figure('hocuspocus', 'cpuPerClientUs')),
    },
    {
      id: `${NAME}.missing`, text: 'the newcomer has the whole text', atMost: 0, guarded: false,
      value: (table) => table.figure('cowrite', 'missingCharacters'),
    },
    ...loopAims(NAME),
  ],
  plots: [],
}
