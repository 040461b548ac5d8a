/**
 * The visits of a test file: a server of its own, and people who open its documents in browsers of their own.
 *
 * Owns: starting and ending server and browser around the tests of a file, and opening a document for writing.
 * Does not own: the server (server-process.ts), what people do (tab.ts, writing.ts).
 * Always holds: after each test no tab is open, and what any console complained about fails it.
 */
import { afterAll, afterEach, beforeAll } from 'vitest'
import { useBrowser } from './browser.js'
import { People } from './people.js'
import { type ServerProcess, type ServerProcessOptions, startServerProcess } from './server-process.js'
import type { Tab } from './tab.js'

export interface Visits {
  readonly people: People
  readonly server: () => ServerProcess
  /** Somebody new opens the document; the caret stands at the end of its first block. */
  open(document: string): Promise<Tab>
}

/** Call once at the top of a test file. */
export function useVisits(options: ServerProcessOptions = {}): Visits {
  const people = new People(useBrowser())
  let running: ServerProcess | undefined
  beforeAll(async () => {
    running = await startServerProcess(options)
  })
  afterAll(() => running?.remove())
  afterEach(() => people.leave())
  const server = (): ServerProcess => {
    if (running === undefined) throw new Error('the server is not running: call this inside a test')
    return running
  }
  return {
    people,
    server,
    open: async (document) => {
      const tab = await (await people.come()).open(server(), document)
      await tab.caretToEndOfBlock(0)
      return tab
    },
  }
}
