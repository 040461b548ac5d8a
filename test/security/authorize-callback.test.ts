/**
 * Rules AC9 to AC11: asking the host's backend. On a virtual clock, over real HTTP.
 */
import { createHmac } from 'node:crypto'
import { encodeToken } from '@cowrite/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Peer } from '../support/peer.js'
import { World } from '../support/room-world.js'
import { type SmallAnswer, type SmallHttp, useSmallHttp } from '../support/small-http.js'
import { SECRET, tokenOf } from '../support/tokens.js'

const startHttp = useSmallHttp()
const says = (answer: unknown, status = 200): (() => SmallAnswer) => () => ({ status, body: JSON.stringify(answer) })
const ada = { user: { id: 'u1', name: 'Ada' }, role: 'write' }

let backend: SmallHttp
let world: World
beforeEach(async () => {
  backend = await startHttp(says(ada))
  world = new World({ login: { secret: SECRET, authorizeUrl: backend.url } })
})
afterEach(() => world.end())

const join = (token: string | undefined = 'a cookie=value; with anything', document = 'story'): Promise<Peer> =>
  world.newcomer(document, { ...(token !== '' && { token }), speaksCowrite: true })

describe('the question', () => {
  it('[AC9] tells token and document, signed over time and body', async () => {
    const peer = await join()
    expect(peer.notices).toMatchObject([{ role: 'write', user: { id: 'u1', name: 'Ada' }, expiresIn: 304_000 }])
    const [question] = backend.asked
    expect(question?.method).toBe('POST')
    expect(JSON.parse(question?.body ?? '')).toEqual({ token: 'a cookie=value; with anything', document: 'story' })
    const time = String(question?.headers['cowrite-timestamp'])
    expect(Number(time)).toBe(Math.floor(world.clock.date() / 1000))
    const signature = createHmac('sha256', SECRET).update(`${time}.${question?.body}`).digest('hex')
    expect(question?.headers['cowrite-signature']).toBe(`v1=${signature}`)
  })

  it('[AC9] is also put for who has no token, and its answer holds', async () => {
    backend.answer = ({ body }) => (body.includes('"token":null') ? says({ user: { id: 'guest' }, role: 'read' })() : { status: 401 })
    expect((await join('')).notices).toMatchObject([{ role: 'read', user: { id: 'guest' } }])
  })

  it('[AC9] is put once in 10 s for one token and document, refusals included', async () => {
    await Promise.all([join(), join(), join()])
    expect(backend.asked.length).toBe(1)
    await join(undefined, 'other')
    expect(backend.asked.length).toBe(2)
    await world.pass(10_000)
    await join()
    expect(backend.asked.length).toBe(3)
    backend.answer = says({}, 403)
    for (let i = 0; i < 5; i++) expect((await join('bad')).closedWith).toBe(4403)
    expect(backend.asked.length).toBe(4)
  })

  it('[AC9] is not put for tokens signed with the secret', async () => {
    const peer = await join(tokenOf({ sub: 'boss' }, world.clock.date()))
    expect(peer.notices).toMatchObject([{ user: { id: 'boss' } }])
    expect(backend.asked).toEqual([])
  })
})

describe('the answer', () => {
  it.each([
    [401, 4401],
    [403, 4403],
  ])('[AC10] %s is final: %s', async (status, code) => {
    backend.answer = () => ({ status })
    expect((await join()).closedWith).toBe(code)
    expect(world.rooms.size).toBe(0)
  })

  it('[AC10] of the role none is a refusal', async () => {
    backend.answer = says({ ...ada, role: 'none' })
    expect((await join()).closedWith).toBe(4403)
  })

  it.each<[string, () => SmallAnswer]>([
    ['500', () => ({ status: 500 })],
    ['404', () => ({ status: 404 })],
    ['204', () => ({ status: 204 })],
    ['a redirect', () => ({ status: 307, headers: { location: 'http://127.0.0.1:1/' } })],
    ['no JSON', () => ({ body: 'ok' })],
    ['null', says(null)],
    ['a list', says([])],
    ['no user', says({ role: 'write' })],
    ['a user without an id', says({ user: {}, role: 'write' })],
    ['no role', says({ user: { id: 'u1' } })],
    ['an unknown role', says({ ...ada, role: 'owner' })],
    ['a time that is none', says({ ...ada, expiresIn: 'long' })],
    ['a negative time', says({ ...ada, expiresIn: -1 })],
    ['more than is read', () => ({ body: JSON.stringify({ ...ada, x: 'x'.repeat(70_000) }) })],
  ])('[AC10] of %s lets nobody in, and brings clients back (1013)', async (_what, answer) => {
    backend.answer = answer
    expect((await join()).closedWith).toBe(1013)
    expect(world.rooms.size).toBe(0)
    expect(JSON.stringify(world.log.lines)).not.toContain('a cookie')
    backend.answer = says(ada)
    expect((await join()).isConnected).toBe(true)
  })

  it('[AC10] that never comes is waited for 5 s; meanwhile nothing is loaded', async () => {
    backend.answer = () => ({ silent: true })
    const before = performance.now()
    const peer = await join()
    expect(performance.now() - before).toBeGreaterThan(4_000)
    expect(peer.closedWith).toBe(1013)
    expect(world.rooms.size).toBe(0)
  }, 10_000)

  it('[AC10] of a backend that is down brings clients back', async () => {
    await backend.stop()
    expect((await join()).closedWith).toBe(1013)
  })
})

describe('on an open connection', () => {
  it('[AC11] the backend is asked again when its answer is over, and what it says holds', async () => {
    backend.answer = says({ ...ada, expiresIn: 60 })
    const peer = await join()
    await world.pass(70_000)
    expect(backend.asked.length).toBe(2)
    expect(peer.isConnected).toBe(true)
    backend.answer = says({ ...ada, role: 'read', expiresIn: 60 })
    await world.pass(70_000)
    expect(peer.notices.at(-1)).toMatchObject({ role: 'read' })
    backend.answer = says({}, 403)
    await world.pass(70_000)
    expect(peer.closedWith).toBe(4403)
  })

  it('[AC11] a backend that is down sends nobody away for a minute, and then for a while (1013)', async () => {
    backend.answer = says({ ...ada, expiresIn: 60 })
    const peer = await join()
    backend.answer = () => ({ status: 503 })
    await world.pass(100_000)
    expect(peer.isConnected).toBe(true)
    backend.answer = says({ ...ada, expiresIn: 60 })
    await world.pass(60_000)
    expect(peer.isConnected).toBe(true)
    backend.answer = () => ({ status: 503 })
    await world.pass(140_000)
    expect(peer.closedWith).toBe(1013)
  })

  it('[AC11] another user behind the same token is sent away', async () => {
    backend.answer = says({ ...ada, expiresIn: 60 })
    const peer = await join()
    backend.answer = says({ user: { id: 'u2' }, role: 'write' })
    await world.pass(70_000)
    expect(peer.closedWith).toBe(4401)
  })

  it('[AC11] a new token is asked about at once', async () => {
    const peer = await join()
    backend.answer = says({ ...ada, role: 'comment' })
    peer.send(encodeToken('new'))
    await world.settle()
    expect(peer.notices.at(-1)).toMatchObject({ role: 'comment' })
  })
})
