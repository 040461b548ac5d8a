/** Unsaved edits in the browser's storage: there until saved, and found again by the next visit. */
import { UNSAVED_DATABASE } from '@cowrite/client'
import { encodeStep2, encodeUpdate } from '@cowrite/protocol'
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { openDB } from 'idb'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import * as Y from 'yjs'
import { FakeNetwork, type FakeSocket, greet } from './support/fake-socket.js'
import { openTab } from './support/fake-tab.js'
import { endOfTask, provide as provideWith, SERVER } from './support/provider.js'

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  return () => vi.unstubAllGlobals()
})

const provide = (options: Parameters<typeof provideWith>[0] = {}, network?: FakeNetwork) =>
  provideWith({ keepUnsaved: true, ...options }, network)

/** Everything kept in this browser. */
async function kept(): Promise<{ id: [string, number]; document: string[]; update: Uint8Array }[]> {
  const database = await openDB(UNSAVED_DATABASE)
  const records = database.objectStoreNames.contains('updates') ? await database.getAll('updates') : []
  database.close()
  return records
}

const eventuallyKept = (count: number) => vi.waitFor(async () => expect(await kept()).toHaveLength(count))
const eventuallyOpens = (network: FakeNetwork, count = 1) =>
  vi.waitFor(() => expect(network.sockets).toHaveLength(count))

/** Answers questions until there are none. */
async function confirmAll(socket: FakeSocket): Promise<void> {
  do await endOfTask()
  while (socket.confirm() > 0)
}

/** A visit that types these texts offline, then ends without having been saved. */
async function offlineVisit(texts: string[], options: Parameters<typeof provide>[0] = {}): Promise<void> {
  const { provider } = provide({ connect: false, ...options })
  const text = provider.ydoc.getText('text')
  for (const part of texts) text.insert(text.length, part)
  expect(provider.status).toMatchObject({ save: 'unsaved', unsaved: texts.length, kept: true })
  await provider.destroy()
}

describe('keeping', () => {
  it('[CL40] each change is kept as it is made, until the server has saved it', async () => {
    const { provider, network, text } = provide()
    await eventuallyOpens(network)
    greet(network.last)
    text.insert(0, 'a')
    text.insert(1, 'b')
    await eventuallyKept(2)
    const ydoc = new Y.Doc()
    for (const { update, document } of await kept()) {
      Y.applyUpdate(ydoc, update)
      expect(document).toEqual([SERVER, 'doc'])
    }
    expect(ydoc.getText('text').toString()).toBe('ab')
    expect(provider.status.kept).toBe(true)
    await confirmAll(network.last)
    await eventuallyKept(0)
    expect(provider.status).toMatchObject({ save: 'saved', unsaved: 0, kept: true })
  })

  it('[CL40] of changes that are saved in parts, the rest stays', async () => {
    const { network, text } = provide()
    await eventuallyOpens(network)
    greet(network.last)
    await confirmAll(network.last)
    text.insert(0, 'a')
    await endOfTask()
    text.insert(1, 'b')
    network.last.confirm()
    await eventuallyKept(1)
    const [rest] = await kept()
    const missing = Y.parseUpdateMeta(rest?.update ?? new Uint8Array([0, 0]))
    expect([...missing.from.values()]).toEqual([1])
  })

  it('[CL40] keepUnsaved false keeps nothing and says so', async () => {
    const { provider, text } = provide({ keepUnsaved: false, connect: false })
    text.insert(0, 'a')
    expect(provider.status).toMatchObject({ unsaved: 1, kept: false })
    await provider.destroy()
    expect(await kept()).toEqual([])
  })
})

