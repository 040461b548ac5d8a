/**
 * Commands for single documents: dump, delete, undelete, compact, restore --doc; and verify and repair.
 * Each in a running server and without one.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '@cowrite/server'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { useServers } from '../support/running-server.js'
import { Typist } from '../support/typist.js'
import { zeroLengthStruct } from '../persistence/support/edits.js'
import { cowrite, cowriteJson, fill, newFolder, onData, textUpdate } from './support/cowrite.js'

const start = useServers()

/** One of each kind of root type. */
function richDocument(): Y.Doc {
  const doc = new Y.Doc()
  doc.getText('text').insert(0, 'plain words')
  doc.getMap('map').set('list', [1, { deep: true }, null])
  doc.getMap('map').set('bytes', Uint8Array.of(1, 2, 255))
  doc.getArray('array').insert(0, ['a', new Y.Map([['in', 'side']])])
  doc.getText('emptied').insert(0, 'gone')
  doc.getText('emptied').delete(0, 4)
  const paragraph = new Y.XmlElement('paragraph')
  const text = new Y.XmlText()
  text.applyDelta([{ insert: 'some ' }, { insert: 'bold', attributes: { bold: {}, 'comment--AbCdEf12': { id: 7 } } }])
  paragraph.insert(0, [text, new Y.XmlElement('hardBreak'), new Y.XmlText('next')])
  const heading = new Y.XmlElement('heading')
  heading.setAttribute('level', 2 as unknown as string)
  heading.insert(0, [new Y.XmlText('Title')])
  doc.getXmlFragment('content').insert(0, [heading, paragraph, new Y.XmlElement('paragraph')])
  return doc
}

const richJson = {
  array: ['a', { in: 'side' }],
  content: {
    type: 'doc',
    content: [
      { type: 'heading', attrs: { level: 2 }, content: [{ type: 'text', text: 'Title' }] },
      {
        type: 'paragraph',
        content: [
          { type: 'text', text: 'some ' },
          { type: 'text', text: 'bold', marks: [{ type: 'bold' }, { type: 'comment', attrs: { id: 7 } }] },
          { type: 'hardBreak' },
          { type: 'text', text: 'next' },
        ],
      },
      { type: 'paragraph' },
    ],
  },
  emptied: null,
  map: { list: [1, { deep: true }, null], bytes: 'AQL/' },
  text: 'plain words',
}

const textOf = async (data: string, name: string): Promise<string> =>
  String((JSON.parse((await cowrite('dump', name, '--data', data)).out) as { text?: string }).text)

