/**
 * The columns and aims that all scenarios of typing share.
 *
 * Owns: which figures of load/typing.ts are shown, and the comparisons by CPU for each delivery.
 */
import { type Aim, type Column, LOOP_COLUMNS, loopAims, ratio, type ServerName } from '../scenario.js'

export const TYPING_COLUMNS: readonly Column[] = [
  { key: 'cpuPerDeliveryUs', label: 'CPU µs per delivered edit', digits: 2 },
  { key: 'cpuPerEditUs', label: 'CPU µs per edit', digits: 0 },
  { key: 'cpuShare', label: 'cores', digits: 2 },
  { key: 'p50Ms', label: 'p50 ms', digits: 1 },
  { key: 'p99Ms', label: 'p99 ms', digits: 1 },
  { key: 'deliveredShare', label: 'delivered', digits: 3 },
  { key: 'lost', label: 'lost', digits: 0 },
  { key: 'drainSeconds', label: 'behind at the end, s', digits: 1 },
  { key: 'megabytesOut', label: 'MB out', digits: 1 },
  { key: 'framesPerClientSecond', label: 'frames/s to a client', digits: 1 },
  { key: 'residentMb', label: 'resident MB', digits: 0 },
  { key: 'latenessMs', label: 'sent late by ms', digits: 0 },
  ...LOOP_COLUMNS,
]

const WORDS: Readonly<Record<ServerName, string>> = {
  cowrite: 'Cowrite', 'cowrite-no-history': 'Cowrite without history', hocuspocus: 'Hocuspocus',
  'y-websocket': 'y-websocket', blind: 'the blind relay',
}

/** CPU for each delivered edit is at most `atMost` times that of a peer. */
export const cpuAim = (name: string, peer: ServerName, atMost: number, key = 'cpuPerDeliveryUs'): Aim => ({
  id: `${name}.cpu-to-${peer}`,
  text: `CPU at most ${atMost} x that of ${WORDS[peer]}`,
  atMost,
  guarded: true,
  value: (table) => ratio(table.figure('cowrite', key), table.figure(peer, key)),
})

export const p99Aim = (name: string, atMost: number): Aim => ({
  id: `${name}.p99`, text: `edit-to-screen p99 at most ${atMost} ms`, atMost, guarded: false,
  value: (table) => table.figure('cowrite', 'p99Ms'),
})

/** Nothing is lost: neither at an observer nor for a newcomer. */
export const nothingLost = (name: string): Aim => ({
  id: `${name}.lost`, text: 'nothing lost: every edit at every observer and at a newcomer', atMost: 0, guarded: false,
  value: (table) => {
    const lost = table.figure('cowrite', 'lost')
    const share = table.figure('cowrite', 'deliveredShare')
    return lost === undefined || share === undefined ? undefined : lost + (1 - share)
  },
})

export { loopAims }