describe('the next visit', () => {
  it('[CL41] takes kept edits in before it connects, counts them, sends them, and drops them when saved', async () => {
    await offlineVisit(['one ', 'two'])
    const { provider, network, text } = provide()
    expect(provider.status).toMatchObject({ connection: 'connecting', save: 'saving' })
    await eventuallyOpens(network)
    expect(text.toString()).toBe('one two')
    expect(provider.status).toMatchObject({ save: 'unsaved', unsaved: 2, kept: true })

    const server = new Y.Doc()
    greet(network.last, server)
    network.last.applyTo(server)
    expect(server.getText('text').toString()).toBe('one two')
    expect(await kept()).toHaveLength(2)
    await confirmAll(network.last)
    expect(provider.status.save).toBe('saved')
    await eventuallyKept(0)
  })

  it('[CL41] flush waits for them too', async () => {
    await offlineVisit(['one'])
    const { provider, network } = provide()
    let done = false
    const flushed = provider.flush().then(() => (done = true))
    await eventuallyOpens(network)
    greet(network.last)
    await endOfTask()
    expect(done).toBe(false)
    await confirmAll(network.last)
    await flushed
  })

  it('[CL42] leaves the edits of other documents and servers alone', async () => {
    await offlineVisit(['x'], { doc: 'doc2' })
    await offlineVisit(['y'], { doc: 'doc', server: 'ws://other.test' })
    await offlineVisit(['z'], { server: SERVER.replace('ws', 'http') })
    const { network, text } = provide()
    await eventuallyOpens(network)
    expect(text.toString()).toBe('z')
    greet(network.last)
    await confirmAll(network.last)
    await eventuallyKept(2)
  })

  it('[CL43] two tabs of one document do not delete what the other has yet to save', async () => {
    const first = provide()
    await eventuallyOpens(first.network)
    first.text.insert(0, 'before ')
    await eventuallyKept(1)
    const second = provide()
    await eventuallyOpens(second.network)
    expect(second.text.toString()).toBe('before ')
    first.text.insert(7, 'after')
    second.text.insert(0, 'x')
    await eventuallyKept(3)

    greet(second.network.last)
    await confirmAll(second.network.last)
    expect(second.provider.status.unsaved).toBe(0)
    await eventuallyKept(1) // "after"; what the second took in and had saved is saved for the first, too
    expect(first.provider.status.unsaved).toBe(2)
    const server = new Y.Doc()
    greet(first.network.last, server)
    first.network.last.applyTo(server)
    expect(server.getText('text').toString()).toBe('before after')
    await confirmAll(first.network.last)
    await eventuallyKept(0)
  })
})

describe('edits without their base', () => {
  /** A server's document, and an offline visit that added to it. */
  async function visitOnBase(): Promise<Y.Doc> {
    const server = new Y.Doc()
    server.getText('text').insert(0, 'base')
    const { provider, network, text } = provide()
    await eventuallyOpens(network)
    greet(network.last, server)
    await confirmAll(network.last)
    network.last.drop()
    text.insert(4, ' more')
    text.delete(0, 1)
    await provider.destroy()
    return server
  }

  it('[CL44] are counted and not sent until the server brings the base, then sent and saved', async () => {
    const server = await visitOnBase()
    const { provider, network, text } = provide()
    await eventuallyOpens(network)
    expect(provider.status).toMatchObject({ unsaved: 2, save: 'unsaved' })
    expect(text.toString()).toBe('')
    greet(network.last, server)
    expect(text.toString()).toBe('ase more')
    const step2 = network.last.sent.find((message) => message.type === 'step2')
    expect(step2).toMatchObject({ update: new Uint8Array([0, 0]) }) // no gap was sent
    network.last.applyTo(server)
    expect(server.getText('text').toString()).toBe('ase more')
    await confirmAll(network.last)
    expect(provider.status.save).toBe('saved')
    await eventuallyKept(0)
  })

  it('[CL44] the base may come later, and in pieces', async () => {
    const server = await visitOnBase()
    const { provider, network, text } = provide()
    await eventuallyOpens(network)
    greet(network.last)
    await confirmAll(network.last)
    expect(provider.status).toMatchObject({ unsaved: 2 })
    network.last.receive(encodeUpdate(Y.encodeStateAsUpdate(new Y.Doc())))
    expect(provider.status).toMatchObject({ unsaved: 2 })
    network.last.receive(encodeStep2(Y.encodeStateAsUpdate(server)))
    expect(text.toString()).toBe('ase more')
    network.last.applyTo(server)
    expect(server.getText('text').toString()).toBe('ase more')
    await confirmAll(network.last)
    expect(provider.status.save).toBe('saved')
  })

  it('[CL44] stay kept and unsaved when the base never comes', async () => {
    await visitOnBase()
    const { provider, network } = provide()
    await eventuallyOpens(network)
    greet(network.last) // a server that lost everything
    provider.ydoc.getText('other').insert(0, 'x')
    await confirmAll(network.last)
    expect(provider.status).toMatchObject({ unsaved: 2, kept: true })
    expect(provider.status.save).not.toBe('saved')
    await eventuallyKept(2)
    await provider.destroy()
    expect(await kept()).toHaveLength(2)
  })

  it('[CL44] bytes that are no update are left where they are and hurt nothing', async () => {
    await offlineVisit(['good'])
    const database = await openDB(UNSAVED_DATABASE)
    await database.put('updates', { id: ['bad', 0], document: [SERVER, 'doc'], update: new Uint8Array([7, 7, 7]) })
    database.close()
    const { provider, network, text } = provide()
    await eventuallyOpens(network)
    expect(text.toString()).toBe('good')
    greet(network.last)
    await confirmAll(network.last)
    expect(provider.status.save).toBe('saved')
    await eventuallyKept(1)
  })
})

