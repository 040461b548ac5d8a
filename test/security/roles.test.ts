/**
 * Rules AC20 to AC25: roles hold on the server, and who may not is told. Stories on a virtual clock.
 */
import { encodeSeed, encodeStep2, encodeToken, encodeUpdate } from '@cowrite/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import type { Peer } from '../support/peer.js'
import { type Arrival, World } from '../support/room-world.js'
import { SECRET, tokenOf } from '../support/tokens.js'

let world: World
let bytesSent: number
beforeEach(() => {
  world = new World({ login: { secret: SECRET } })
  bytesSent = 0
})
afterEach(() => world.end())

const arrival = (role: string, more: Record<string, unknown> = {}, speaksCowrite = false): Arrival => ({
  token: tokenOf({ sub: role, doc: 'story', role, ...more }, world.clock.date()),
  speaksCowrite,
})
const newcomer = (role: string, speaksCowrite = false): Promise<Peer> => world.newcomer('story', arrival(role, {}, speaksCowrite))
const kinds = (peer: Peer): string[] => peer.heard.map(({ type }) => type)

/** A document with text in it, its writer, and somebody with this role. */
async function story(role: string, speaksCowrite = false): Promise<{ writer: Peer; other: Peer }> {
  const writer = await newcomer('write')
  writer.type(0, 'Once upon a time')
  await world.settle()
  const other = await newcomer(role, speaksCowrite)
  expect(other.reads).toBe('Once upon a time')
  world.onSend = (socket, frame) => {
    if (socket !== [...world.sockets].at(-1)) bytesSent += frame.length
  }
  return { writer, other }
}

describe.each(['read', 'comment'])('who may only %s', (role) => {
  it.each(['live', 'in a step 2'])('[AC20] [AC22] changes not one byte, %s: nothing is stored or relayed, and a stock client is told', async (how) => {
    const { writer, other } = await story(role)
    const before = Y.encodeStateAsUpdate(await world.stored())
    const forged = new Y.Doc()
    Y.applyUpdate(forged, Y.encodeStateAsUpdate(other.doc))
    forged.getText('text').insert(0, 'Not ')
    forged.getText('text').delete(6, 3)
    const update = Y.encodeStateAsUpdate(forged)
    other.send(how === 'live' ? encodeUpdate(update) : encodeStep2(update))
    await world.settle()
    expect(writer.reads).toBe('Once upon a time')
    expect(bytesSent).toBe(0)
    expect(Y.encodeStateAsUpdate(await world.stored())).toEqual(before)
    expect(kinds(other).filter((kind) => kind === 'denied')).toHaveLength(1)
    expect(other.closedWith).toBeUndefined()
    expect(other.isConnected).toBe(true)
  })

  it('[AC20] is told again while it goes on, but not for every key', async () => {
    const { writer, other } = await story(role)
    for (let i = 0; i < 50; i++) {
      other.type(0, 'x')
      await world.pass(100)
    }
    const told = kinds(other).filter((kind) => kind === 'denied').length
    expect(told).toBeGreaterThanOrEqual(4)
    expect(told).toBeLessThanOrEqual(6)
    expect(writer.reads).toBe('Once upon a time')
    writer.type(0, 'Then: ')
    await world.settle()
    expect(other.reads).toContain('Then: ')
  })

  it('[AC21] hears that all is saved as long as it brought nothing new, and never after it did', async () => {
    const { writer, other } = await story(role)
    const first = other.ask()
    other.send(encodeStep2(Y.encodeStateAsUpdate(other.doc)))
    other.send(encodeUpdate(Y.encodeStateAsUpdate(writer.doc)))
    const second = other.ask()
    await world.settle()
    expect(other.saved).toEqual([first, second])
    expect(kinds(other)).not.toContain('denied')
    other.type(0, 'x')
    other.ask()
    writer.type(0, 'y')
    await world.pass(60_000)
    expect(other.saved).toEqual([first, second])
  })

  it('[AC20] cannot seed an empty document', async () => {
    const reader = await newcomer(role)
    const seed = new Y.Doc()
    seed.getText('text').insert(0, 'mine')
    reader.send(encodeSeed(7, Y.encodeStateAsUpdate(seed)))
    await world.settle()
    expect(reader.heard).toContainEqual({ type: 'seed', payload: Uint8Array.of(7, 0) })
    expect(await world.disk.load('story')).toBeUndefined()
  })

  it('[AC20] cannot bring what has a gap either, and is not asked for more', async () => {
    const { other } = await story(role)
    const elsewhere = new Y.Doc()
    elsewhere.getText('text').insert(0, 'ab')
    const missing = Y.encodeStateVector(elsewhere)
    elsewhere.getText('text').insert(2, 'cd')
    const before = kinds(other).length
    for (let i = 0; i < 10; i++) other.send(encodeUpdate(Y.encodeStateAsUpdate(elsewhere, missing)))
    await world.settle()
    expect(kinds(other).slice(before)).toEqual(['denied'])
    expect(other.isConnected).toBe(true)
  })
})

