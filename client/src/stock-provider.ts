/**
 * The stock y-websocket provider, made for one document of one server.
 *
 * Owns: with which options it is made, and the pause before it tries again.
 * Does not own: anything it does by itself.
 * Always holds: it is not connected when it is returned.
 */
import type { Awareness } from 'y-protocols/awareness'
import { WebsocketProvider } from 'y-websocket'
import type * as Y from 'yjs'
import { documentPath, socketAddress } from './address.js'
import { type CowriteProviderOptions, MAX_BACKOFF_MS } from './options.js'

/** @throws TypeError at a bad address or name, and where there is no WebSocket. */
export function createStockProvider(options: CowriteProviderOptions, ydoc: Y.Doc, awareness: Awareness): WebsocketProvider {
  const { params, WebSocketPolyfill } = options
  if (WebSocketPolyfill === undefined && typeof WebSocket === 'undefined') {
    throw new TypeError('there is no WebSocket here: pass WebSocketPolyfill, for example of the package "ws"')
  }
  const sync = new WebsocketProvider(socketAddress(options.server), documentPath(options.doc), ydoc, {
    connect: false,
    awareness,
    // Tabs meet at the server. Over a BroadcastChannel a tab would show edits that it neither counts nor saves.
    disableBc: true,
    ...(params ? { params } : {}),
    ...(WebSocketPolyfill ? { WebSocketPolyfill } : {}),
  })
  // This event comes before y-websocket computes its pause, min(2^n · 100 ms, maxBackoffTime), which
  // would be the same for all clients of a server that died; so the upper limit is drawn anew each time.
  sync.on('connection-close', () => {
    const pause = Math.min(2 ** (sync.wsUnsuccessfulReconnects + 1) * 100, MAX_BACKOFF_MS)
    sync.maxBackoffTime = pause * (0.5 + Math.random() / 2)
  })
  return sync
}

/** Whether what is sent now goes out. */
export function isOpen(sync: WebsocketProvider): boolean {
  return sync.wsconnected && sync.ws !== null && sync.ws.readyState === sync.ws.OPEN
}
