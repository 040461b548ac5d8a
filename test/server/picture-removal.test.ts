/** Pictures of documents that are deleted for good. */
import { MemoryFiles, MemoryStorage } from '@cowrite/persistence'
import { FaultyStorage, refusalOf } from '@cowrite/persistence/contract'
import { PictureRemoval, startRetention } from '@cowrite/server'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { connect, eventually } from '../interop/support/clients.js'
import { logLines } from '../support/log-lines.js'
import { useServers } from '../support/running-server.js'
import { VirtualClock } from '../support/virtual-clock.js'

const startServer = useServers()

/** What an editor writes into a document for a picture. */
function imageOf(hash: string): Y.XmlElement {
  const image = new Y.XmlElement('image')
  image.setAttribute('src', `/files/${hash}`)
  return image
}

describe('pictures of an erased document', () => {
  it('[DE11] go with it over HTTP, but for one that another document shows', async () => {
    const server = await startServer()
    const put = async (byte: number): Promise<string> => {
      const body = new Uint8Array([...Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...Array.from({ length: 60 }, () => byte)])
      const answer = await fetch(`${server.url}/api/files?doc=one`, { method: 'POST', body })
      return ((await answer.json()) as { hash: string }).hash
    }
    const [own, shared, loose] = [await put(1), await put(2), await put(3)]
    const [one, other] = [connect('cowrite', server.url, 'one'), connect('y-websocket 3', server.url, 'other')]
    one.ydoc.getXmlFragment('prosemirror').insert(0, [imageOf(own), imageOf(shared)])
    other.ydoc.getXmlFragment('prosemirror').insert(0, [imageOf(shared)])
    // What others see is on the disk.
    const watchers = ['one', 'other'].map((document) => connect('cowrite', server.url, document).ydoc.getXmlFragment('prosemirror'))
    await eventually(() => expect(watchers.map(({ length }) => length)).toEqual([2, 1]))
    const there = async (): Promise<boolean[]> =>
      Promise.all([own, shared, loose].map(async (hash) => (await fetch(`${server.url}/files/${hash}`)).status === 200))
    await server.rooms.erase('one')
    expect(await server.pictures.removeUnused()).toBe(1)
    // What no document ever showed may be on its way into one.
    expect(await there()).toEqual([false, true, true])
    await server.rooms.remove('other')
    expect(await server.pictures.removeUnused()).toBe(0)
    expect(await there()).toEqual([false, true, true])
    await server.rooms.erase('other')
    expect(await server.pictures.removeUnused()).toBe(1)
    expect(await there()).toEqual([false, false, true])
  })
})

describe('PictureRemoval', () => {
  async function* content(byte: number): AsyncGenerator<Uint8Array> {
    yield Uint8Array.of(byte)
  }

  async function setUp() {
    const [storage, files, clock] = [new FaultyStorage(new MemoryStorage()), new MemoryFiles(), new VirtualClock()]
    const { hash } = await files.put(content(1))
    await storage.append([{ name: 'one', update: Buffer.from(`/files/${hash}`), time: 0 }])
    return { storage, files, clock, hash, removal: new PictureRemoval({ storage, files, log: logLines() }) }
  }

  it('[DE11] cut off behind the erasure, the next start goes on', async () => {
    const { storage, files, clock, hash, removal } = await setUp()
    await removal.erasing('one', () => storage.erase('one'))
    expect(await files.has(hash)).toBe(true)
    // Another process has the same places.
    const later = new PictureRemoval({ storage, files, log: logLines() })
    const rooms = { listRemoved: storage.listRemoved.bind(storage), erase: () => Promise.reject(new Error('none is due')) }
    const stop = startRetention({ rooms, pictures: later, clock, log: logLines(), deletedKeepDays: 0 })
    clock.ringNext(60_000)
    await expect.poll(() => files.has(hash)).toBe(false)
    await stop()
  })

  it('[DE11] cut off before the erasure, or put again meanwhile, the picture stays', async () => {
    const { storage, files, hash, removal } = await setUp()
    expect(await refusalOf(removal.erasing('one', () => Promise.reject(new Error('the disk is full'))))).toBe('Error')
    expect(await removal.removeUnused()).toBe(0)
    expect(await files.has(hash)).toBe(true)
    await removal.erasing('one', () => storage.erase('one'))
    await files.put(content(1))
    expect(await removal.removeUnused()).toBe(0)
    expect(await files.has(hash)).toBe(true)
  })

  it('[DE11] a reading that fails removes nothing, and is made up for', async () => {
    const { storage, files, hash, removal } = await setUp()
    await removal.erasing('one', () => storage.erase('one'))
    storage.plan = ({ verb }) => (verb === 'mentionedFiles' ? { kind: 'fail' } : undefined)
    expect(await refusalOf(removal.removeUnused())).toBe('io')
    expect(await files.has(hash)).toBe(true)
    storage.plan = () => undefined
    expect(await removal.removeUnused()).toBe(1)
    expect(await files.has(hash)).toBe(false)
  })
})