describe('storage that fails', () => {
  it('[CL45] absent: edits are counted, and said not to be kept', async () => {
    vi.stubGlobal('indexedDB', undefined)
    const { provider, network, text } = provide()
    expect(network.sockets).toHaveLength(1)
    text.insert(0, 'a')
    expect(provider.status).toMatchObject({ unsaved: 1, kept: false })
    greet(network.last)
    await confirmAll(network.last)
    expect(provider.status).toMatchObject({ save: 'saved', unsaved: 0, kept: true })
  })

  it('[CL45] refusing to open: the same, and it connects', async () => {
    vi.stubGlobal('indexedDB', {
      open() {
        throw new DOMException('denied', 'SecurityError')
      },
    })
    const { provider, network, text } = provide()
    text.insert(0, 'a')
    await eventuallyOpens(network)
    await vi.waitFor(() => expect(provider.status).toMatchObject({ unsaved: 1, kept: false }))
    greet(network.last)
    await confirmAll(network.last)
    expect(provider.status.save).toBe('saved')
    await provider.destroy()
  })

  it('[CL45] never answering: it connects after 2 s without, and destroy comes to an end', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    // A request that stays pending, as some Safari versions do after a restart.
    vi.stubGlobal('indexedDB', { open: () => Object.assign(new EventTarget(), { readyState: 'pending' }) })
    const { provider, network, text } = provide()
    text.insert(0, 'a')
    await vi.advanceTimersByTimeAsync(1_999)
    expect(network.sockets).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(1)
    greet(network.last)
    await confirmAll(network.last)
    expect(provider.status.save).toBe('saved')
    const destroyed = provider.destroy()
    await vi.advanceTimersByTimeAsync(2_000)
    await destroyed
  })

  it('[CL45] full: what cannot be written is counted, sent and said not to be kept', async () => {
    const { provider, network, text } = provide()
    await eventuallyOpens(network)
    greet(network.last)
    await confirmAll(network.last)
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    onTestFinished(() => put.mockRestore())
    text.insert(0, 'a')
    await vi.waitFor(() => expect(provider.status).toMatchObject({ unsaved: 1, kept: false }))
    put.mockRestore()
    text.insert(1, 'b')
    await eventuallyKept(1)
    expect(provider.status).toMatchObject({ unsaved: 2, kept: false })
    await confirmAll(network.last)
    expect(provider.status).toMatchObject({ save: 'saved', kept: true })
    await eventuallyKept(0)
  })

  it('[CL45] taken away by a newer version in another tab: editing goes on, not kept', async () => {
    const { provider, network, text } = provide()
    await eventuallyOpens(network)
    const newer = await openDB(UNSAVED_DATABASE, 2, { upgrade: () => undefined })
    newer.close()
    text.insert(0, 'a')
    await vi.waitFor(() => expect(provider.status).toMatchObject({ unsaved: 1, kept: false }))
    greet(network.last)
    await confirmAll(network.last)
    expect(provider.status.save).toBe('saved')
  })
})

it('[CL46] 5,000 kept edits are taken in within 2 s', async () => {
  const typed = Array.from({ length: 5_000 }, (_, at) => String.fromCharCode(97 + (at % 26)))
  await offlineVisit(typed)
  const start = performance.now()
  const { provider, network, text } = provide()
  await vi.waitFor(() => expect(network.sockets).toHaveLength(1), { timeout: 20_000, interval: 5 })
  const took = performance.now() - start
  expect(text.toString()).toBe(typed.join(''))
  expect(provider.status.unsaved).toBe(5_000)
  expect(took).toBeLessThan(2_000)
  greet(network.last)
  await confirmAll(network.last)
  expect(provider.status.unsaved).toBe(0)
})

describe('the tab', () => {
  it('[CL47] asks before it closes exactly while something is unsaved', async () => {
    const tab = openTab()
    const { network, text } = provide()
    await eventuallyOpens(network)
    greet(network.last)
    await confirmAll(network.last)
    expect(tab.asksBeforeClosing()).toBe(false)
    text.insert(0, 'a')
    expect(tab.asksBeforeClosing()).toBe(true)
    await confirmAll(network.last)
    expect(tab.asksBeforeClosing()).toBe(false)
  })

  it('[CL47] protectTab false never asks', () => {
    const tab = openTab()
    const { text } = provide({ protectTab: false, connect: false })
    text.insert(0, 'a')
    expect(tab.asksBeforeClosing()).toBe(false)
  })
})
