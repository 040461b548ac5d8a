/** Providers over a fake network that are taken down after each test. */
import { CowriteProvider, type CowriteProviderOptions, type Status } from '@cowrite/client'
import { onTestFinished } from 'vitest'
import { FakeNetwork } from './fake-socket.js'

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