describe('a client that speaks Cowrite', () => {
  it.each(['read', 'comment', 'write', 'admin'] as const)('[AC24] is told its role, %s, before anything of the document, and who it is', async (role) => {
    const { other } = await story(role, true)
    expect(kinds(other)[0]).toBe('access')
    expect(other.notices).toEqual([{ role, user: { id: role }, expiresIn: 604_000 }])
  })

  it('[AC20] is told of a refused change in its own words', async () => {
    const { other } = await story('read', true)
    other.type(0, 'x')
    await world.settle()
    expect(other.notices.at(-1)).toMatchObject({ role: 'read', denied: true })
    expect(kinds(other)).not.toContain('denied')
  })

  it('[AC24] may show so later, with an empty token', async () => {
    const { other } = await story('read')
    expect(kinds(other)).not.toContain('access')
    other.speaksCowrite = true
    other.send(encodeToken(''))
    await world.settle()
    expect(other.notices).toMatchObject([{ role: 'read' }])
  })
})

describe('a role that changes', () => {
  it('[AC25] to write: what was refused is asked for, and saved', async () => {
    const { writer, other } = await story('read')
    other.type(0, 'Not ')
    const question = other.ask()
    await world.settle()
    expect(writer.reads).toBe('Once upon a time')
    await world.live.restrict('story', 'read', 'write')
    await world.settle()
    expect(writer.reads).toBe('Not Once upon a time')
    expect(other.saved).toEqual([question])
  })

  it('[AC20] to read: what was sent before counts, what comes after does not', async () => {
    const { writer, other } = await story('admin')
    other.type(0, 'Before. ')
    await world.settle()
    await world.live.restrict('story', 'admin', 'read')
    other.type(0, 'After. ')
    await world.settle()
    expect(writer.reads).toBe('Before. Once upon a time')
    expect(kinds(other)).toContain('denied')
  })
})

describe('the caret of who may only read', () => {
  const caretOf = (seer: Peer, peer: Peer): unknown => seer.awareness.getStates().get(peer.client)

  it('[AC23] is shown, unless the setting says otherwise', async () => {
    const { writer, other } = await story('read')
    other.awareness.setLocalState({ user: { name: 'Reader' } })
    await world.settle()
    expect(caretOf(writer, other)).toMatchObject({ user: { id: 'read' } })
  })

  it('[AC23] is hidden with COWRITE_READER_CARETS=off, and goes when a role is lowered', async () => {
    world = new World({ login: { secret: SECRET, readerCarets: 'off' } })
    const { writer, other } = await story('read')
    other.awareness.setLocalState({ user: { name: 'Reader' } })
    writer.awareness.setLocalState({ user: { name: 'Writer' } })
    await world.settle()
    expect(caretOf(writer, other)).toBeUndefined()
    expect(caretOf(other, writer)).toMatchObject({ user: { id: 'write' } })
    await world.live.restrict('story', 'write', 'read')
    await world.settle()
    expect(caretOf(other, writer)).toBeUndefined()
  })
})
