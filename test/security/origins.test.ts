/**
 * Rules OR: which web pages may use the server, over upgrades, REST and frames.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { embeddable, isOriginPattern, originAllowed, securityHeaders, type Settings } from '@cowrite/server'
import { afterEach, describe, expect, it } from 'vitest'
import { RawSocket } from '../support/raw-socket.js'
import { useServers } from '../support/running-server.js'
import { SECRET, tokenOf } from '../support/tokens.js'

const start = useServers()
const LISTED = ['https://app.example', 'https://*.example.org', 'http://*.example.net:8080', 'https://*.localhost.example:8443']

const ask = async (port: number, path: string, headers: Record<string, string | undefined>): Promise<Awaited<ReturnType<RawSocket['request']>>> => {
  const raw = await RawSocket.open(port)
  const answer = await raw.request(path, headers)
  raw.end()
  return answer
}
const upgrade = async (port: number, headers: Record<string, string | undefined>): Promise<number> => (await ask(port, '/doc', headers)).status
const get = (port: number, path: string, headers: Record<string, string>) => ask(port, path, { Upgrade: undefined, Connection: 'close', ...headers })

const ALLOWED = ['https://app.example', 'https://a.example.org', 'https://b.a.example.org', 'https://xn--bcher-kva.example.org', 'http://a.example.net:8080', 'https://x.localhost.example:8443']
const FOREIGN = [
  'https://example.org', 'https://evil-example.org', 'https://example.org.evil.example', 'https://a.example.org.evil.example', 'https://a.example.org:8443',
  'http://a.example.org', 'https://.example.org', 'https://a.example.org.', 'https://A.example.org', 'https://evil.example#.example.org', 'https://evil.example/.example.org',
  'https://evil.example\\.example.org', 'https://evil.example?.example.org', 'https://evil.example@a.example.org', 'https://a.example.org/', ' https://a.example.org x',
  'http://a.example.net', 'https://x.localhost.example', 'https://app.example:443', 'https://app.example, https://app.example', 'wss://app.example', 'null', '', 'undefined', '*', 'https://*.example.com',
]

describe('the list', () => {
  it.each(['*', 'https://app.example.com', 'http://localhost:5173', 'http://[::1]:8080', 'https://*.example.com', 'https://*.example.com:8443', 'http://*.a.localhost'])('[OR2] may hold %s', (text) => {
    expect(isOriginPattern(text)).toBe(true)
  })

  it.each([
    'https://*', 'https://*.com', 'https://*.com.', 'https://*.localhost', 'https://*example.com', 'https://a.*.example.com', 'https://*.*.example.com', 'https://example.*', 'https://*.1.2.3.4', '*.example.com',
    'https://*.example.com/', 'https://*.example.com:443', 'https://*.example.com:*', 'https://*.EXAMPLE.com', 'https://*.b\u00fccher.example', 'https://a.example;script-src', 'https://a.example\'', 'null', 'file://', 'https://u@a.example',
  ])('[OR2] may not hold %s', (text) => {
    expect(isOriginPattern(text)).toBe(false)
  })

  it('[OR2] stands for names below, and for nothing that looks like one', () => {
    const isLetIn = (origin: string): boolean => originAllowed({ origin, host: 'docs.example' }, LISTED, false)
    expect(ALLOWED.filter((origin) => !isLetIn(origin))).toEqual([])
    expect(FOREIGN.filter(isLetIn)).toEqual([])
  })
})

describe.each<[string, Partial<Settings>, string, string[], string[]]>([
  ['on loopback', {}, '127.0.0.1', ['http://localhost:5173', 'http://127.0.0.1:8080'], ['https://docs.example']],
  ['beyond it', { host: '0.0.0.0', auth: 'none' }, 'docs.example:1234', ['https://docs.example:1234', 'http://docs.example:1234'], ['http://localhost:5173', 'https://docs.example']],
])('a server %s', (_where, settings, Host, own, others) => {
  it('[OR1] [HS5] takes upgrades from its own pages and those of the list', async () => {
    const { port } = await start({ ...settings, origins: LISTED })
    const statuses = async (origins: string[]): Promise<number[]> => [...new Set(await Promise.all(origins.map((Origin) => upgrade(port, { Host, Origin }))))]
    expect(await statuses([...own, ...ALLOWED])).toEqual([101])
    expect(await statuses([...others, ...FOREIGN])).toEqual([403])
    expect(await upgrade(port, { Host, Origin: 'https://app.example\r\nOrigin: https://evil.example' })).toBe(403)
    expect(await upgrade(port, { Host })).toBe(101)
  })

  it('[OR1] [OR3] answers REST to them alone, preflights included, and says so to caches', async () => {
    const { port, url } = await start({ ...settings, origins: LISTED })
    for (const path of ['/api/files?doc=x', '/api/documents/x/access', '/api/nothing', `/files/${'0'.repeat(64)}`]) {
      const refused = await get(port, path, { Host, Origin: 'https://evil-example.org' })
      expect([refused.status, refused.headers.get('access-control-allow-origin'), refused.headers.get('vary')], path).toEqual([403, undefined, 'Origin'])
      const letIn = await get(port, path, { Host, Origin: 'https://a.example.org' })
      expect([letIn.status, letIn.headers.get('access-control-allow-origin'), letIn.headers.get('vary')], path).toEqual([404, 'https://a.example.org', 'Origin'])
      expect(letIn.headers.get('access-control-allow-credentials')).toBeUndefined()
      const program = await get(port, path, { Host })
      expect([program.status, program.headers.get('vary')], path).toEqual([404, 'Origin'])
      const preflight = (origin: string): Promise<Response> =>
        fetch(url + path, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' } })
      expect((await preflight('https://evil-example.org')).status, path).toBe(403)
      const asked = await preflight('https://a.example.org')
      expect([asked.status, asked.headers.get('access-control-allow-origin'), asked.headers.get('vary')], path).toEqual([204, 'https://a.example.org', 'Origin'])
      expect(asked.headers.get('access-control-allow-headers')).toContain('Authorization')
      expect(asked.headers.get('access-control-allow-methods')).toContain('POST')
    }
  })
})

it('[OR3] a page of a foreign origin changes nothing, with a login neither', async () => {
  const { url } = await start({ secret: SECRET })
  const boss = tokenOf({ sub: 'boss', doc: 'x', role: 'admin' })
  const kick = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${url}/api/documents/x/access`, { method: 'POST', headers: { authorization: `Bearer ${boss}`, ...headers }, body: '{"user":"ada","kick":true}' })
  expect((await kick({ origin: 'https://evil.example' })).status).toBe(403)
  expect((await kick({})).status).toBe(200)
})

it('[OR4] a foreign name that resolves to this machine gets nothing where nobody logs in', async () => {
  const open = await start()
  const statusOf = async (port: number, Host: string): Promise<number> => (await get(port, '/api/nothing', { Host })).status
  for (const Host of ['evil.example', `evil.example:${open.port}`, 'localhost.evil.example', '127.0.0.1.evil.example', '']) expect(await statusOf(open.port, Host), Host).toBe(403)
  for (const Host of ['localhost', `127.0.0.1:${open.port}`, `[::1]:${open.port}`, 'docs.localhost']) expect(await statusOf(open.port, Host), Host).toBe(404)
  const listed = await start({ origins: ['https://docs.example', 'https://*.example.org'] })
  for (const Host of ['docs.example', 'a.example.org']) expect(await statusOf(listed.port, Host), Host).toBe(404)
  // Behind a proxy, with a login: nobody gets anything by being there.
  expect(await statusOf((await start({ secret: SECRET })).port, 'docs.example')).toBe(404)
})

describe('frames', () => {
  const running: ReturnType<typeof createServer>[] = []
  afterEach(() => running.splice(0).forEach((server) => server.close()))

  const policyOf = async (options: Parameters<typeof embeddable>[0]): Promise<[string, string | null]> => {
    const server = createServer((request, response) => securityHeaders(request, response, () => embeddable(options)(request, response, () => response.end())))
    running.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { headers } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    return [headers.get('content-security-policy') ?? '', headers.get('x-frame-options')]
  }

  it('[OR5] a page that is made to be embedded names the list, and nothing else of its policy changes', async () => {
    const [policy, old] = await policyOf({ origins: LISTED, loopbackOnly: false })
    expect(policy).toContain("frame-ancestors 'self' https://app.example https://*.example.org http://*.example.net:8080 https://*.localhost.example:8443")
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(old).toBeNull()
    expect((await policyOf({ origins: [], loopbackOnly: false }))[0]).toMatch(/frame-ancestors 'self'(;|$)/)
    expect((await policyOf({ origins: ['*'], loopbackOnly: true }))[0]).toMatch(/frame-ancestors \*(;|$)/)
    expect((await policyOf({ origins: [], loopbackOnly: true }))[0]).toContain("frame-ancestors 'self' http://localhost:* ")
  })

  it.each(['/', '/d/x', '/livez', '/api/nothing', '/nothing', '/assets/editor-0a1b2c.js'])('[OR5] %s cannot be framed', async (path) => {
    const { url } = await start({ origins: ['*'] })
    const { headers } = await fetch(url + path)
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-frame-options')).toBe('DENY')
  })
})
