/**
 * One document in which everybody types, with clients that send presence back as stock clients do.
 */
import { measureTyping } from '../load/typing.js'
import type { Scenario } from '../scenario.js'
import { cpuAim, loopAims, nothingLost, p99Aim, TYPING_COLUMNS } from './typing-columns.js'

const NAME = 'stock-echo'

export const stockEcho: Scenario = {
  name: NAME,
  title: 'One document, 100 clients all typing as stock clients do: each sends every presence message back',
  prediction:
    'y-websocket and Hocuspocus providers send each awareness change that they receive back to the server (their update listener does ' +
    'not look at the origin). Each beat of 100 cursors therefore returns a hundredfold. Who forwards each cursor by itself gets 100 x 100 ' +
    'x 2 messages a second to read; Cowrite one for each client and beat. It has to read every entry of it to see that it is nothing new.',
  notes: '2 edits/s each with a cursor move, 4 observers. Not for the blind relay: the echoes would never end. Quick: 40 clients.',
  servers: ['cowrite', 'hocuspocus', 'y-websocket'],
  quickServers: ['cowrite', 'hocuspocus'],
  repeats: { quick: 1, full: 3 },
  points: (mode) => {
    const clients = mode === 'full' ? 100 : 40
    return [{
      label: `${clients} clients`, load: clients,
      run: (bench) => measureTyping(bench, {
        documents: 1, clients, typists: clients, editsPerSecond: clients * 2, cursors: true, observers: 4, echoes: true,
        seconds: mode === 'full' ? 15 : 2, warmup: mode === 'full' ? 3 : 0.7, drain: mode === 'full' ? 60 : 5,
      }),
    }]
  },
  columns: TYPING_COLUMNS,
  aims: [cpuAim(NAME, 'hocuspocus', 0.2), p99Aim(NAME, 60), nothingLost(NAME), ...loopAims(NAME)],
  plots: [],
}
