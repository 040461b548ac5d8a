/**
 * Rule AC36: sending a user away from all documents at once, on a real server; and AC33 for it.
 */
import { afterEach, describe, expect, it } from 'vitest'
import { PATIENCE } from '../support/patience.js'
import { Opcode, RawSocket } from '../support/raw-socket.js'
import { useServers } from '../support/running-server.js'
import { newDirectory, removeDirectory, runCowrite } from '../support/server-process.js'
import { useSmallHttp } from '../support/small-http.js'
import { SECRET, tokenOf } from '../support/tokens.js'
import { arriveWith } from './support.js'

const start = useServers()
const startBackend = useSmallHttp()
const seconds = (): number => Math.floor(Date.now() / 1000)
const boss = tokenOf({ sub: 'boss', rights: [{ prefix: '', role: 'admin' }] })

const kick = (url: string, body: unknown = { user: 'ada', kick: true }, token = boss): Promise<Response> =>
  fetch(`${url}/api/access`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: JSON.stringify(body) })

const codeAt = async (raw: RawSocket): Promise<number> => {
  for (;;) {
    const { opcode, payload } = await raw.nextFrame()
    if (opcode === Opcode.close) return payload.readUInt16BE(0)
  }
}

describe('POST /api/access', () => {
  it('[AC36] closes all connections of the user within a second, and lets no older token in anywhere', { retry: 2 }, async () => {
    const { url, port } = await start({ secret: SECRET })
    const older = tokenOf({ sub: 'ada', iat: seconds() - 5 })
    const raws = await Promise.all(['/story', '/team/notes', '/x'].map((path) => RawSocket.shakeHands(port, path, { Authorization: `Bearer ${older}` })))
    const other = await RawSocket.shakeHands(port, '/story', { Authorization: `Bearer ${tokenOf({ sub: 'bob' })}` })
    await Promise.all([...raws, other].map((raw) => raw.nextFrame()))
    const before = performance.now()
    const [response, ...codes] = await Promise.all([kick(url), ...raws.map(codeAt)])
    expect(performance.now() - before).toBeLessThan(1_000 * PATIENCE)
    expect([response.status, await response.json()]).toEqual([200, { user: 'ada', role: 'none' }])
    expect(codes).toEqual([4403, 4403, 4403])
    for (const path of ['/story', '/never/opened']) expect(await arriveWith(port, older, path)).toBe(4403)
    expect(await arriveWith(port, tokenOf({ sub: 'ada', iat: seconds() + 2 }), '/story')).toBe('step1')
    other.end()
  })

  it('[AC36] what is set for one document afterwards holds there, what was set before does not', async () => {
    const { url, port } = await start({ secret: SECRET })
    const allow = (document: string): Promise<Response> =>
      fetch(`${url}/api/documents/${document}/access`, { method: 'POST', headers: { authorization: `Bearer ${boss}` }, body: '{"user":"ada","role":"read"}' })
    const older = tokenOf({ sub: 'ada', iat: seconds() - 5 })
    await allow('before')
    await kick(url)
    await expect.poll(async () => {
      await allow('after')
      return arriveWith(port, older, '/after')
    }).toBe('step1')
    expect(await arriveWith(port, older, '/before')).toBe(4403)
  })

  it.each([
    ['without a token', undefined, '', 401, 'unauthenticated'],
    ['with the role write everywhere', undefined, tokenOf(), 403, 'forbidden'],
    ['with admin in one document', undefined, tokenOf({ doc: 'story', role: 'admin' }), 403, 'forbidden'],
    ['with admin below a prefix', undefined, tokenOf({ rights: [{ prefix: 'team/', role: 'admin' }] }), 403, 'forbidden'],
    ['with admin in all but one', undefined, tokenOf({ rights: [{ document: 'hr', role: 'none' }, { prefix: '', role: 'admin' }] }), 403, 'forbidden'],
    ['with admin in all names without a slash', undefined, tokenOf({ rights: [{ glob: '*', role: 'admin' }] }), 403, 'forbidden'],
    ['with a role', { user: 'ada', role: 'read' }, boss, 400, 'malformed'],
    ['without a user', { kick: true }, boss, 400, 'malformed'],
  ])('[AC36] %s is refused and changes nothing', async (_what, body, token, status, error) => {
    const { url, port } = await start({ secret: SECRET })
    const response = await kick(url, body, token)
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([status, error])
    expect(await arriveWith(port, tokenOf({ sub: 'ada' }))).toBe('step1')
  })

  it('[AC36] whose own rights were taken back sends nobody away', async () => {
    const { url } = await start({ secret: SECRET })
    const second = tokenOf({ sub: 'second', rights: [{ glob: '**', role: 'admin' }] })
    await fetch(`${url}/api/documents/story/access`, { method: 'POST', headers: { authorization: `Bearer ${boss}` }, body: '{"user":"second","role":"write"}' })
    expect((await kick(url, undefined, second)).status).toBe(403)
    expect((await kick(url)).status).toBe(200)
  })

  it('[AC36] is refused where nobody logs in; where a backend is asked, it is for tokens of the secret alone', async () => {
    expect((await kick((await start()).url)).status).toBe(403)
    const backend = await startBackend(() => ({ body: JSON.stringify({ user: { id: 'boss' }, role: 'admin' }) }))
    const { url } = await start({ secret: SECRET, authorizeUrl: backend.url })
    expect((await kick(url, undefined, 'a cookie of the boss')).status).toBe(401)
    expect(backend.asked).toEqual([])
    expect((await kick(url)).status).toBe(200)
  })
})

describe('what was taken back', () => {
  let directories: string[] = []
  afterEach(async () => {
    await Promise.all(directories.map(removeDirectory))
    directories = []
  })

  it('[AC33] [AC36] stays so over a restart, and when an older backup takes the place of the documents', async () => {
    const data = await newDirectory()
    const backup = await newDirectory()
    directories = [data, backup]
    const settings = { secret: SECRET, ephemeral: false, data }
    const older = tokenOf({ sub: 'ada', iat: seconds() - 5 })
    const isOut = async (): Promise<void> => {
      const server = await start(settings)
      expect(await arriveWith(server.port, older, '/story')).toBe(4403)
      expect(await arriveWith(server.port, tokenOf({ sub: 'bob' }), '/story')).toBe('step1')
      await server.close()
    }
    await (await start(settings)).close()
    expect((await runCowrite(['backup', backup, '--data', data])).code).toBe(0)
    const first = await start(settings)
    await kick(first.url)
    await first.close()
    await isOut()
    const { code, stderr } = await runCowrite(['restore', backup, '--data', data, '--force'])
    expect([code, stderr]).toEqual([0, ''])
    await isOut()
  })
})
