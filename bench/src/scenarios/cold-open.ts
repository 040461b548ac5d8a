/**
 * The first visitor after a start: the document has to come from disk.
 */
import { Client } from '../load/client.js'
import { dialectOf } from '../load/dialect.js'
import { STREAMED, streamedDirectory } from '../load/stream.js'
import { measured } from '../load/window.js'
import { type Bench, type Figures, LOOP_COLUMNS, loopAims, ratio, type Scenario } from '../scenario.js'
import { sessionEdits } from './stream.js'

const NAME = 'cold-open'

async function run(bench: Bench): Promise<Figures> {
  const server = await bench.start({ data: await streamedDirectory(bench, sessionEdits(bench.mode)) })
  await server.untilQuiet(5_000)
  let openMs = 0
  let bytes = 0
  const cost = await measured(server, async () => {
    const client = new Client({ port: server.port, dialect: dialectOf(bench.server), document: STREAMED })
    await client.whenSynced
    openMs = (client.syncedAt ?? NaN) - client.startedAt
    bytes = client.bytesIn
  })
  return { openMs, cpuMs: cost.cpuSeconds * 1000, kilobytes: bytes / 1000, peakMb: cost.peakBytes / 1e6, ...cost.loop }
}

export const coldOpen: Scenario = {
  name: NAME,
  title: 'Cold open: the first visitor of the document after a start of the server',
  prediction:
    'Cowrite reads a snapshot and a short tail and sends them; Hocuspocus reads the whole document, builds a Y.Doc of it and encodes ' +
    'that; y-leveldb reads all updates since it last flushed. The first request of a fresh process costs every server its just-in-time ' +
    'compiler. Expected: a fifth of Hocuspocus.',
  notes:
    'From the first byte of the request to the end of step 2; the page cache of the operating system is warm. y-websocket answers before ' +
    'it has loaded: its first step 2 is empty and its time means nothing (see the kB). Quick: 30,000 edits.',
  servers: ['cowrite', 'hocuspocus', 'y-websocket'],
  quickServers: ['cowrite', 'hocuspocus'],
  repeats: { quick: 3, full: 7 },
  points: () => [{ label: 'first visitor', load: 1, run }],
  columns: [
    { key: 'openMs', label: 'to step 2 ms', digits: 1 },
    { key: 'cpuMs', label: 'CPU ms', digits: 0 },
    { key: 'kilobytes', label: 'kB received', digits: 0 },
    { key: 'peakMb', label: 'peak MB', digits: 0 },
    ...LOOP_COLUMNS,
  ],
  aims: [
    {
      id: `${NAME}.time-to-hocuspocus`, text: 'time to step 2 at most 1/5 of Hocuspocus', atMost: 0.2, guarded: false,
      value: (table) => ratio(table.figure('cowrite', 'openMs'), table.figure('hocuspocus', 'openMs')),
    },
    ...loopAims(NAME),
  ],
  plots: [],
}
