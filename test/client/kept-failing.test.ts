/** A browser's storage that is not there, or fails: editing and saving go on. */
import { IDBOpenDBRequest } from 'fake-indexeddb'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { greet } from './support/fake-socket.js'
import { confirmAll, eventuallyKept, eventuallyOpens, provide, upgradeDatabase, useFakeStorage } from './support/storage.js'

useFakeStorage()

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
    await vi.waitFor(() => expect(provider.status).toMatchObject({ unsaved: 1, kept: false }), { timeout: 20_000, interval: 20 })
    greet(network.last)
    await confirmAll(network.last)
    expect(provider.status.save).toBe('saved')
  })

  it('[CL45] never answering: it connects after 2 s without, and destroy comes to an end', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    // A request that stays pending, as some Safari versions do after a restart.
    vi.stubGlobal('indexedDB', { open: () => new IDBOpenDBRequest() })
    const { provider, network, text } = provide()
    text.insert(0, 'a')
    await vi.advanceTimersByTimeAsync(1_999)
    expect(network.sockets).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(provider.status).toMatchObject({ unsaved: 1, kept: false })
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
    await vi.waitFor(() => expect(provider.status).toMatchObject({ unsaved: 1, kept: false }), { timeout: 20_000, interval: 20 })
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
    await upgradeDatabase()
    text.insert(0, 'a')
    await vi.waitFor(() => expect(provider.status).toMatchObject({ unsaved: 1, kept: false }), { timeout: 20_000, interval: 20 })
    greet(network.last)
    await confirmAll(network.last)
    expect(provider.status.save).toBe('saved')
  })
})

