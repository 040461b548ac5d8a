/**
 * Bytes on the wire when clients offer compression.
 */
import { measureTyping } from '../load/typing.js'
import { type Column, type Mode, type Point, ratio, type Scenario, type Table } from '../scenario.js'
import { TYPING_COLUMNS } from './typing-columns.js'

const NAME = 'deflate'
const PLAIN = 'not offered'
const OFFERED = 'permessage-deflate offered'

const point = (mode: Mode, deflate: boolean): Point => {
  const clients = mode === 'full' ? 200 : 100
  return {
    label: deflate ? OFFERED : PLAIN, load: deflate ? 1 : 0,
    run: (bench) => measureTyping(bench, {
      documents: 1, clients, typists: clients, editsPerSecond: clients * 2, cursors: true, observers: 4, deflate,
      seconds: mode === 'full' ? 15 : 2, warmup: mode === 'full' ? 3 : 0.7, drain: mode === 'full' ? 60 : 5,
    }),
  }
}

/** Only a run in which compression was agreed can be judged. */
const agreed = (table: Table): boolean => table.figure('cowrite', 'deflateAgreed', OFFERED) === 1
const figures = (table: Table, key: string): [plain: number | undefined, offered: number | undefined] =>
  [table.figure('cowrite', key, PLAIN), table.figure('cowrite', key, OFFERED)]

const SHOWN = new Set(['cpuPerDeliveryUs', 'p99Ms', 'megabytesOut', 'deliveredShare', 'lost', 'loopP99Ms', 'loopMaxMs', 'ownP99Ms', 'ownMaxMs', 'waitedShare', 'generatorBusy'])
const columns: readonly Column[] = [
  { key: 'deflateAgreed', label: 'agreed', digits: 0 },
  { key: 'bytesPerDelivery', label: 'bytes per delivered edit', digits: 1 },
  ...TYPING_COLUMNS.filter(({ key }) => SHOWN.has(key)),
]

export const deflate: Scenario = {
  name: NAME,
  title: 'Bytes on the wire: 200 clients all typing, with and without permessage-deflate',
  prediction:
    'A frame of twenty edits and one of twenty cursors repeat themselves: compressed once for all they shrink to a fifth, at the cost of ' +
    'one small deflate for each beat. Compressed for each socket, as `ws` does, the same would cost 200 deflates.',
  notes:
    'The generator offers `permessage-deflate; client_no_context_takeover; server_no_context_takeover` and counts bytes as they arrive; ' +
    'observers inflate. `agreed` is 1 where the server accepted. Quick: 100 clients.',
  servers: ['cowrite', 'hocuspocus'],
  quickServers: ['cowrite'],
  repeats: { quick: 1, full: 3 },
  points: (mode) => [point(mode, false), point(mode, true)],
  columns,
  aims: [
    {
      id: `${NAME}.bytes`, text: 'at most a quarter of the bytes', atMost: 0.25, guarded: true,
      value: (table) => {
        const [plain, offered] = figures(table, 'bytesPerDelivery')
        return agreed(table) ? ratio(offered, plain) : undefined
      },
    },
    {
      id: `${NAME}.cpu`, text: 'at most 1.3 x the CPU of the uncompressed run', atMost: 1.3, guarded: true,
      value: (table) => {
        const [plain, offered] = figures(table, 'cpuPerDeliveryUs')
        return agreed(table) ? ratio(offered, plain) : undefined
      },
    },
  ],
  plots: [],
}
