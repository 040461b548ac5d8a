/**
 * The stock y-websocket provider, made for one document of one server.
 *
 * Owns: with which options it is made, and the pause before it tries again.
 * Does not own: anything it does by itself.
 * Always holds: it is not connected when it is returned.
 *
 * It is used through its public surface. Of its fields, `ws`, `wsconnected`, `shouldConnect`, `messageHandlers`,
 * `maxBackoffTime`, `wsUnsuccessfulReconnects` and `_exitHandler` are read or set, all of them in its published types
 * (here, in link.ts and in message-taps.ts).
 */
import { encodeStep1 } from '@cowrite/protocol'
import type { Awareness } from 'y-protocols/awareness'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { documentPath, socketAddress } from './address.js'
import { type CowriteProviderOptions, MAX_BACKOFF_MS } from './options.js'

/** Where a document is, and with what it is reached. */
export interface Target {
  /** Address of the server, without a slash at its end. */
  readonly server: string
  /** Name of the document as it follows that address and a slash. */
  readonly path: string
  readonly WebSocket: typeof WebSocket
}

/** @throws TypeError at a bad address or name, and where there is no WebSocket. */
export function targetOf(options: CowriteProviderOptions): Target {
  const Socket = options.WebSocketPolyfill ?? (typeof WebSocket === 'undefined' ? undefined : WebSocket)
  if (!Socket) throw new TypeError('there is no WebSocket here: pass WebSocketPolyfill, for example of the package "ws"')
  return { server: socketAddress(options.server), path: documentPath(options.doc), WebSocket: Socket }
}

export function createStockProvider(
  target: Target,
  params: Record<string, string> | undefined,
  ydoc: Y.Doc,
  awareness: Awareness,
): WebsocketProvider {
  const sync = new WebsocketProvider(target.server, target.path, ydoc, {
    connect: false,
    awareness,
    // Tabs meet at the server. Over a BroadcastChannel a tab would show edits that it neither counts nor saves.
    disableBc: true,
    WebSocketPolyfill: target.WebSocket,
    ...(params ? { params } : {}),
  })
  // In Node it waits for the end of the process to drop a caret, which then reaches nobody, and from the 11th provider on
  // Node warns of a leak.
  nodeProcess()?.off?.('exit', sync['_exitHandler'])
  // This event comes before y-websocket computes its pause, min(2^n · 100 ms, maxBackoffTime), which
  // would be the same for all clients of a server that died; so the upper limit is drawn anew each time.
  sync.on('connection-close', () => {
    const pause = Math.min(2 ** (sync.wsUnsuccessfulReconnects + 1) * 100, MAX_BACKOFF_MS)
    sync.maxBackoffTime = pause * (0.5 + Math.random() / 2)
  })
  return sync
}

const nodeProcess = (): { off?(event: 'exit', listener: () => void): unknown } | undefined =>
  (globalThis as { process?: ReturnType<typeof nodeProcess> }).process

/** Whether what is sent now goes out. */
export function isOpen(sync: WebsocketProvider): boolean {
  return sync.wsconnected && sync.ws !== null && sync.ws.readyState === sync.ws.OPEN
}

/** Sends a frame if the connection is open. @returns whether it went out */
export function sendOver(sync: WebsocketProvider, frame: Uint8Array): boolean {
  if (!isOpen(sync)) return false
  sync.ws?.send(frame as Uint8Array<ArrayBuffer>)
  return true
}

/** Asks the server for everything that this document lacks. @returns whether the question went out */
export const sendStep1 = (sync: WebsocketProvider): boolean => sendOver(sync, encodeStep1(Y.encodeStateVector(sync.doc)))
