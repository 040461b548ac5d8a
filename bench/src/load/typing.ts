/**
 * The load of most scenarios: people in documents, some of whom type and move their cursors.
 *
 * Owns: bringing them in, typing at an even rate, waiting until everything arrived, the figures of it.
 * Does not own: how large the load is (scenarios/).
 * Always holds: costs are those from the first edit to the arrival of the last one, so a server that
 * falls behind pays for all it still has to do; afterwards a newcomer counts the edits it is given.
 */
import type { Bench, Figures } from '../scenario.js'
import type { ServerUnderTest } from '../server-under-test.js'
import { until } from '../waiting.js'
import { Client, type ClientOptions } from './client.js'
import { openAll } from './crowd.js'
import { Deliveries } from './deliveries.js'
import { dialectOf, UPDATE } from './dialect.js'
import { newcomersText } from './newcomer.js'
import { atRate } from './pace.js'
import { tokenOf, tokensOf } from './tokens.js'
import { clientIdOf, Typist } from './typist.js'
import { measured } from './window.js'

export interface TypingLoad {
  readonly documents: number
  /** Clients in each document. */
  readonly clients: number
  /** Those of them who type. */
  readonly typists: number
  /** Edits a second in all documents together. */
  readonly editsPerSecond: number
  /** Whether each edit comes with a move of the cursor. */
  readonly cursors: boolean
  readonly seconds: number
  /** Typing before the measured window, in seconds. */
  readonly warmup: number
  /** Clients in each document that look out for the edits. */
  readonly observers: number
  readonly echoes?: boolean
  readonly deflate?: boolean
  /** How long a server may take to deliver what is left when the typing ends, in seconds. */
  readonly drain?: number
}

/** Documents whose text is counted in the end. */
const DOCUMENTS_CHECKED = 3

const nameOf = (document: number): string => `typing-${document}`

interface Crowd {
  readonly clients: readonly Client[]
  readonly deliveries: Deliveries
  readonly edit: (index: number) => void
}

export async function measureTyping(bench: Bench, load: TypingLoad): Promise<Figures> {
  const server = await bench.start()
  const before = server.memory().resident
  const crowd = await gather(bench, server, load)
  const { clients, deliveries } = crowd
  const drainMs = (load.drain ?? 15) * 1000
  const allArrived = (): Promise<boolean> => until(() => deliveries.missing === 0, drainMs)
  await server.untilQuiet(3_000)
  await atRate(load.editsPerSecond, load.warmup, crowd.edit)
  const warm = await allArrived()
  const missingBefore = deliveries.missing
  deliveries.startWindow()
  const bytesBefore = bytesIn(clients)
  const expectedBefore = deliveries.expected
  let latenessMs = 0
  let typingSeconds = load.seconds
  const cost = await measured(server, async () => {
    const start = performance.now()
    latenessMs = await atRate(load.editsPerSecond, load.seconds, crowd.edit)
    typingSeconds = (performance.now() - start) / 1000
    await allArrived()
  })
  const bytes = bytesIn(clients) - bytesBefore
  const expected = deliveries.expected - expectedBefore + missingBefore
  const share = expected === 0 ? 1 : 1 - deliveries.missing / expected
  const delivered = deliveries.sentInWindow * load.clients * share
  const lost = bench.server === 'blind' || !warm ? undefined : await lostEdits(bench, server, load, crowd)
  return {
    ...(delivered > 0 ? { cpuPerDeliveryUs: (cost.cpuSeconds * 1e6) / delivered } : {}),
    cpuPerEditUs: (cost.cpuSeconds * 1e6) / (deliveries.sentInWindow * share),
    cpuShare: cost.cpuSeconds / cost.seconds,
    p50Ms: deliveries.latencyMs(50),
    p99Ms: deliveries.latencyMs(99),
    maxMs: deliveries.maxLatencyMs,
    deliveredShare: share,
    ...(lost === undefined ? {} : { lost }),
    drainSeconds: cost.seconds - typingSeconds,
    megabytesOut: bytes / 1e6,
    bytesPerDelivery: bytes / delivered,
    framesPerClientSecond: framesIn(clients) / clients.length / (cost.seconds + load.warmup),
    residentMb: server.memory().resident / 1e6,
    grownMb: (cost.peakBytes - before) / 1e6,
    endedClients: clients.filter((client) => client.ended).length,
    deflateAgreed: clients[0]?.agreedDeflate === true ? 1 : 0,
    latenessMs,
    ...cost.loop,
  }
}

async function gather(bench: Bench, server: ServerUnderTest, load: TypingLoad): Promise<Crowd> {
  const deliveries = new Deliveries(load.documents)
  const dialect = dialectOf(bench.server)
  const typists: Typist[] = []
  const options: ClientOptions[] = []
  for (let document = 0; document < load.documents; document++) {
    for (let i = 0; i < load.clients; i++) {
      const typist = new Typist(clientIdOf(options.length))
      typists.push(typist)
      const observer = isObserver(i, load) ? deliveries.observer(document, load.clients) : undefined
      options.push({
        port: server.port, dialect, document: nameOf(document),
        ...(observer ? { found: (sequence) => deliveries.receive(observer, sequence) } : {}),
        ...(load.cursors ? { arrival: typist.arrive() } : {}),
        echoes: load.echoes === true, deflate: load.deflate === true,
      })
    }
  }
  const clients = await openAll(options)
  const edit = (index: number): void => {
    // One edit in each document before the second in any of them; in a document the typists take turns.
    const document = index % load.documents
    const turn = Math.floor(index / load.documents) % load.typists
    const place = document * load.clients + spread(turn, load)
    const client = clients[place] as Client
    const typist = typists[place] as Typist
    client.together(() => {
      const sequence = deliveries.send(document, spread(turn, load))
      client.sync(UPDATE, typist.type(tokenOf(sequence)))
      if (load.cursors) client.presence(typist.moveCursor())
    })
  }
  return { clients, deliveries, edit }
}

/** Typists stand evenly among the clients of their document. */
const spread = (turn: number, { clients, typists }: TypingLoad): number => Math.floor((turn * clients) / typists)

const isObserver = (place: number, { clients, observers }: TypingLoad): boolean =>
  Math.floor((place * observers) / clients) !== Math.floor(((place + 1) * observers) / clients)

const bytesIn = (clients: readonly Client[]): number => clients.reduce((sum, client) => sum + client.bytesIn, 0)
const framesIn = (clients: readonly Client[]): number => clients.reduce((sum, client) => sum + client.framesIn, 0)

/** Edits that a newcomer is not given, over the first documents. */
async function lostEdits(bench: Bench, server: ServerUnderTest, load: TypingLoad, { deliveries }: Crowd): Promise<number> {
  let found = 0
  const documents = Math.min(DOCUMENTS_CHECKED, load.documents)
  for (let document = 0; document < documents; document++) {
    found += new Set(tokensOf(await newcomersText(bench.server, server.port, nameOf(document)))).size
  }
  let sent = 0
  for (let index = 0; index < deliveries.sent; index++) if (deliveries.documentOf(index) < documents) sent++
  return sent - found
}
