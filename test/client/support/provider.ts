/** Providers over a fake network that are taken down after each test. */
import { CowriteProvider, type CowriteProviderOptions, type Status } from '@cowrite/client'
import { expect, onTestFinished } from 'vitest'
import * as Y from 'yjs'
import { FakeNetwork, greet } from './fake-socket.js'

export const SERVER = 'ws://server.test'

/** Makes a provider; unless told otherwise it keeps nothing in the browser. */
export function provide(options: Partial<CowriteProviderOptions> = {}, network = new FakeNetwork()) {
  const provider = new CowriteProvider({
    server: SERVER,
    doc: 'doc',
    keepUnsaved: false,
    WebSocketPolyfill: network.WebSocket,
    ...options,
  })
  onTestFinished(() => provider.destroy())
  const seen: Status[] = []
  provider.onStatus((status) => seen.push(status))
  return { provider, network, seen, text: provider.ydoc.getText('text') }
}

/** Everything that was put off to the end of the task has run. */
export const endOfTask = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
}

/** Why a promise failed. */
export const failureOf = (promise: Promise<void>): Promise<string> =>
  promise.then(
    () => 'it did not fail',
    (error: Error) => error.message,
  )

/** A provider that is connected and has nothing unsaved and no open question. */
export async function connected(options: Parameters<typeof provide>[0] = {}) {
  const made = provide(options)
  greet(made.network.last)
  await endOfTask()
  made.network.last.confirm()
  expect(made.provider.status.save).toBe('saved')
  return { ...made, socket: made.network.last }
}

/** An update by somebody else. */
export function updateOf(change: (ydoc: Y.Doc) => void): Uint8Array {
  const ydoc = new Y.Doc()
  change(ydoc)
  return Y.encodeStateAsUpdate(ydoc)
}
