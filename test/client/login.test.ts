/** Tokens and rights, as the client sees them. */
import { CowriteProvider } from '@cowrite/client'
import { type AccessNotice, encodeAccess, encodePermissionDenied, KEEP_ALIVE_FRAME, REFUSALS } from '@cowrite/protocol'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { PATIENCE } from '../support/patience.js'
import { useServers } from '../support/running-server.js'
import { SECRET, tokenOf } from '../support/tokens.js'
import { FakeNetwork, greet } from './support/fake-socket.js'
import { provide } from './support/provider.js'

const start = useServers()
const write: AccessNotice = { role: 'write', user: { id: 'ada' }, expiresIn: 60_000 }
const passing = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

describe('a token', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    return () => void vi.useRealTimers()
  })

  /** A provider whose tokens are t1, t2, … */
  async function loggedIn(getToken?: () => string | Promise<string>) {
    let count = 0
    const ask = vi.fn<() => string | Promise<string>>(getToken ?? (() => `t${++count}`))
    const made = provide({ getToken: ask })
    await passing(0)
    /** Time passes in which the server shows that it lives. */
    const alive = async (ms: number): Promise<void> => {
      for (let left = ms; left > 0; left -= 2_000) {
        await passing(Math.min(left, 2_000))
        made.network.last.receive(KEEP_ALIVE_FRAME)
      }
    }
    return { ...made, alive, ask, renewals: (socket = made.network.last) => socket.sent.flatMap((message) => (message.type === 'token' ? [message.token] : [])) }
  }

  it('[CL90] goes with the first connection, as a subprotocol, when the app has given it', async () => {
    const network = new FakeNetwork()
    let give: (token: string) => void = () => {}
    provide({ getToken: () => new Promise((resolve) => (give = resolve)) }, network)
    await passing(60_000)
    expect(network.sockets).toHaveLength(0)
    give('a b')
    await passing(0)
    expect(network.last.protocols).toEqual(['cowrite', `cowrite.token64.${Buffer.from('a b').toString('base64url')}`])
  })

  it('[CL91] is renewed on the open connection before it ends', async () => {
    const { network, renewals, alive } = await loggedIn()
    greet(network.last)
    network.last.receive(encodeAccess(write))
    await alive(44_000)
    expect(renewals()).toEqual([])
    await alive(2_000)
    expect(renewals()).toEqual(['t2'])
    network.last.receive(encodeAccess(write))
    await alive(46_000)
    expect(renewals()).toEqual(['t2', 't3'])
    expect(network.sockets).toHaveLength(1)
  })

  it('[CL91] that the server does not take is followed by another, at most every 5 s', async () => {
    const { network, ask } = await loggedIn()
    greet(network.last)
    network.last.receive(encodeAccess({ ...write, expiresIn: 10 }))
    for (let i = 0; i < 6; i++) {
      await passing(5_000)
      network.last.receive(encodeAccess({ ...write, refused: 'unauthenticated' }))
    }
    expect(ask.mock.calls.length).toBeLessThanOrEqual(8)
  })

  it('[CL92] that is refused with 4401 is followed by a fresh one at once, again after 2 s, and then the client stays away', async () => {
    const { provider, network } = await loggedIn()
    for (const [pause, token] of [[0, 't1'], [0, 't2'], [2_000, 't3']] as const) {
      await passing(pause)
      expect(network.last.protocols[1]).toBe(`cowrite.token.${token}`)
      expect(provider.status.connection).not.toBe('refused')
      network.last.open()
      network.last.drop(4401, REFUSALS.unauthenticated.text)
    }
    expect(provider.status.connection).toBe('refused')
    await passing(600_000)
    expect(network.sockets).toHaveLength(3)
    provider.connect()
    await passing(0)
    expect(network.last.protocols[1]).toBe('cowrite.token.t4')
  })

  it('[CL92] that ended while connected is replaced, and the client comes back by itself', async () => {
    const { provider, network } = await loggedIn()
    for (let i = 0; i < 5; i++) {
      greet(network.last)
      network.last.receive(encodeAccess({ ...write, expiresIn: 600_000 }))
      network.last.drop(4401)
      expect(provider.status.connection).toBe('offline')
      await passing(1)
    }
    expect(network.last.protocols[1]).toBe('cowrite.token.t6')
  })

  it('[CL93] that the app cannot give now is asked for again, ever later; that is no refusal', async () => {
    let isDown = true
    const { provider, network, ask } = await loggedIn(() => (isDown ? Promise.reject(new Error('down')) : 't'))
    await passing(60_000)
    expect(ask.mock.calls.length).toBeGreaterThan(4)
    expect(ask.mock.calls.length).toBeLessThan(9)
    expect(provider.status.connection).toBe('connecting')
    isDown = false
    await passing(30_000)
    greet(network.last)
    expect(provider.status.connection).toBe('connected')
  })

  it('[CL95] that the app has yet to give shows in the status, not as a refusal', async () => {
    let give: (token: string) => void = () => {}
    const { provider, network } = await loggedIn(() => new Promise((resolve) => (give = resolve)))
    expect(provider.status).toMatchObject({ connection: 'connecting', loginAwaited: true })
    give('t1')
    await passing(0)
    expect(provider.status.loginAwaited).toBeUndefined()
    greet(network.last)
    network.last.receive(encodeAccess(write))
    network.last.drop(4401)
    expect(provider.status).toMatchObject({ connection: 'offline', loginAwaited: true })
    await passing(600_000)
    expect(provider.status.connection).toBe('offline')
    give('t2')
    await passing(0)
    greet(network.last)
    expect(provider.status.connection).toBe('connected')
    expect(provider.status.loginAwaited).toBeUndefined()
    expect(network.sockets).toHaveLength(2)
  })

  it('[CL96] that gives no right to the document is not used again: `connect()` asks for another', async () => {
    const { provider, network } = await loggedIn()
    network.last.open()
    network.last.drop(4403, REFUSALS.forbidden.text)
    expect(provider.status).toMatchObject({ connection: 'refused', refusal: { code: 'forbidden' } })
    provider.connect()
    await passing(0)
    expect(network.last.protocols[1]).toBe('cowrite.token.t2')
    expect(network.sockets).toHaveLength(2)
  })

  it('[CL94] brings role and person into the status; a refused change shows until it is taken', async () => {
    const { provider, network } = await loggedIn()
    greet(network.last)
    expect(provider.status.role).toBeUndefined()
    network.last.receive(encodeAccess({ ...write, role: 'read' }))
    expect(provider.status).toMatchObject({ role: 'read', user: { id: 'ada' } })
    provider.ydoc.getText('text').insert(0, 'x')
    network.last.receive(encodeAccess({ ...write, role: 'read', denied: true }))
    network.last.receive(encodeAccess({ ...write, role: 'read' }))
    expect(provider.status).toMatchObject({ role: 'read', denied: true, unsaved: 1 })
    network.last.receive(encodeAccess(write))
    expect(provider.status.denied).toBeUndefined()
    network.last.receive(encodePermissionDenied('no'))
    expect(provider.status).toMatchObject({ denied: true })
  })
})

