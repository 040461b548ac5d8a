/**
 * One document in which a thousand people type: does it hold at all?
 */
import { measureTyping } from '../load/typing.js'
import type { Scenario } from '../scenario.js'
import { loopAims, nothingLost, p99Aim, TYPING_COLUMNS } from './typing-columns.js'

const NAME = 'thousand-typing'

export const thousandTyping: Scenario = {
  name: NAME,
  title: 'One document, 1,000 clients all typing, 1 edit/s each',
  prediction:
    'A million deliveries a second: no relay that sends each edit by itself can. Cowrite sends twenty frames a second with fifty edits ' +
    'each to everybody, 20,000 sends a second. Expected: about half a core, p99 below 150 ms; Hocuspocus and the blind relay fall behind.',
  notes: '8 observers, no cursors. Quick: 400 clients (where Hocuspocus begins to fall behind).',
  servers: ['cowrite', 'hocuspocus', 'y-websocket', 'blind'],
  quickServers: ['cowrite', 'hocuspocus', 'blind'],
  repeats: { quick: 1, full: 1 },
  points: (mode) => {
    const clients = mode === 'full' ? 1000 : 400
    return [{
      label: `${clients} clients`, load: clients,
      run: (bench) => measureTyping(bench, {
        documents: 1, clients, typists: clients, editsPerSecond: clients, cursors: false, observers: 8,
        seconds: mode === 'full' ? 15 : 2, warmup: mode === 'full' ? 3 : 0.6, drain: mode === 'full' ? 60 : 5,
      }),
    }]
  },
  columns: TYPING_COLUMNS,
  aims: [
    p99Aim(NAME, 250),
    nothingLost(NAME),
    { id: `${NAME}.cores`, text: 'holds on one core', atMost: 1, guarded: false, value: (table) => table.figure('cowrite', 'cpuShare') },
    ...loopAims(NAME),
  ],
  plots: [],
}
