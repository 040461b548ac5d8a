/** Unsaved edits in the browser's storage: there until saved, and found again by the next visit. */
import { describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { PATIENCE } from '../support/patience.js'
import { greet } from './support/fake-socket.js'
import { openTab } from './support/fake-tab.js'
import { endOfTask, SERVER } from './support/provider.js'
import {
  confirmAll, eventuallyKept, eventuallyOpens, isStorageUsed, kept, offlineVisit, provide, useFakeStorage,
} from './support/storage.js'

useFakeStorage()

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
    expect(await isStorageUsed()).toBe(false)
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

it('[CL46] 5,000 kept edits are taken in with less than 2 s of processor time', async () => {
  const typed = Array.from({ length: 5_000 }, (_, at) => String.fromCharCode(97 + (at % 26)))
  await offlineVisit(typed)
  const before = process.cpuUsage()
  const { provider, network, text } = provide()
  await vi.waitFor(() => expect(provider.status.unsaved).toBe(5_000), { timeout: 20_000, interval: 5 })
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1_000).toBeLessThan(2_000 * PATIENCE)
  expect(text.toString()).toBe(typed.join(''))
  await eventuallyOpens(network)
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

  it('[CL47] asks while any of its documents has something unsaved', async () => {
    const tab = openTab()
    const first = provide({ doc: 'first' })
    const second = provide({ doc: 'second' })
    await eventuallyOpens(first.network)
    first.text.insert(0, 'a')
    second.text.insert(0, 'b')
    greet(first.network.last)
    await confirmAll(first.network.last)
    expect(tab.asksBeforeClosing()).toBe(true)
    await second.provider.destroy()
    expect(tab.asksBeforeClosing()).toBe(false)
  })

  it('[CL47] protectTab false never asks', () => {
    const tab = openTab()
    const { text } = provide({ protectTab: false, connect: false })
    text.insert(0, 'a')
    expect(tab.asksBeforeClosing()).toBe(false)
  })
})
