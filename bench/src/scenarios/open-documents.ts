/**
 * Many open documents: what each holds in memory, and whether it is given back.
 */
import type { Client } from '../load/client.js'
import { closeAll, openAll } from '../load/crowd.js'
import { type Dialect, dialectOf, UPDATE } from '../load/dialect.js'
import { readTrace } from '../load/trace.js'
import { measured } from '../load/window.js'
import type { MemoryReading } from '../process-figures.js'
import { type Bench, type Figures, LOOP_COLUMNS, loopAims, ratio, type Scenario } from '../scenario.js'
import { sleep, until } from '../waiting.js'

const NAME = 'open-documents'
/** Edits of the session after which its text is about 20,000 characters long. */
const EDITS = 30_000
const WRITERS_AT_ONCE = 50
/** Cowrite keeps an empty document for 5 s; half a second of leeway and a look. */
const AFTER_CLOSE_MS = 6_500

/** What no cache of the system holds as well. */
const own = ({ resident, mapped }: MemoryReading): number => resident - mapped

const nameOf = (document: number): string => `open-${document}`

/** Writes the same text into every document and waits until the server echoed it. */
async function write(port: number, dialect: Dialect, documents: number, state: Uint8Array): Promise<void> {
  for (let from = 0; from < documents; from += WRITERS_AT_ONCE) {
    const names = Array.from({ length: Math.min(WRITERS_AT_ONCE, documents - from) }, (_, i) => nameOf(from + i))
    const writers: Client[] = await openAll(names.map((document) => ({ port, dialect, document })))
    for (const writer of writers) writer.sync(UPDATE, state)
    if (!(await until(() => writers.every((writer) => writer.updatesIn > 0), 60_000))) throw new Error('a text was not echoed')
    await closeAll(writers)
  }
}

/** @param restMs milliseconds between the last opening and the look at memory */
const run = (documents: number, restMs: number) => async (bench: Bench): Promise<Figures> => {
  const { state, characters } = readTrace(bench.shared, EDITS)
  const dialect = dialectOf(bench.server)
  const data = bench.newDirectory()
  const writing = await bench.start({ data })
  await write(writing.port, dialect, documents, state)
  // The documents are put away, as they are in life.
  await sleep(AFTER_CLOSE_MS)
  await writing.untilQuiet(30_000)
  await writing.stop()

  const server = await bench.start({ data, allocatorOfImage: true })
  await server.untilQuiet(5_000)
  const base = await server.heldMemory()
  let clients: Client[] = []
  const cost = await measured(server, async () => {
    clients = await openAll(Array.from({ length: documents }, (_, i) => ({ port: server.port, dialect, document: nameOf(i) })))
    await server.untilQuiet(20_000)
  })
  await sleep(restMs)
  const open = await server.heldMemory()
  const connections = clients.length
  await closeAll(clients)
  await sleep(AFTER_CLOSE_MS)
  await server.untilQuiet(20_000)
  const closed = await server.heldMemory()
  const taken = own(open) - own(base)
  return {
    ownKbPerDocument: taken / documents / 1000,
    mappedKbPerDocument: (open.mapped - base.mapped) / documents / 1000,
    openMb: open.resident / 1e6,
    keptOwnShare: (own(closed) - own(base)) / Math.max(1, taken),
    cpuPerOpenUs: (cost.cpuSeconds * 1e6) / connections,
    peakMb: cost.peakBytes / 1e6,
    stateKb: state.length / 1000,
    characters,
    ...cost.loop,
  }
}

export const openDocuments: Scenario = {
  name: NAME,
  title: '2,000 open documents of 20,000 characters, one client each',
  prediction:
    'A Y.Doc of this text takes several hundred kB of objects; Cowrite holds its snapshot (47 kB) and a few maps. Expected: 60 to 70 kB ' +
    'for each document with its connection, an eighth of Hocuspocus, and nearly nothing five seconds after the last client left.',
  notes:
    'The text of the first 30,000 edits of the session, written beforehand; measured after a restart, when each document was opened ' +
    'from disk by one newcomer, 7 s after the last came. Resident memory after a forced garbage collection in every server; every server runs with the allocator settings of the Cowrite image (with the defaults of glibc Cowrite keeps about twice as much). `own` is without ' +
    'the pages of mapped files: LevelDB maps its tables, so who reads 2,000 texts has them all mapped, until the system wants the pages ' +
    'back. `kept` is what is still held 7 s after all left, as a share of what the documents took, both `own`. Quick: 200 documents, measured 1 s after the last came.',
  servers: ['cowrite', 'hocuspocus', 'y-websocket'],
  quickServers: ['cowrite', 'hocuspocus'],
  repeats: { quick: 1, full: 1 },
  points: (mode) => {
    const [documents, restMs] = mode === 'full' ? [2000, AFTER_CLOSE_MS] : [200, 1_000]
    return [{ label: `${documents} documents`, load: documents, run: run(documents, restMs) }]
  },
  columns: [
    { key: 'ownKbPerDocument', label: 'own kB per document', digits: 1 },
    { key: 'mappedKbPerDocument', label: 'mapped kB per document', digits: 1 },
    { key: 'openMb', label: 'resident MB', digits: 0 },
    { key: 'keptOwnShare', label: 'kept after closing', digits: 2 },
    { key: 'cpuPerOpenUs', label: 'CPU µs per opening', digits: 0 },
    { key: 'peakMb', label: 'peak MB', digits: 0 },
    { key: 'stateKb', label: 'state kB', digits: 0 },
    ...LOOP_COLUMNS,
  ],
  aims: [
    {
      id: `${NAME}.memory-to-hocuspocus`, text: 'memory for a document at most 1/8 of Hocuspocus', atMost: 0.125, guarded: true,
      value: (table) => ratio(table.figure('cowrite', 'ownKbPerDocument'), table.figure('hocuspocus', 'ownKbPerDocument')),
    },
    {
      id: `${NAME}.kept`, text: 'memory returns: at most 1/5 of it is still held after closing', atMost: 0.2, guarded: false,
      value: (table) => table.figure('cowrite', 'keptOwnShare'),
    },
    ...loopAims(NAME),
  ],
  plots: [],
}
