/** `cowrite restore-points`: listing, making and bringing back, in a running server and without one. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { useServers } from '../support/running-server.js'
import { PATIENT } from '../support/tab.js'
import { Typist } from '../support/typist.js'
import { cowrite, cowriteJson, newFolder, onData, textUpdate } from './support/cowrite.js'

const start = useServers()

interface Point {
  readonly id: number
  readonly reason: string
}
const listed = async (data: string, name: string): Promise<Point[]> =>
  (await cowriteJson('restore-points', name, '--data', data)).result['restorePoints'] as Point[]

const LONG = 'a long document, sentence after sentence. '.repeat(40)
const textOf = async (data: string, name: string): Promise<string> =>
  String((JSON.parse((await cowrite('dump', name, '--data', data)).out) as { text?: string }).text)

/** The text, and then hardly any of it: by somebody. */
function emptied(): { all: Uint8Array; rest: Uint8Array } {
  const ydoc = new Y.Doc()
  const text = ydoc.getText('text')
  text.insert(0, LONG)
  const all = Y.encodeStateAsUpdate(ydoc)
  const before = Y.encodeStateVector(ydoc)
  text.delete(5, LONG.length - 5)
  return { all, rest: Y.encodeStateAsUpdate(ydoc, before) }
}

describe.each(['alone', 'in a server'])('%s', (place) => {
  async function emptiedDocument() {
    const data = join(await newFolder(), 'data')
    const { all, rest } = emptied()
    await onData(data, async (storage) => {
      await storage.append([{ name: 'notes', update: all, time: 1 }])
      await storage.append([{ name: 'notes', update: rest, time: Date.UTC(2026, 0, 2), author: 'ada', restorePoint: 'deletion' }])
      await storage.append([{ name: 'plain', update: textUpdate('short'), time: 3 }])
    })
    const server = place === 'alone' ? undefined : await start({ ephemeral: false, data })
    return { data, server }
  }

  it('[RP11] lists them, brings the document back, and what that took away is one again', async () => {
    const { data, server } = await emptiedDocument()
    const writer = server && new Typist({ webSocketUrl: server.url.replace('http', 'ws') }, 'notes')
    await writer?.synced
    const [point] = await listed(data, 'notes')
    expect(point).toMatchObject({ time: Date.UTC(2026, 0, 2), reason: 'deletion', author: 'ada' })
    const { code, out } = await cowrite('restore-points', 'notes', '--data', data)
    expect([code, out]).toEqual([0, `${String(point!.id).padStart(8)}  2026-01-02T00:00:00Z  before much was deleted at once, ada\n`])
    expect(await cowriteJson('restore-points', 'notes', '--restore', String(point!.id), '--data', data)).toEqual({ code: 0, result: { document: 'notes', restored: point!.id, changed: true } })
    expect(await textOf(data, 'notes')).toBe(LONG)
    if (writer) await expect.poll(() => writer.doc.getText('text').toString(), PATIENT).toBe(LONG)
    expect((await listed(data, 'notes')).map(({ reason }) => reason)).toEqual(['restore', 'deletion'])
    const again = await cowrite('restore-points', 'notes', '--restore', String(point!.id), '--data', data)
    expect(again.out).toBe("'notes' holds that already; nothing was changed.\n")
  })

  it('[RP11] makes one of what is there now', async () => {
    const { data } = await emptiedDocument()
    expect((await cowrite('restore-points', 'plain', '--data', data)).out).toBe("'plain' has no restore points.\n")
    const { result } = await cowriteJson('restore-points', 'plain', '--keep', '--data', data)
    expect(result['restorePoint']).toMatchObject({ reason: 'asked' })
    expect(await listed(data, 'plain')).toEqual([result['restorePoint']])
  })

  it('[RP11] says what is not there, and what makes no sense', async () => {
    const { data } = await emptiedDocument()
    await cowrite('delete', 'plain', '--data', data)
    for (const [code, ...words] of [
      [6, 'nothing'], [6, 'plain'], [6, 'notes', '--restore', '999999'], [2, 'notes', '--restore', 'last'], [2, 'notes', '--restore', '1', '--keep'], [2],
    ] as const) {
      expect([words, (await cowrite('restore-points', ...words, '--data', data)).code]).toEqual([words, code])
    }
    expect(await textOf(data, 'notes')).toBe(LONG.slice(0, 5))
  })
})
