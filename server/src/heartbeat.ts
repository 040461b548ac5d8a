/**
 * Life signs: something is sent to every client often enough, and the dead are noticed.
 *
 * Owns: the three intervals and the one timer for all connections.
 * Always holds: a client that lives keeps its connection through idle proxies and y-websocket's own
 * 30 s rule; one that is gone without a goodbye is dropped, and its caret with it, within 35 s.
 */
import type { Clock } from './clock.js'
import type { Connection } from './connection.js'

/** Between two looks, in milliseconds. */
export const HEARTBEAT_MS = 4_000
/** Silence towards a client after which a keep-alive is sent: with the look's interval below the promised 20 s. */
export const KEEP_ALIVE_AFTER_MS = 15_000
/** Silence from a client after which it is asked for a sign of life. */
export const PING_AFTER_MS = 12_000
/** Silence from a client after which it is taken for dead; with the look's interval below 35 s. */
export const DEAD_AFTER_MS = 30_000

/** Starts looking after these connections; returns how to stop. */
export function startHeartbeat(connections: Iterable<Connection>, clock: Clock): () => void {
  let cancel: () => void
  const look = (): void => {
    const now = clock.now()
    for (const connection of connections) {
      const silence = now - connection.lastHeard
      if (silence >= DEAD_AFTER_MS) connection.drop()
      else if (silence >= PING_AFTER_MS) connection.ping()
      if (now - connection.lastSent >= KEEP_ALIVE_AFTER_MS) connection.keepAlive()
    }
    cancel = clock.after(HEARTBEAT_MS, look)
  }
  cancel = clock.after(HEARTBEAT_MS, look)
  return () => cancel()
}
