/**
 * Life signs: something is sent to every client often enough, the dead are noticed, and what was lost is looked for.
 *
 * Owns: the intervals and the one timer for all connections.
 * Always holds: a client that lives keeps its connection through idle proxies and y-websocket's own
 * 30 s rule; one that is gone without a goodbye is dropped, and its caret with it, within 35 s;
 * ten thousand connections are never looked after in one go, which would hold up everybody's typing.
 */
import type { Clock } from './clock.js'
import type { Connection } from './connection.js'

/** Every connection is looked at once in this time, in milliseconds. */
const ROUND_MS = 2_000
/** In how many parts. */
const LOOKS_PER_ROUND = 8
/** Silence towards a client after which a keep-alive is sent: with one round below the promised 20 s. */
const KEEP_ALIVE_AFTER_MS = 17_500
/** Silence from a client that was sent something since, after which it is asked for a sign of life, once a round. */
const PING_AFTER_MS = 8_000
/** Silence from a client after which it is taken for dead; with one round below 35 s. */
const DEAD_AFTER_MS = 30_000

/** Starts looking after these connections; returns how to stop. */
export function startHeartbeat(connections: ReadonlySet<Connection>, clock: Clock): () => void {
  let cancel: () => void
  let round = connections.values()
  const look = (): void => {
    const share = Math.ceil(connections.size / LOOKS_PER_ROUND)
    // An iterator that is not asked any more would keep the last connections alive.
    if (share === 0) round = connections.values()
    for (let looked = 0; looked < share; looked++) {
      const next = round.next()
      if (next.value) lookAfter(next.value, clock.now())
      // A set's iterator takes in what is added meanwhile; at its end the next round begins.
      else round = connections.values()
    }
    cancel = clock.after(ROUND_MS / LOOKS_PER_ROUND, look)
  }
  cancel = clock.after(ROUND_MS / LOOKS_PER_ROUND, look)
  return () => cancel()
}

function lookAfter(connection: Connection, now: number): void {
  const silence = now - connection.lastHeard
  if (silence >= DEAD_AFTER_MS) return connection.drop()
  const isDue = (): boolean => now - connection.lastSent >= KEEP_ALIVE_AFTER_MS
  const wasSentMore = connection.lastSent > connection.lastHeard
  // A question asked now is a keep-alive, and its answer a sign of life.
  connection.look(isDue())
  // Where nothing else happens that is with the next keep-alive, in one write: for ten thousand who only listen, writes
  // are what an idle server does.
  if (silence >= PING_AFTER_MS && (isDue() || wasSentMore)) connection.ping()
  if (isDue()) connection.keepAlive()
}
