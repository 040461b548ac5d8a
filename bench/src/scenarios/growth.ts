/**
 * How cost grows: with the clients of a document, with the number of documents, with the edits of a document.
 */
import { openAll } from '../load/crowd.js'
import { dialectOf } from '../load/dialect.js'
import { wave } from '../load/joining.js'
import { STREAMED, streamedDirectory } from '../load/stream.js'
import { readTrace } from '../load/trace.js'
import { measureTyping } from '../load/typing.js'
import { type Bench, type Figures, LOOP_COLUMNS, type Point, ratio, type Scenario, type ServerName } from '../scenario.js'
import { TYPING_COLUMNS } from './typing-columns.js'

const SECONDS = { seconds: 10, warmup: 2, drain: 30 } as const

const PEERS: readonly ServerName[] = ['cowrite', 'hocuspocus', 'blind']

/** Each load costs for a unit at most so many times what the load before it costs: linear, with leeway for what is fixed. */
const LEEWAY = 1.3

export const growthClients: Scenario = {
  name: 'growth-clients',
  title: 'How cost grows with the clients of a document: up to 10 type, 2 edits/s and a cursor move with each',
  prediction: 'CPU for a delivered edit falls with the number of clients, since what an edit costs by itself is shared by all who get it.',
  notes: 'Only in a full run.',
  servers: PEERS,
  repeats: { quick: 1, full: 1 },
  points: (mode) => (mode === 'full' ? [1, 10, 100, 1000] : []).map((clients): Point => ({
    label: `${clients} clients`, load: clients,
    run: (bench) => measureTyping(bench, {
      documents: 1, clients, typists: Math.min(10, clients), editsPerSecond: 2 * Math.min(10, clients), cursors: true,
      observers: Math.min(8, clients), ...SECONDS,
    }),
  })),
  columns: TYPING_COLUMNS,
  aims: [{
    id: 'growth-clients.linear', text: `a delivered edit costs at 1,000 clients at most ${LEEWAY} x what it costs at 100`, atMost: LEEWAY, guarded: false,
    value: (table) => ratio(table.figure('cowrite', 'cpuPerDeliveryUs', '1000 clients'), table.figure('cowrite', 'cpuPerDeliveryUs', '100 clients')),
  }],
  plots: [
    { key: 'cpuPerDeliveryUs', title: 'CPU for a delivered edit', xLabel: 'clients of the document', yLabel: 'µs' },
    { key: 'cpuShare', title: 'CPU of the server', xLabel: 'clients of the document', yLabel: 'cores' },
  ],
}

/** An edit in a document every ten seconds, but at least two a second in all. */
const editsPerSecond = (documents: number): number => Math.max(2, documents / 10)

export const growthDocuments: Scenario = {
  name: 'growth-documents',
  title: 'How cost grows with the number of documents: one client in each, an edit every 10 s in each',
  prediction: 'CPU for an edit falls with the load, since one append takes the edits of all documents; memory grows by document.',
  notes: 'With fewer than 20 documents there are 2 edits/s in all. Only in a full run.',
  servers: PEERS,
  repeats: { quick: 1, full: 1 },
  points: (mode) => (mode === 'full' ? [1, 100, 10_000] : []).map((documents): Point => ({
    label: `${documents} documents`, load: documents,
    run: (bench) => measureTyping(bench, {
      documents, clients: 1, typists: 1, editsPerSecond: editsPerSecond(documents), cursors: false, observers: 1, ...SECONDS,
    }),
  })),
  columns: TYPING_COLUMNS,
  aims: [{
    id: 'growth-documents.linear', text: `an edit costs at 10,000 documents at most ${LEEWAY} x what it costs at 100`, atMost: LEEWAY, guarded: false,
    value: (table) => ratio(table.figure('cowrite', 'cpuPerEditUs', '10000 documents'), table.figure('cowrite', 'cpuPerEditUs', '100 documents')),
  }],
  plots: [
    { key: 'cpuPerEditUs', title: 'CPU for an edit', xLabel: 'documents', yLabel: 'µs' },
    { key: 'residentMb', title: 'Resident memory', xLabel: 'documents', yLabel: 'MB' },
  ],
}

const JOINERS = 20

const joinAfter = (edits: number) => async (bench: Bench): Promise<Figures> => {
  const server = await bench.start({ data: await streamedDirectory(bench, edits) })
  const place = { port: server.port, dialect: dialectOf(bench.server), document: STREAMED }
  await server.untilQuiet(5_000)
  const opened = await wave(server, [place])
  await server.untilQuiet(30_000)
  // The first newcomers pay for the just-in-time compiler.
  await openAll(Array.from({ length: JOINERS }, () => place))
  const joined = await wave(server, Array.from({ length: JOINERS }, () => place))
  const { state } = readTrace(bench.shared, edits)
  const cpuPerClientUs = joined.figures['cpuPerClientUs'] ?? NaN
  return {
    openMs: opened.figures['p50Ms'] ?? NaN,
    cpuPerClientUs,
    cpuPerKilobyteUs: cpuPerClientUs / (state.length / 1000),
    stateKb: state.length / 1000,
    residentMb: server.memory().resident / 1e6,
    loopP99Ms: joined.figures['loopP99Ms'] ?? NaN,
    loopMaxMs: Math.max(joined.figures['loopMaxMs'] ?? NaN, opened.figures['loopMaxMs'] ?? NaN),
    ownP99Ms: joined.figures['ownP99Ms'] ?? NaN,
    ownMaxMs: Math.max(joined.figures['ownMaxMs'] ?? NaN, opened.figures['ownMaxMs'] ?? NaN),
    waitedShare: joined.figures['waitedShare'] ?? NaN,
    generatorBusy: joined.figures['generatorBusy'] ?? NaN,
  }
}

export const growthEdits: Scenario = {
  name: 'growth-edits',
  title: 'How opening and joining grow with the edits of a document',
  prediction:
    'Joining Cowrite costs by the size of the result (about 1 µs a kilobyte, beside the handshake), not by the number of edits; Hocuspocus ' +
    'encodes its Y.Doc, which costs by items.',
  notes: 'Beyond 260,000 edits a generated session. Only in a full run.',
  servers: ['cowrite', 'hocuspocus'],
  repeats: { quick: 1, full: 1 },
  points: (mode) => (mode === 'full' ? [1_000, 10_000, 100_000, 1_000_000] : []).map((edits): Point => ({
    label: `${edits} edits`, load: edits, run: joinAfter(edits),
  })),
  columns: [
    { key: 'openMs', label: 'open ms', digits: 1 },
    { key: 'cpuPerClientUs', label: 'CPU µs per join', digits: 0 },
    { key: 'cpuPerKilobyteUs', label: 'CPU µs per kB of state', digits: 2 },
    { key: 'stateKb', label: 'state kB', digits: 0 },
    { key: 'residentMb', label: 'resident MB', digits: 0 },
    ...LOOP_COLUMNS,
  ],
  aims: [{
    id: 'growth-edits.by-size', text: `a join costs for a kB of result at 1 M edits at most ${LEEWAY} x what it costs at 10 k`, atMost: LEEWAY, guarded: false,
    value: (table) => ratio(table.figure('cowrite', 'cpuPerKilobyteUs', '1000000 edits'), table.figure('cowrite', 'cpuPerKilobyteUs', '10000 edits')),
  }],
  plots: [
    { key: 'cpuPerClientUs', title: 'CPU for a join', xLabel: 'edits of the document', yLabel: 'µs' },
    { key: 'openMs', title: 'Opening from disk', xLabel: 'edits of the document', yLabel: 'ms' },
  ],
}
