/**
 * One document with a thousand clients of whom ten type.
 */
import { measureTyping } from '../load/typing.js'
import type { Scenario } from '../scenario.js'
import { cpuAim, loopAims, nothingLost, p99Aim, TYPING_COLUMNS } from './typing-columns.js'

const NAME = 'many-readers'

export const manyReaders: Scenario = {
  name: NAME,
  title: 'One document, 1,000 clients of whom 10 type, 2 edits/s and a cursor move with each',
  prediction:
    '20 edits/s make 40,000 sends a second at a relay that forwards each message. Cowrite gathers what comes within a beat, but there ' +
    'is little to gather: a beat of 50 ms has one edit and one cursor. Expected: half the blind relay at best; the way down is fewer ' +
    'and cheaper writes, since `ws` itself is most of the cost.',
  notes: '8 observers. Quick: 500 clients of whom 10 type.',
  servers: ['cowrite', 'hocuspocus', 'y-websocket', 'blind'],
  quickServers: ['cowrite', 'hocuspocus', 'blind'],
  repeats: { quick: 1, full: 3 },
  points: (mode) => {
    const clients = mode === 'full' ? 1000 : 500
    return [{
      label: `${clients} clients`, load: clients,
      run: (bench) => measureTyping(bench, {
        documents: 1, clients, typists: 10, editsPerSecond: 20, cursors: true, observers: 8,
        seconds: mode === 'full' ? 15 : 2, warmup: mode === 'full' ? 3 : 0.6, drain: mode === 'full' ? 60 : 5,
      }),
    }]
  },
  columns: TYPING_COLUMNS,
  aims: [cpuAim(NAME, 'hocuspocus', 0.25), cpuAim(NAME, 'blind', 1), p99Aim(NAME, 80), nothingLost(NAME), ...loopAims(NAME)],
  plots: [],
}