describe('with a real server', () => {
  it.each([
    ['without a token', undefined, 4401],
    ['with a token that does not count', 'not.a.token', 4401],
    ['without a right to the document', tokenOf({ doc: 'other', role: 'write' }), 4403],
  ])('[AC2] who comes %s hears of it at once', async (_what, token, code) => {
    const { url } = await start({ secret: SECRET })
    const at = performance.now()
    const socket = new WebSocket(`${url.replace('http', 'ws')}/story`, token === undefined ? [] : ['cowrite', `cowrite.token.${token}`])
    expect(await new Promise((resolve) => socket.on('close', resolve))).toBe(code)
    expect(performance.now() - at).toBeLessThan(1_000 * PATIENCE)
  })

  it('[CL94] who may only read is told so, and keeps what was refused', async () => {
    const { url } = await start({ secret: SECRET })
    const open = (role: string): CowriteProvider =>
      new CowriteProvider({
        server: url, doc: 'story', keepUnsaved: false, getToken: () => tokenOf({ sub: role, doc: 'story', role }),
        WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
      })
    const [writer, reader] = [open('write'), open('read')]
    await Promise.all([writer.whenSynced(), reader.whenSynced()])
    expect([writer.status.role, reader.status.role]).toEqual(['write', 'read'])
    writer.ydoc.getText('text').insert(0, 'hello')
    await writer.flush()
    await expect.poll(() => reader.ydoc.getText('text').toString()).toBe('hello')
    reader.ydoc.getText('text').insert(0, 'x')
    await expect.poll(() => reader.status.denied).toBe(true)
    expect(reader.status.unsaved).toBe(1)
    const copy = new Y.Doc()
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(writer.ydoc))
    expect(copy.getText('text').toString()).toBe('hello')
    await Promise.all([writer.destroy(), reader.destroy()])
  })
})
