/**
 * Editors over `createCowriteEditor`, without a browser, on one real server for a test file.
 *
 * Owns: starting and ending both. Does not own: what is edited.
 * Always holds: after each test no editor is open and the page is empty. The file names happy-dom as its environment.
 */
import { createCowriteEditor, type CowriteEditor, type CowriteEditorOptions } from '@cowrite/editor'
import { type RunningServer, startServer } from '@cowrite/server'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { WebSocket } from 'ws'

export interface OpenEditors {
  readonly server: RunningServer
  /** A document that no test has used. */
  newName(): string
  edit(doc: string, more?: Partial<CowriteEditorOptions>): CowriteEditor
}

/** Call once at the top of a test file. */
export function useEditors(): OpenEditors {
  let server: RunningServer | undefined
  const open: CowriteEditor[] = []
  let lastName = 0
  const running = (): RunningServer => {
    if (server === undefined) throw new Error('the server is not running')
    return server
  }
  beforeAll(async () => {
    server = await startServer({ port: 0, ephemeral: true, logLevel: 'silent' })
  })
  afterEach(async () => {
    for (const cowrite of open.splice(0)) await cowrite.destroy()
    document.body.replaceChildren()
  })
  afterAll(() => server?.close())
  return {
    get server() {
      return running()
    },
    newName: () => `core ${++lastName}`,
    edit: (doc, more = {}) => {
      const element = document.createElement('div')
      document.body.append(element)
      const cowrite = createCowriteEditor({
        element,
        server: running().url,
        doc,
        user: { name: 'Ada', id: 'ada' },
        ...more,
        connection: { WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket, keepUnsaved: false, ...more.connection },
      })
      open.push(cowrite)
      return cowrite
    },
  }
}

export const ready = (cowrite: CowriteEditor): Promise<CowriteEditor> =>
  new Promise((resolve) => (cowrite.editor ? resolve(cowrite) : cowrite.on('ready', () => resolve(cowrite))))
