/**
 * Moving in: from real y-leveldb directories, real SQLite files in Hocuspocus' schema, and Yjs files.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sqlite from 'node-sqlite3-wasm'
import { describe, expect, it } from 'vitest'
import { LeveldbPersistence } from 'y-leveldb'
import * as Y from 'yjs'
import { orphan, randomTail, zeroLengthStruct } from '../persistence/support/edits.js'
import { useServers } from '../support/running-server.js'
import { runCowrite } from '../support/server-process.js'
import { cowrite, cowriteJson, everythingIn, newFolder, onData, textUpdate } from './support/cowrite.js'

const start = useServers()

/** A directory as y-websocket's server leaves it. */
async function writeYLevel(directory: string, documents: Record<string, readonly Uint8Array[]>, flush: readonly string[] = []): Promise<void> {
  const persistence = new LeveldbPersistence(directory)
  for (const [name, updates] of Object.entries(documents)) for (const update of updates) await persistence.storeUpdate(name, update)
  for (const name of flush) await persistence.flushDocument(name)
  await persistence.setMeta(Object.keys(documents)[0] ?? '', 'author', 'Ann')
  await persistence.destroy()
}

/** The table as @hocuspocus/extension-sqlite makes it. */
function writeSqlite(path: string, documents: Record<string, Uint8Array | string | null>): void {
  const database = new sqlite.Database(path)
  database.exec('CREATE TABLE IF NOT EXISTS "documents" ("name" varchar(255) NOT NULL, "data" blob, UNIQUE(name))')
  for (const [name, data] of Object.entries(documents)) database.run('INSERT INTO "documents" ("name", "data") VALUES (?, ?)', [name, data])
  database.close()
}

const dumpOf = async (data: string, name: string): Promise<Record<string, unknown>> =>
  JSON.parse((await cowrite('dump', name, '--data', data)).out) as Record<string, unknown>

const randomDocument = (seed: number): { updates: Uint8Array[]; json: unknown } => {
  const updates = randomTail(seed, 60).map(({ update }) => update)
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return { updates, json: { array: doc.getArray('array').toJSON() as unknown, map: doc.getMap('map').toJSON() as unknown, text: doc.getText('text').toJSON() } }
}

async function bytesIn(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder)
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await readFile(join(folder, name))).toString('base64')] as const)))
}

