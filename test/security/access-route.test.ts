/**
 * Rule AC32: taking rights away over HTTP, on a real server.
 */
import { describe, expect, it } from 'vitest'
import { PATIENCE } from '../support/patience.js'
import { Opcode, RawSocket } from '../support/raw-socket.js'
import { useServers } from '../support/running-server.js'
import { SECRET, tokenOf } from '../support/tokens.js'
import { arriveWith } from './support.js'

const start = useServers()
const admin = tokenOf({ sub: 'boss', rights: [{ prefix: 'team/', role: 'admin' }, { prefix: '', role: 'write' }] })

const ask = (url: string, body: unknown, token = admin, path = '/api/documents/team/notes/access'): Promise<Response> =>
  fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

/** Reads until the server closes. @returns the code, and how long that took from now, in milliseconds */
async function closing(raw: RawSocket): Promise<{ code: number; ms: number }> {
  const before = performance.now()
  for (;;) {
    const { opcode, payload } = await raw.nextFrame()
    if (opcode === Opcode.close) return { code: payload.readUInt16BE(0), ms: performance.now() - before }
  }
}

describe('POST /api/documents/<name>/access', () => {
  it.each([['a kick', { user: 'ada', kick: true }], ['the role none', { user: 'ada', role: 'none' }]])('[AC32] with %s closes the user\'s connections within a second', async (_what, body) => {
    const { url, port } = await start({ secret: SECRET })
    const raw = await RawSocket.shakeHands(port, '/team/notes', { Authorization: `Bearer ${tokenOf({ sub: 'ada' })}` })
    await raw.nextFrame()
    const ended = closing(raw)
    const response = await ask(url, body)
    expect([response.status, await response.json()]).toEqual([200, { user: 'ada', role: 'none' }])
    const { code, ms } = await ended
    expect(code).toBe(4403)
    expect(ms).toBeLessThan(1_000 * PATIENCE)
    expect(await arriveWith(port, tokenOf({ sub: 'ada', iat: Math.floor(Date.now() / 1000) - 5 }), '/team/notes')).toBe(4403)
    expect(await arriveWith(port, tokenOf({ sub: 'bob' }), '/team/notes')).toBe('step1')
  })

  it.each(['/api/documents/team%2Fnotes/access', '/api/documents/team/notes/access/', '/api/documents/team/notes/access?x=1'])('[AC32] takes the name as %s', async (path) => {
    const { url, port } = await start({ secret: SECRET })
    expect((await ask(url, { user: 'ada', role: 'none' }, admin, path)).status).toBe(200)
    expect(await arriveWith(port, tokenOf({ sub: 'ada' }), '/team/notes')).toBe(4403)
  })

  it.each([
    ['without a token', { user: 'ada', kick: true }, '', '/api/documents/team/notes/access', 401, 'unauthenticated'],
    ['with a bad token', { user: 'ada', kick: true }, 'x.y.z', '/api/documents/team/notes/access', 401, 'unauthenticated'],
    ['with the role write', { user: 'ada', kick: true }, tokenOf(), '/api/documents/team/notes/access', 403, 'forbidden'],
    ['for a document beyond', { user: 'ada', kick: true }, admin, '/api/documents/other/access', 403, 'forbidden'],
    ['without a user', { kick: true }, admin, '/api/documents/team/notes/access', 400, 'malformed'],
    ['with a user that is no text', { user: 7, kick: true }, admin, '/api/documents/team/notes/access', 400, 'malformed'],
    ['with neither', { user: 'ada' }, admin, '/api/documents/team/notes/access', 400, 'malformed'],
    ['with both', { user: 'ada', role: 'read', kick: true }, admin, '/api/documents/team/notes/access', 400, 'malformed'],
    ['with an unknown role', { user: 'ada', role: 'owner' }, admin, '/api/documents/team/notes/access', 400, 'malformed'],
    ['with no JSON', '{"user":', admin, '/api/documents/team/notes/access', 400, 'malformed'],
    ['with a list', [], admin, '/api/documents/team/notes/access', 400, 'malformed'],
    ['with too much', JSON.stringify({ user: 'x'.repeat(5_000), kick: true }), admin, '/api/documents/team/notes/access', 413, 'too-large'],
    ['with a name that is none', { user: 'ada', kick: true }, admin, `/api/documents/${'n'.repeat(513)}/access`, 400, 'bad-name'],
  ])('[AC32] %s is refused and changes nothing', async (_what, body, token, path, status, error) => {
    const { url, port } = await start({ secret: SECRET })
    const response = await ask(url, body, token, path)
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([status, error])
    expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null)
    expect(await arriveWith(port, tokenOf({ sub: 'ada' }), '/team/notes')).toBe('step1')
  })

  it('[AC32] is refused where nobody logs in', async () => {
    const { url } = await start()
    expect((await ask(url, { user: 'ada', kick: true })).status).toBe(403)
  })
})
