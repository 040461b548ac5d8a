/**
 * A server on which people log in, and their browsers: for the tests of the page under tokens.
 *
 * Owns: starting and ending both around each test, links with tokens, and what a browser keeps.
 * Does not own: tokens (tokens.ts), tabs (tab.ts).
 * Always holds: after each test no tab is open, and what any console complained about fails it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UNSAVED_DATABASE } from '@cowrite/client'
import { pathOfDocumentName } from '@cowrite/protocol'
import { type RunningServer, type Settings, startServer } from '@cowrite/server'
import { afterEach } from 'vitest'
import { useBrowser } from './browser.js'
import { logLines } from './log-lines.js'
import { People, type Person } from './people.js'
import type { Tab } from './tab.js'
import { SECRET, tokenOf } from './tokens.js'

export interface LoginWorld {
  readonly people: People
  /** Starts the server; it takes tokens that `tokens.ts` makes. */
  start(settings?: Partial<Settings>): Promise<RunningServer>
  /** Stops it, and starts it again with the same settings, port and data. */
  restart(): Promise<void>
  /** A new tab of this person, or of somebody new, at the document, with this token in the link if there is one. */
  visit(document: string, token?: string, person?: Person): Promise<Tab>
  /** The same, and the text is there. */
  open(document: string, token: string, person?: Person): Promise<Tab>
  /** What somebody with the role `admin` does to a user's rights. @returns when the server has answered */
  restrict(document: string, user: string, role: string): Promise<void>
}

/** Call once at the top of a test file. */
export function useLoginWorld(): LoginWorld {
  const people = new People(useBrowser())
  let server: RunningServer | undefined
  let data = ''
  let last: Partial<Settings> = {}
  afterEach(async () => {
    try {
      await people.leave()
    } finally {
      await server?.close()
      rmSync(data, { recursive: true, force: true })
    }
  })
  const running = (): RunningServer => {
    if (server === undefined) throw new Error('the server is not running')
    return server
  }
  const visit = async (document: string, token?: string, person?: Person): Promise<Tab> => {
    const tab = await (person ?? (await people.come())).tab()
    const fragment = token === undefined ? '' : `#token=${token}`
    await tab.page.goto(running().url + pathOfDocumentName(document, '/d/') + fragment)
    return tab
  }
  return {
    people,
    visit,
    start: async (settings = {}) => {
      data = mkdtempSync(join(tmpdir(), 'cowrite-login-'))
      last = { port: 0, data, secret: SECRET, ...settings }
      server = await startServer(last, { log: logLines() })
      return server
    },
    restart: async () => {
      const { port } = running()
      await running().close()
      server = await startServer({ ...last, port }, { log: logLines() })
    },
    open: async (document, token, person) => {
      const tab = await visit(document, token, person)
      await tab.ready()
      return tab
    },
    restrict: async (document, user, role) => {
      const response = await fetch(`${running().url}${pathOfDocumentName(document, '/api/documents/')}/access`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${tokenOf({ sub: 'boss', doc: document, role: 'admin' })}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ user, role }),
      })
      if (!response.ok) throw new Error(`the server answers ${response.status}: ${await response.text()}`)
    },
  }
}

/** For whom this browser keeps edits that are not saved: server, document and user of each. */
export const keptIn = (tab: Tab): Promise<string[][]> =>
  tab.page.evaluate(async (name) => {
    const settled = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result))
      request.addEventListener('error', () => reject(request.error as Error))
    })
    const database = await settled(indexedDB.open(name))
    const records = await settled(database.transaction('updates').objectStore('updates').getAll() as IDBRequest<{ document: string[] }[]>)
    database.close()
    return records.map(({ document }) => document)
  }, UNSAVED_DATABASE)

/** The tab loses its connection, or has it again. */
export const connection = (tab: Tab, wish: 'connect' | 'disconnect'): Promise<void> =>
  tab.page.evaluate((verb) => window.cowrite?.provider[verb](), wish)

/** Counts the sockets that this tab opens from now on. */
export function countSockets(tab: Tab): { opened: number } {
  const count = { opened: 0 }
  tab.page.on('websocket', () => (count.opened += 1))
  return count
}