describe.each(['alone', 'in a server'])('%s', (place) => {
  /** Data with these documents; a server runs on it if it should. */
  async function someData(documents: Record<string, Uint8Array[]>, settings: Partial<Settings> = {}) {
    const folder = await newFolder()
    const data = join(folder, 'data')
    await onData(data, async (storage) => {
      for (const [name, updates] of Object.entries(documents)) await storage.append(updates.map((update, i) => ({ name, update, time: i })))
    })
    const server = place === 'alone' ? undefined : await start({ ephemeral: false, data, ...settings })
    const run = (...words: string[]) => cowrite(...words, '--data', data)
    return { folder, data, server, run }
  }

  it('[OT19] dump gives every root type as JSON, what a reader would see as text, and all of it as one update', async () => {
    const doc = richDocument()
    const { folder, run, data } = await someData({ 'a/rich one': [Y.encodeStateAsUpdate(doc)] })
    expect(JSON.parse((await run('dump', 'a/rich one')).out)).toEqual(richJson)
    expect(await cowriteJson('dump', 'a/rich one', '--data', data)).toEqual({ code: 0, result: { document: 'a/rich one', format: 'json', content: richJson } })
    const { out } = await run('dump', 'a/rich one', '--format', 'text')
    expect(out).toContain('Title\nsome bold\nnext\n\n')
    expect(out).toContain('plain words')
    const copy = new Y.Doc()
    Y.applyUpdate(copy, (await run('dump', 'a/rich one', '--format', 'yjs')).bytes)
    expect(copy.getXmlFragment('content').toString()).toBe(doc.getXmlFragment('content').toString())
    const file = join(folder, 'x.yjs')
    expect((await run('dump', 'a/rich one', '--format', 'yjs', '--out', file)).code).toBe(0)
    expect(await readFile(file)).toEqual(Buffer.from(Y.encodeStateAsUpdate(copy)))
    await writeFile(file, 'mine')
    expect((await run('dump', 'a/rich one', '--out', file)).code).toBe(4)
    expect(await readFile(file, 'utf8')).toBe('mine')
    expect((await run('dump', 'a/rich one', '--out', file, '--force')).code).toBe(0)
    expect((await run('dump', 'another')).code).toBe(6)
    expect((await run('dump', 'a/rich one', '--format', 'xml')).code).toBe(2)
  })

  it('[OT19] a document that breaks Yjs costs its own dump and nothing else', async () => {
    const { run } = await someData({ broken: [textUpdate('x'), Uint8Array.of(1, 1, 1, 0, 0x80, 0xff)], sound: [textUpdate('y')] })
    const { code, err } = await run('dump', 'broken')
    expect(code).toBe(3)
    expect(err).toContain('quarantine')
    expect((await run('dump', 'sound')).code).toBe(0)
  })

  it('[OT20] delete, undelete, delete --hard; each says when there is nothing to do', async () => {
    const { run, data } = await someData({ a: [textUpdate('first')], b: [textUpdate('second')] })
    expect((await run('delete', 'a')).code).toBe(0)
    expect((await run('list')).out).toBe('b\n')
    expect((await run('list', '--deleted')).out).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}a\n$/)
    expect(await cowriteJson('list', '--deleted', '--data', data)).toMatchObject({ result: { deleted: [{ name: 'a' }] } })
    for (const words of [['dump', 'a'], ['delete', 'a'], ['delete', 'c'], ['undelete', 'c']]) expect((await run(...words)).code).toBe(6)
    expect((await run('undelete', 'b')).code).toBe(4)
    expect((await run('undelete', 'a')).code).toBe(0)
    expect(await textOf(data, 'a')).toBe('first')
    expect((await run('delete', 'a')).code).toBe(0)
    expect((await run('delete', 'a', '--hard')).code).toBe(0)
    expect((await run('undelete', 'a')).code).toBe(6)
    expect((await run('list', '--deleted')).out).toBe('')
    expect((await run('delete', 'x'.repeat(513))).code).toBe(2)
  })

  it('[OT21] compact makes the snapshots that are due, and lists what cannot be made', async () => {
    const { run, data } = await someData({
      a: [textUpdate('a', 1), textUpdate('b', 2)], b: [textUpdate('c')], spoilt: [textUpdate('d'), zeroLengthStruct, textUpdate('e', 5)],
    })
    expect(await cowriteJson('compact', 'a', '--data', data)).toEqual({ code: 0, result: { documents: 1, compacted: 1, updates: 2, quarantined: 0, failed: [] } })
    expect(await cowriteJson('compact', '--data', data)).toEqual({ code: 0, result: { documents: 3, compacted: 2, updates: 4, quarantined: 1, failed: [] } })
    expect((await cowriteJson('compact', '--data', data)).result).toMatchObject({ compacted: 0 })
    expect((await cowriteJson('stats', '--data', data)).result).toMatchObject({ documents: 3, snapshots: 3, quarantined: 1 })
    expect(await textOf(data, 'spoilt')).toHaveLength(2)
    expect((await run('compact', 'c')).code).toBe(6)
  })

  it('[OT22] restore --doc brings one document back as of a backup, in a new epoch', async () => {
    const { folder, run, data, server } = await someData({ a: [textUpdate('as it was')], b: [textUpdate('other')] })
    const backups = join(folder, 'backups')
    await run('backup', backups)
    const epochOf = async (): Promise<string | undefined> => (server ? undefined : onData(data, async (storage) => (await storage.load('a'))?.epoch))
    const before = await epochOf()
    const yjs = join(folder, 'more.yjs')
    await writeFile(yjs, textUpdate(' and more', 2))
    expect((await run('import', 'yjs', yjs, '--doc', 'a', '--force')).code).toBe(0)
    expect(await textOf(data, 'a')).toContain('more')
    expect((await run('restore', backups, '--doc', 'a')).code).toBe(4)
    expect(await textOf(data, 'a')).toContain('more')
    expect((await run('restore', backups, '--doc', 'a', '--force')).code).toBe(0)
    expect(await textOf(data, 'a')).toBe('as it was')
    if (!server) expect(await epochOf()).not.toBe(before)
    // What was there between is of a former life now.
    const again = await run('import', 'yjs', yjs, '--doc', 'a', '--force')
    expect(again.code).toBe(7)
    expect(again.out).toContain('deleted for good here')
    // A document that was deleted, softly or for good, comes back without force.
    for (const hard of [[], ['--hard']]) {
      await run('delete', 'b', ...hard)
      expect((await run('restore', backups, '--doc', 'b')).code).toBe(0)
      expect(await textOf(data, 'b')).toBe('other')
    }
    expect((await run('restore', backups, '--doc', 'never there')).code).toBe(6)
    expect((await run('restore', backups, '--doc', 'a', '--part', '7', '--force')).code).toBe(6)
    expect((await run('verify')).code).toBe(0)
  })

  it('[OT23] verify tells what is damaged, and exits with 3', async () => {
    const folder = await newFolder()
    const data = join(folder, 'data')
    await onData(data, (storage) => fill(storage, 5))
    expect(await cowriteJson('verify', '--data', data)).toMatchObject({ code: 0, result: { documents: 5, findings: [] } })
    await onData(data, (storage) => storage.reading(async (database) => {
      const [key] = await database.keys({ gte: Uint8Array.of(3), limit: 1 }).all()
      await database.put(key as Uint8Array, Uint8Array.of(1, 2, 3, 4, 5, 6))
    }))
    if (place !== 'alone') await start({ ephemeral: false, data })
    const run = await cowrite('verify', '--data', data)
    expect(run.code).toBe(3)
    expect(run.out).toContain('document 0 (log 1)')
    expect(await cowriteJson('verify', '--data', data)).toMatchObject({ code: 3, result: { findings: [{ document: 'document 0', kind: 'log' }] } })
  })
})

