/**
 * One document in which everybody types.
 */
import { measureTyping } from '../load/typing.js'
import type { Scenario } from '../scenario.js'
import { cpuAim, loopAims, nothingLost, p99Aim, TYPING_COLUMNS } from './typing-columns.js'

const NAME = 'all-typing'

export const allTyping: Scenario = {
  name: NAME,
  title: 'One document, 200 clients all typing, 2 edits/s and a cursor move with each',
  prediction:
    'At 400 edits/s a relay that forwards each message makes 160,000 sends a second of two messages for each edit, more than a core ' +
    'has. Cowrite makes one update frame and one presence frame for each beat (about 20 a second, paced): 8,000 sends a second ' +
    'whatever is typed. Expected: a tenth of the blind relay, p99 at 50 ms of pacing plus a commit.',
  notes: '8 observers. Quick: 100 clients.',
  servers: ['cowrite', 'hocuspocus', 'y-websocket', 'blind'],
  quickServers: ['cowrite', 'hocuspocus', 'blind'],
  repeats: { quick: 1, full: 3 },
  points: (mode) => {
    const clients = mode === 'full' ? 200 : 100
    return [{
      label: `${clients} clients`, load: clients,
      run: (bench) => measureTyping(bench, {
        documents: 1, clients, typists: clients, editsPerSecond: clients * 2, cursors: true, observers: 8,
        seconds: mode === 'full' ? 15 : 2, warmup: mode === 'full' ? 3 : 0.6, drain: mode === 'full' ? 60 : 5,
      }),
    }]
  },
  columns: TYPING_COLUMNS,
  aims: [cpuAim(NAME, 'hocuspocus', 0.2), cpuAim(NAME, 'blind', 0.5), p99Aim(NAME, 60), nothingLost(NAME), ...loopAims(NAME)],
  plots: [],
}
