/**
 * Thousands of connections on which nothing happens.
 */
import { openAll } from '../load/crowd.js'
import { dialectOf } from '../load/dialect.js'
import { measured } from '../load/window.js'
import { type Bench, type Figures, LOOP_COLUMNS, loopAims, ratio, type Scenario } from '../scenario.js'
import { sleep } from '../waiting.js'

const NAME = 'idle-connections'
const CLIENTS_OF_A_DOCUMENT = 10

const run = (connections: number, seconds: number) => async (bench: Bench): Promise<Figures> => {
  const server = await bench.start({ allocatorOfImage: true })
  await server.untilQuiet(5_000)
  const base = await server.heldMemory()
  const dialect = dialectOf(bench.server)
  const clients = await openAll(Array.from({ length: connections }, (_, i) => (
    { port: server.port, dialect, document: `idle-${i % (connections / CLIENTS_OF_A_DOCUMENT)}` }
  )))
  await server.untilQuiet(10_000)
  const held = await server.heldMemory()
  const cost = await measured(server, () => sleep(seconds * 1000))
  return {
    kilobytesPerConnection: (held.resident - base.resident) / connections / 1000,
    residentMb: held.resident / 1e6,
    idleCpuPercent: (cost.cpuSeconds / cost.seconds) * 100,
    ended: clients.filter((client) => client.ended).length,
    ...cost.loop,
  }
}

export const idleConnections: Scenario = {
  name: NAME,
  title: '10,000 idle connections over 1,000 documents',
  prediction:
    'A socket of Node with its WebSocket holds 6 to 8 kB by itself, a Connection and a tenth of a Room another 1 to 2. Keep-alives every ' +
    '15 s and pings to the silent are 1,500 small writes and 800 pongs a second at 10,000 connections, about 2 % of a core if each is ' +
    'sent by itself; the aim of 1 % needs them cheaper or fewer. Peers send less when idle.',
  notes:
    'Each client synced and then says nothing but pongs and what it is asked for. Cowrite runs with the allocator settings of its image. Memory after a forced garbage collection, the documents in it. Full: 30 s, ' +
    'so that pings and keep-alives are in the CPU (Hocuspocus closes silent connections after 60 s); quick: 1,000 connections, 3 s, and they are not.',
  servers: ['cowrite', 'hocuspocus', 'y-websocket', 'blind'],
  quickServers: ['cowrite', 'blind'],
  repeats: { quick: 1, full: 1 },
  points: (mode) => {
    const connections = mode === 'full' ? 10_000 : 1_000
    return [{ label: `${connections} connections`, load: connections, run: run(connections, mode === 'full' ? 30 : 3) }]
  },
  columns: [
    { key: 'kilobytesPerConnection', label: 'kB per connection', digits: 1 },
    { key: 'residentMb', label: 'resident MB', digits: 0 },
    { key: 'idleCpuPercent', label: 'idle CPU % of a core', digits: 2 },
    { key: 'ended', label: 'ended', digits: 0 },
    ...LOOP_COLUMNS,
  ],
  aims: [
    {
      id: `${NAME}.memory`, text: 'at most 10 kB for a connection', atMost: 10, guarded: false,
      value: (table) => table.figure('cowrite', 'kilobytesPerConnection'),
    },
    {
      id: `${NAME}.memory-to-blind`, text: 'memory for a connection at most 2 x the blind relay (to notice a change)', atMost: 2, guarded: true,
      value: (table) => ratio(table.figure('cowrite', 'kilobytesPerConnection'), table.figure('blind', 'kilobytesPerConnection')),
    },
    {
      id: `${NAME}.cpu`, text: 'idle CPU below 1 % of a core', atMost: 1, guarded: false,
      value: (table) => table.figure('cowrite', 'idleCpuPercent'),
    },
    ...loopAims(NAME),
  ],
  plots: [],
}