describe('documents that are open', () => {
  it('[OT20] [OT22] whoever is in a document that is deleted, or restored from a backup, is told', async () => {
    const folder = await newFolder()
    const data = join(folder, 'data')
    const server = await start({ ephemeral: false, data })
    const run = (...words: string[]) => cowrite(...words, '--data', data)
    const address = { webSocketUrl: server.url.replace('http', 'ws') }
    const write = async (): Promise<Typist> => {
      const typist = new Typist(address, 'open')
      await typist.synced
      typist.doc.getText('text').insert(0, 'typed ')
      await typist.saved()
      return typist
    }
    let typist = await write()
    // A dump has what was saved a moment ago, though somebody has it open.
    expect(await textOf(data, 'open')).toBe('typed ')
    expect((await run('backup', join(folder, 'backups'))).code).toBe(0)
    expect((await run('delete', 'open')).code).toBe(0)
    expect((await typist.closed).code).toBe(4404)
    await run('undelete', 'open')
    typist = await write()
    expect(await textOf(data, 'open')).toBe('typed typed ')
    expect((await run('restore', join(folder, 'backups'), '--doc', 'open', '--force')).code).toBe(0)
    expect((await typist.closed).code).toBe(4409)
    expect(await textOf(data, 'open')).toBe('typed ')
    typist = await write()
    expect(await textOf(data, 'open')).toBe('typed typed ')
    typist.drop()
  })
})

describe('repair', () => {
  it('[OT23] saves into a new directory what can be read, lists what cannot, and changes nothing of the old one', async () => {
    const folder = await newFolder()
    const [data, saved] = [join(folder, 'data'), join(folder, 'saved')]
    await onData(data, async (storage) => {
      await fill(storage, 5)
      await storage.reading(async (database) => {
        const [key] = await database.keys({ gte: Uint8Array.of(3), limit: 1 }).all()
        await database.put(key as Uint8Array, Uint8Array.of(1, 2, 3, 4, 5, 6))
      })
    })
    const run = await cowrite('repair', saved, '--data', data)
    expect(run.code).toBe(3)
    expect(run.out).toContain('document 0 (log 1)')
    expect(await textOf(saved, 'document 1')).toContain('x1')
    expect((await cowriteJson('stats', '--data', saved)).result).toMatchObject({ documents: 5, updates: 4, quarantined: 1 })
    expect((await cowrite('repair', saved, '--data', data)).code).toBe(4)
    expect((await cowrite('repair', join(folder, 'other'), '--data', saved)).code).toBe(0)
    expect((await cowrite('repair', join(folder, 'third'), '--data', join(folder, 'missing'))).code).toBe(6)
    const server = await start({ ephemeral: false, data: saved })
    expect((await cowrite('repair', join(folder, 'third'), '--data', saved)).code).toBe(5)
    await server.close()
  })
})