describe('import', () => {
  it('[OT24] y-leveldb: every document, flushed or not, as it was there', async () => {
    const folder = await newFolder()
    const [old, data] = [join(folder, 'old'), join(folder, 'data')]
    const documents = { a: randomDocument(1), 'room/über ☕': randomDocument(2), flushed: randomDocument(3) }
    await writeYLevel(old, Object.fromEntries(Object.entries(documents).map(([name, { updates }]) => [name, updates])), ['flushed'])
    expect(await cowriteJson('import', 'y-leveldb', old, '--data', data)).toEqual({
      code: 0, result: { imported: 3, merged: 0, unchanged: 0, leftOut: [], rejected: [] },
    })
    for (const [name, { json }] of Object.entries(documents)) expect(await dumpOf(data, name)).toMatchObject(json as object)
    // The old server can go on with it.
    const persistence = new LeveldbPersistence(old)
    expect((await persistence.getYDoc('a')).getText('text').toJSON()).toBe((documents.a.json as { text: string }).text)
    // LevelDB's lock keeps out other processes, so from another one.
    expect(await runCowrite(['import', 'y-leveldb', old, '--data', data])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Stop the server') as string })
    await persistence.destroy()
  })

  it('[OT24] hocuspocus-sqlite: every row; what is no document is listed and the rest comes in', async () => {
    const folder = await newFolder()
    const [old, data] = [join(folder, 'old'), join(folder, 'data')]
    const file = join(old, 'db.sqlite')
    await mkdir(old)
    const { updates, json } = randomDocument(4)
    writeSqlite(file, {
      sound: Y.mergeUpdates(updates), empty: Uint8Array.of(0, 0), text: 'no bytes', missing: null, rubbish: Buffer.from('rubbish'), ['n'.repeat(600)]: textUpdate('x'),
    })
    const before = await bytesIn(old)
    const { code, result } = await cowriteJson('import', 'hocuspocus-sqlite', file, '--data', data)
    expect(code).toBe(7)
    expect(result).toMatchObject({ imported: 1, unchanged: 1 })
    expect((result['leftOut'] as { document: string }[]).map(({ document }) => document).sort()).toEqual(['missing', 'n'.repeat(600), 'rubbish', 'text'])
    expect(await dumpOf(data, 'sound')).toMatchObject(json as object)
    expect(await bytesIn(old)).toEqual(before)
    const text = (await cowrite('import', 'hocuspocus-sqlite', file, '--data', data)).out
    expect(text).toMatch(/^0 documents imported, 0 merged, 2 unchanged, 4 left out\.\n/)
    expect(text).toContain('Left out: rubbish: ')
  })

  it('[OT24] yjs: one file as the document that is named', async () => {
    const folder = await newFolder()
    const [file, data] = [join(folder, 'x.yjs'), join(folder, 'data')]
    await writeFile(file, textUpdate('from a file'))
    expect((await cowrite('import', 'yjs', file, '--data', data)).code).toBe(2)
    expect((await cowrite('import', 'yjs', file, '--doc', 'from/file', '--data', data)).code).toBe(0)
    expect(await dumpOf(data, 'from/file')).toEqual({ text: 'from a file' })
    await writeFile(file, 'rubbish')
    expect((await cowrite('import', 'yjs', file, '--doc', 'rubbish', '--data', data)).code).toBe(7)
  })

  it('[OT25] updates that no document can apply stay out, are counted, and the rest of theirs comes in', async () => {
    const folder = await newFolder()
    const [old, data] = [join(folder, 'old'), join(folder, 'data')]
    await writeYLevel(old, { mixed: [textUpdate('good'), orphan(9), zeroLengthStruct], hopeless: [orphan(7)] })
    const { code, result } = await cowriteJson('import', 'y-leveldb', old, '--data', data)
    expect(code).toBe(7)
    expect(result).toMatchObject({ imported: 1, rejected: [{ document: 'mixed', updates: 2 }], leftOut: [{ document: 'hopeless' }] })
    expect(await dumpOf(data, 'mixed')).toMatchObject({ text: 'good' })
    expect(await cowriteJson('verify', '--data', data)).toMatchObject({ code: 0 })
  })

  it.each(['alone', 'in a server'])('[OT26] %s: a document that is there is added to only with --force, and to import twice changes nothing', async (place) => {
    const folder = await newFolder()
    const [file, data] = [join(folder, 'x.yjs'), join(folder, 'data')]
    await onData(data, async (storage) => {
      await storage.append([{ name: 'there', update: textUpdate('mine', 1), time: 1 }, { name: 'gone', update: textUpdate('mine', 1), time: 1 }])
      await storage.remove('gone')
    })
    const server = place === 'alone' ? undefined : await start({ ephemeral: false, data })
    await writeFile(file, textUpdate('theirs', 2))
    const run = (name: string, ...flags: string[]) => cowriteJson('import', 'yjs', file, '--doc', name, '--data', data, ...flags)
    expect(await run('there')).toMatchObject({ code: 7, result: { leftOut: [{ document: 'there', reason: expect.stringContaining('--force') as string }] } })
    expect(await dumpOf(data, 'there')).toEqual({ text: 'mine' })
    expect(await run('there', '--force')).toMatchObject({ code: 0, result: { merged: 1 } })
    const merged = await dumpOf(data, 'there')
    expect([{ text: 'minetheirs' }, { text: 'theirsmine' }]).toContainEqual(merged)
    for (const flags of [[], ['--force']]) expect(await run('there', ...flags)).toMatchObject({ code: 0, result: { unchanged: 1 } })
    expect(await dumpOf(data, 'there')).toEqual(merged)
    expect(await run('gone', '--force')).toMatchObject({ code: 7, result: { leftOut: [{ document: 'gone' }] } })
    await server?.close()
  })

  it('[OT24] what is not what it should be is refused, and nothing is imported', async () => {
    const folder = await newFolder()
    const [file, data] = [join(folder, 'file'), join(folder, 'data')]
    await writeFile(file, 'no database at all, but long enough to be looked at by whoever opens it')
    const wrong = [['y-leveldb', folder, 6], ['y-leveldb', join(folder, 'nothing'), 6], ['hocuspocus-sqlite', file, 1], ['hocuspocus-sqlite', join(folder, 'nothing'), 6], ['mongodb', file, 2]] as const
    for (const [kind, path, code] of wrong) expect((await cowrite('import', kind, path, '--data', data)).code, kind).toBe(code)
    writeSqlite(join(folder, 'other.sqlite'), {})
    const other = new sqlite.Database(join(folder, 'other.sqlite'))
    other.exec('DROP TABLE documents')
    other.close()
    expect((await cowrite('import', 'hocuspocus-sqlite', join(folder, 'other.sqlite'), '--data', data)).code).toBe(1)
    await onData(data, async (storage) => expect(await everythingIn(storage)).toEqual({}))
  })

  it('[OT27] an import killed midway has every document whole or not at all, and can be made again', async () => {
    const folder = await newFolder()
    const [file, data] = [join(folder, 'db.sqlite'), join(folder, 'data')]
    const documents = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`document ${i}`, textUpdate(`${i}`.repeat(500), i + 1)] as const))
    writeSqlite(file, documents)
    await onData(data, (storage) => storage.append([{ name: 'before', update: textUpdate('before'), time: 1 }]))
    const main = fileURLToPath(new URL('../../server/dist/main.js', import.meta.url))
    const child = spawn(process.execPath, [main, 'import', 'hocuspocus-sqlite', file, '--data', data], { stdio: 'ignore' })
    const exited = once(child, 'exit')
    // When it has written some of it.
    const before = (await readdir(data)).find((name) => name.endsWith('.log')) ?? ''
    const written = async (): Promise<number> => {
      const log = (await readdir(data)).find((name) => name.endsWith('.log') && name !== before)
      return log === undefined ? 0 : (await stat(join(data, log))).size
    }
    while (child.exitCode === null && (await written()) < 20_000) await new Promise(setImmediate)
    expect(child.exitCode).toBe(null)
    child.kill('SIGKILL')
    await exited
    const names = Object.keys(await onData(data, everythingIn))
    expect(names).toContain('before')
    for (const name of names.filter((found) => found !== 'before')) {
      const number = name.slice('document '.length)
      expect(await onData(data, async (storage) => (await storage.load(name))?.tail.length)).toBe(1)
      expect(await dumpOf(data, name)).toEqual({ text: number.repeat(500) })
      break
    }
    const { code, result } = await cowriteJson('import', 'hocuspocus-sqlite', file, '--data', data)
    expect(code, JSON.stringify(result)).toBe(0)
    expect(Number(result['imported']) + Number(result['unchanged'])).toBe(300)
    expect(Object.keys(await onData(data, everythingIn))).toHaveLength(301)
  })
})
