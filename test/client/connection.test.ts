/** Opening, losing and ending connections, as the status tells it. */
import { CowriteProvider } from '@cowrite/client'
import { REFUSALS } from '@cowrite/protocol'
import { Awareness } from 'y-protocols/awareness'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { FakeNetwork, greet } from './support/fake-socket.js'
import { openTab } from './support/fake-tab.js'
import { endOfTask, provide } from './support/provider.js'

beforeEach(() => {
  vi.useFakeTimers()
  return () => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
  }
})

describe('address', () => {
  it.each([
    ['ws://host:1234', 'doc', 'ws://host:1234/doc'],
    ['http://host:1234/', 'doc', 'ws://host:1234/doc'],
    ['https://host/base/path//', 'doc', 'wss://host/base/path/doc'],
    ['wss://host', 'a/b c/d?e#f', 'wss://host/a/b%20c/d%3Fe%23f'],
    ['ws://host', '문서/ä', 'ws://host/%EB%AC%B8%EC%84%9C/%C3%A4'],
    ['ws://host', '100%', 'ws://host/100%25'],
  ])('[CL1] %s and %s open %s', (server, doc, url) => {
    expect(provide({ server, doc }).network.last.url).toBe(url)
  })

  it('[CL1] parameters follow as the query', () => {
    expect(provide({ params: { token: 'a b' } }).network.last.url).toBe('ws://server.test/doc?token=a%20b')
  })

  it.each([
    ['no URL', { server: 'host:x:y' }],
    ['another protocol', { server: 'ftp://host' }],
    ['a query', { server: 'ws://host/?a=b' }],
    ['an empty name', { doc: '' }],
    ['a name of 513 bytes', { doc: 'x'.repeat(513) }],
    ['a name that URLs would resolve', { doc: 'a/../b' }],
    ['a single dot', { doc: '.' }],
  ])('[CL2] %s is a TypeError and leaves no timer behind', (_, options) => {
    expect(() => provide(options)).toThrow(TypeError)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('[CL2] without any WebSocket it says what to pass', () => {
    vi.stubGlobal('WebSocket', undefined)
    expect(() => new CowriteProvider({ server: 'ws://host', doc: 'doc' })).toThrow(/WebSocketPolyfill/)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('status', () => {
  it('[CL3] is connecting, connected, then offline until connected again', async () => {
    const { provider, network, seen } = provide()
    expect(provider.status.connection).toBe('connecting')
    greet(network.last)
    expect(provider.status).toEqual({ connection: 'connected', save: 'saved', unsaved: 0, kept: true, synced: true })
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

describe('refusal', () => {
  it.each([
    [4401, 'unauthenticated', ''],
    [4404, 'deleted', 'Gone.'],
    [4499, undefined, ''],
  ])('[CL6] close code %i is final', async (closeCode, code, reason) => {
    const { provider, network } = provide()
    const synced = expect(provider.whenSynced()).rejects.toThrow()
    const flushed = expect((provider.ydoc.getText('text').insert(0, 'x'), provider.flush())).rejects.toThrow()
    network.last.drop(closeCode, reason)
    await Promise.all([synced, flushed])
    const text = reason || (code === 'unauthenticated' ? REFUSALS[code].text : expect.stringMatching(/refused/))
    expect(provider.status).toMatchObject({ connection: 'refused', save: 'unsaved', refusal: { closeCode, code, text } })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(network.sockets).toHaveLength(1)
  })

  it('[CL6] connect tries again, also out of the listener that hears of the refusal', async () => {
    const { provider, network } = provide()
    let again = true
    provider.onStatus(({ connection }) => {
      if (connection !== 'refused' || !again) return
      again = false
      provider.connect()
    })
    network.last.drop(4403)
    expect(network.sockets).toHaveLength(2)
    expect(provider.status).not.toHaveProperty('refusal')
    expect(provider.status.connection).toBe('connecting')
    network.last.drop(4403)
    expect(provider.status.connection).toBe('refused')
    provider.connect()
    greet(network.last)
    expect(provider.status.connection).toBe('connected')
  })

  it.each([1000, 1001, 1006, 1011, 1012, 1013, 4399, 4500])('[CL7] close code %i is not', (closeCode) => {
    const { provider, network } = provide()
    greet(network.last)
    network.last.drop(closeCode)
    expect(provider.status.connection).toBe('offline')
    vi.advanceTimersByTime(2_500)
    expect(network.sockets).toHaveLength(2)
  })

  it('[CL8] pauses between attempts are drawn at random from half to whole, up to 2.5 s', () => {
    const pauses = (random: number): number[] => {
      vi.spyOn(Math, 'random').mockReturnValue(random)
      const { network } = provide()
      return [1, 2, 3, 4, 5, 6, 7].map(() => {
        const opened = network.sockets.length
        network.last.drop()
        let pause = 0
        while (network.sockets.length === opened) {
          vi.advanceTimersByTime(1)
          pause++
        }
        return pause
      })
    }
    expect(pauses(0)).toEqual([100, 200, 400, 800, 1250, 1250, 1250])
    expect(pauses(1)).toEqual([200, 400, 800, 1600, 2500, 2500, 2500])
  })
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
    const waiting = expect(provider.whenSynced()).rejects.toThrow(/destroyed/)
    network.last.open()
    provider.onStatus(() => void provider.destroy())
    const first = provider.destroy()
    expect(provider.destroy()).toBe(first)
    await Promise.all([first, waiting])
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
