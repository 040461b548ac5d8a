/** Opening, losing and ending connections, as the status tells it. */
import { Awareness } from 'y-protocols/awareness'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { FakeNetwork, greet } from './support/fake-socket.js'
import { openTab } from './support/fake-tab.js'
import { endOfTask, failureOf, provide } from './support/provider.js'

beforeEach(() => {
  vi.useFakeTimers()
  return () => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
  }
})

it('[CL12] any number of providers in one Node process leaves no listener at it', () => {
  const before = process.listenerCount('exit')
  for (let count = 0; count < 12; count++) provide()
  expect(process.listenerCount('exit')).toBe(before)
})

describe('status', () => {
  it('[CL3] is connecting, connected, then offline until connected again', async () => {
    const { provider, network, seen } = provide()
    expect(provider.status.connection).toBe('connecting')
    greet(network.last)
    expect(provider.status).toEqual({ connection: 'connected', save: 'saved', unsaved: 0, kept: true, synced: true, setAside: 0 })
    network.last.drop()
    expect(provider.status.connection).toBe('offline')
    await vi.advanceTimersByTimeAsync(200)
    expect(network.sockets).toHaveLength(2)
    expect(provider.status.connection).toBe('offline')
    network.last.drop() // an attempt that fails
    await vi.advanceTimersByTimeAsync(400)
    greet(network.last)
    expect(seen.map((status) => status.connection).filter((word, at, all) => word !== all[at - 1])).toEqual([
      'connected',
      'offline',
      'connected',
    ])
  })

  it('[CL3] is offline without connect, and after disconnect', () => {
    const { provider, network } = provide({ connect: false })
    expect(provider.status.connection).toBe('offline')
    expect(network.sockets).toHaveLength(0)
    provider.connect()
    expect(provider.status.connection).toBe('connecting')
    greet(network.last)
    provider.disconnect()
    expect(provider.status).toMatchObject({ connection: 'offline', synced: false })
    vi.advanceTimersByTime(60_000)
    expect(network.sockets).toHaveLength(1)
  })

  it('[CL4] is told only when something differs, and to nobody who has left', () => {
    const { provider, network, seen } = provide()
    const left = vi.fn<() => void>()
    provider.onStatus(left)()
    greet(network.last)
    network.last.drop()
    vi.advanceTimersByTime(60_000)
    for (const [at, status] of seen.entries()) expect(status).not.toEqual(seen[at - 1])
    expect(left).not.toHaveBeenCalled()
  })

  it('[CL4] a listener that throws keeps nobody else from hearing', async () => {
    const errors: unknown[] = []
    vi.stubGlobal('queueMicrotask', (task: () => void) => {
      void Promise.resolve().then(task).catch((error: unknown) => errors.push(error))
    })
    const { provider, network } = provide()
    const failure = new Error('listener')
    const leave = provider.onStatus(() => {
      leave()
      throw failure
    })
    const second = vi.fn<() => void>()
    provider.onStatus(second)
    greet(network.last)
    await endOfTask()
    expect(second).toHaveBeenCalled()
    expect(errors).toContain(failure)
  })

  it('[CL5] whenSynced waits for the first step 2 and stays done', async () => {
    const { provider, network, text } = provide()
    const remote = new Y.Doc()
    remote.getText('text').insert(0, 'there')
    let content: string | undefined
    const synced = provider.whenSynced().then(() => (content = text.toString()))
    network.last.open()
    await endOfTask()
    expect(content).toBeUndefined()
    greet(network.last, remote)
    await synced
    expect(content).toBe('there')
    network.last.drop()
    await provider.whenSynced()
  })
})

it('[CL11] tabs meet at the server alone: without it no edit goes from one to the other', async () => {
  const first = provide()
  const second = provide()
  first.text.insert(0, 'unseen')
  await vi.advanceTimersByTimeAsync(1_000)
  expect(second.text.toString()).toBe('')
  greet(second.network.last, first.provider.ydoc)
  expect(second.text.toString()).toBe('unseen')
})

describe('the end', () => {
  it('[CL9] destroy leaves no timer, no listener and no attempt', async () => {
    const tab = openTab()
    const { provider, network, seen } = provide({ keepUnsaved: true })
    greet(network.last)
    provider.ydoc.getText('text').insert(0, 'x')
    network.last.drop()
    await provider.destroy()
    const told = seen.length
    const opened = network.sockets.length
    provider.connect()
    for (const event of ['online', 'offline', 'pageshow'] as const) tab.raise(event)
    tab.show(true)
    expect(tab.asksBeforeClosing()).toBe(false)
    vi.advanceTimersByTime(60_000)
    expect(vi.getTimerCount()).toBe(0)
    expect(network.sockets).toHaveLength(opened)
    expect(seen).toHaveLength(told)
    await expect(provider.flush()).rejects.toThrow(/destroyed/)
    await provider.whenSynced() // it was, once
  })

  it('[CL9] destroy may be called twice, from a listener, and while others wait', async () => {
    const { provider, network } = provide()
    const waiting = failureOf(provider.whenSynced())
    network.last.open()
    provider.onStatus(() => void provider.destroy())
    const first = provider.destroy()
    expect(provider.destroy()).toBe(first)
    await first
    expect(await waiting).toMatch(/destroyed/)
  })

  it('[CL9] it ends with the document', () => {
    const { provider, network } = provide()
    greet(network.last)
    provider.ydoc.destroy()
    vi.advanceTimersByTime(60_000)
    expect(vi.getTimerCount()).toBe(0)
    expect(network.sockets).toHaveLength(1)
  })

  it('[CL10] destroys what it made and not what it was given', async () => {
    const ydoc = new Y.Doc()
    const awareness = new Awareness(ydoc)
    const gone = vi.fn<() => void>()
    ydoc.on('destroy', gone)
    const given = provide({ ydoc, awareness }, new FakeNetwork())
    await given.provider.destroy()
    expect(gone).not.toHaveBeenCalled()
    expect(awareness.getLocalState()).not.toBeNull()
    ydoc.destroy()

    const own = provide()
    const ownGone = vi.fn<() => void>()
    own.provider.ydoc.on('destroy', ownGone)
    await own.provider.destroy()
    expect(ownGone).toHaveBeenCalledOnce()
    expect(own.provider.awareness.getLocalState()).toBeNull()
  })
})
