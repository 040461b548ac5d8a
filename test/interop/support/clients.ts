/**
 * Clients of every kind that must work with one server, behind one face.
 *
 * Owns: making them over the real network of this machine, and taking them down after the test.
 * Does not own: anything they do.
 * Always holds: no BroadcastChannel: what two clients share came through the server.
 */
import { CowriteProvider } from '@cowrite/client'
import { onTestFinished, vi } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import type { Awareness } from 'y-protocols/awareness'
import { WebsocketProvider as Version3 } from 'y-websocket'
import { WebsocketProvider as Version1 } from 'y-websocket-v1'
import { WebsocketProvider as Version2 } from 'y-websocket-v2'
import * as Y from 'yjs'

export interface Client {
  readonly kind: Kind
  readonly ydoc: Y.Doc
  readonly text: Y.Text
  readonly awareness: Awareness
  /** Every socket it ever opened. */
  readonly sockets: readonly NodeWebSocket[]
  /** With what each of them that is over was closed, in that order. */
  readonly closeCodes: readonly number[]
  isSynced(): boolean
  connect(): void
  disconnect(): void
  destroy(): void
}

export const KINDS = ['y-websocket 1.5', 'y-websocket 2', 'y-websocket 3', 'cowrite'] as const
export type Kind = (typeof KINDS)[number]
export const STOCK_KINDS = KINDS.filter((kind) => kind !== 'cowrite')

// Every y-websocket client listens for the end of the process.
process.setMaxListeners(100)

/** A client of this kind; it takes itself down when the test ends. */
export function connect(kind: Kind, url: string, name: string): Client {
  const ydoc = new Y.Doc()
  const sockets: NodeWebSocket[] = []
  const closeCodes: number[] = []
  class Counted extends NodeWebSocket {
    constructor(...args: ConstructorParameters<typeof NodeWebSocket>) {
      super(...args)
      sockets.push(this)
      this.on('close', (code: number) => closeCodes.push(code))
    }
  }
  const WebSocketPolyfill = Counted as unknown as typeof WebSocket
  const provider = providerOf(kind, url, name, ydoc, WebSocketPolyfill)
  const client: Client = {
    kind,
    ydoc,
    text: ydoc.getText('text'),
    awareness: provider.awareness,
    sockets,
    closeCodes,
    isSynced: () => (provider instanceof CowriteProvider ? provider.status.synced : provider.synced),
    connect: () => provider.connect(),
    disconnect: () => provider.disconnect(),
    destroy() {
      void provider.destroy()
      ydoc.destroy()
    },
  }
  onTestFinished(() => client.destroy())
  return client
}

/** The provider alone, over whatever the WebSocket is. */
export function providerOf(kind: Kind, url: string, name: string, ydoc: Y.Doc, WebSocketPolyfill: typeof WebSocket) {
  const options = { disableBc: true, WebSocketPolyfill }
  const server = url.replace('http', 'ws')
  if (kind === 'y-websocket 1.5') return new Version1(server, name, ydoc, options)
  if (kind === 'y-websocket 2') return new Version2(server, name, ydoc, options)
  if (kind === 'y-websocket 3') return new Version3(server, name, ydoc, options)
  return new CowriteProvider({ server: url, doc: name, ydoc, WebSocketPolyfill })
}

/** Waits until something is so, at most a minute: less than a test may take, so that the reason is told. */
export const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 60_000, interval: 10 })

/** Waits until all of these are synced. */
export const allSynced = (clients: readonly Client[]): Promise<void> =>
  eventually(() => {
    const waiting = clients.filter((client) => !client.isSynced()).map((client) => client.kind)
    if (waiting.length > 0) throw new Error(`not synced: ${waiting.join(', ')}`)
  })

/** Waits until all of these hold the same, and returns it. */
export async function agreement(clients: readonly Client[], isComplete: (text: string) => boolean): Promise<string> {
  const [first] = clients
  if (!first) throw new Error('nobody there')
  await eventually(() => {
    const texts = clients.map((client) => client.text.toString())
    if (!isComplete(texts[0] ?? '')) throw new Error(`incomplete: ${texts[0]}`)
    if (new Set(texts).size > 1) throw new Error(`different: ${texts.join(' | ')}`)
    const states = clients.map(({ ydoc }) => Buffer.from(Y.encodeSnapshot(Y.snapshot(ydoc))).toString('hex'))
    if (new Set(states).size > 1) throw new Error('same text, different state')
  })
  return first.text.toString()
}
