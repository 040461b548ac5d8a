/**
 * A whole book typed in: 260,000 edits one by one, as fast as the server takes them.
 */
import { stream } from '../load/stream.js'
import { traceSource } from '../load/trace.js'
import { type Aim, type Bench, type Figures, LOOP_COLUMNS, loopAims, type Mode, ratio, type Scenario } from '../scenario.js'

const NAME = 'stream'

/** Edits of the session in each mode. */
export const sessionEdits = (mode: Mode): number => (mode === 'full' ? 259_778 : 30_000)

async function run(bench: Bench): Promise<Figures> {
  const { trace, cost, seconds, resident, diskBytes } = await stream(bench, sessionEdits(bench.mode))
  const edits = trace.updates.length
  return {
    cpuPerEditUs: (cost.cpuSeconds * 1e6) / edits,
    editsPerSecond: edits / seconds,
    diskKb: diskBytes / 1000,
    diskToState: diskBytes / trace.state.length,
    stateKb: trace.state.length / 1000,
    residentMb: resident / 1e6,
    peakMb: cost.peakBytes / 1e6,
    ...cost.loop,
  }
}

const diskAim = (server: 'cowrite' | 'cowrite-no-history', text: string): Aim => ({
  id: `${NAME}.disk-${server}`, text, atMost: 3, guarded: true, value: (table) => table.figure(server, 'diskToState'),
})

export const streamed: Scenario = {
  name: NAME,
  title: 'A long session streamed in, one update for each edit',
  prediction:
    'Cowrite checks an edit (about 2 µs), puts it into an append with thousands of others, and forwards merged frames; a worker ' +
    'compacts now and then. Hocuspocus applies each edit to a Y.Doc, acknowledges it and forwards it. Expected: a fifth of ' +
    "Hocuspocus; y-leveldb far slower, since it reads the last key before each write. On disk, Cowrite's history, packed, is as large as the snapshot.",
  notes:
    `Source: ${traceSource()}. One author, one observer; CPU until the server rests, so compaction and debounced stores are in it. ` +
    'Disk: the data directory after the server was stopped, against `Y.encodeStateAsUpdate` without history. Quick: 30,000 edits.',
  servers: ['cowrite', 'cowrite-no-history', 'hocuspocus', 'y-websocket', 'blind'],
  quickServers: ['cowrite', 'cowrite-no-history', 'hocuspocus'],
  repeats: { quick: 1, full: 1 },
  points: () => [{ label: 'session', load: 1, run }],
  columns: [
    { key: 'cpuPerEditUs', label: 'CPU µs per edit', digits: 1 },
    { key: 'editsPerSecond', label: 'edits/s', digits: 0 },
    { key: 'diskKb', label: 'on disk kB', digits: 0 },
    { key: 'diskToState', label: 'disk to state', digits: 2 },
    { key: 'stateKb', label: 'state kB', digits: 0 },
    { key: 'residentMb', label: 'resident MB', digits: 0 },
    { key: 'peakMb', label: 'peak MB', digits: 0 },
    ...LOOP_COLUMNS,
  ],
  aims: [
    {
      id: `${NAME}.cpu-to-hocuspocus`, text: 'CPU for an edit at most 1/5 of Hocuspocus', atMost: 0.2, guarded: true,
      value: (table) => ratio(table.figure('cowrite', 'cpuPerEditUs'), table.figure('hocuspocus', 'cpuPerEditUs')),
    },
    diskAim('cowrite', 'on disk at most 3 x the state without history (default settings: history is kept)'),
    diskAim('cowrite-no-history', 'on disk at most 3 x the state without history (with --history none)'),
    ...loopAims(NAME),
  ],
  plots: [],
}
