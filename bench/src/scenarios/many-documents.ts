/**
 * Many documents with two people each.
 */
import { measureTyping } from '../load/typing.js'
import type { Scenario } from '../scenario.js'
import { cpuAim, loopAims, nothingLost, p99Aim, TYPING_COLUMNS } from './typing-columns.js'

const NAME = 'many-documents'

export const manyDocuments: Scenario = {
  name: NAME,
  title: '300 documents with 2 clients, 5 edits/s in each document',
  prediction:
    'Nothing can be gathered within a room, but everything into one append with one fsync for all rooms. What is left for an edit is ' +
    'two sends, the check at the door (1-2 µs) and a record. Expected: a third of Hocuspocus, which applies each edit to a Y.Doc; ' +
    '1.5 times the blind relay.',
  notes: 'All clients are observers; no cursors. Every edit of Cowrite is fsynced before it is sent. Quick: 150 documents.',
  servers: ['cowrite', 'hocuspocus', 'y-websocket', 'blind'],
  quickServers: ['cowrite', 'hocuspocus', 'blind'],
  repeats: { quick: 1, full: 3 },
  points: (mode) => {
    const documents = mode === 'full' ? 300 : 150
    return [{
      label: `${documents} documents`, load: documents,
      run: (bench) => measureTyping(bench, {
        documents, clients: 2, typists: 2, editsPerSecond: documents * 5, cursors: false, observers: 2,
        seconds: mode === 'full' ? 15 : 2.5, warmup: mode === 'full' ? 3 : 0.7, drain: mode === 'full' ? 60 : 5,
      }),
    }]
  },
  columns: TYPING_COLUMNS,
  aims: [
    cpuAim(NAME, 'hocuspocus', 0.3333, 'cpuPerEditUs'), cpuAim(NAME, 'blind', 2, 'cpuPerEditUs'),
    p99Aim(NAME, 60), nothingLost(NAME), ...loopAims(NAME),
  ],
  plots: [],
}
