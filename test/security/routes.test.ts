/**
 * Lines TM1, TM15 and TM21 of docs/security.md: every route, with every role, and what a refusal says.
 */
import { MemoryStorage } from '@cowrite/persistence'
import { FaultyStorage } from '@cowrite/persistence/contract'
import { encodeUpdate, REFUSALS, ROLES } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { read, sourceFiles } from '../architecture/sources.js'
import { RawSocket } from '../support/raw-socket.js'
import { useServers } from '../support/running-server.js'
import { SECRET, tokenOf } from '../support/tokens.js'
import { arrive } from './support.js'

const start = useServers()

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

interface Route {
  /** Where it is made, and how it begins there. */
  readonly source: string
  /** As docs/security.md names it. */
  readonly row: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string | Uint8Array<ArrayBuffer>
  /** What somebody gets who may. */
  readonly status: number
}

const ROUTES: readonly Route[] = [
  { source: "server/src/http.ts app.get('/livez'", row: 'GET /livez', method: 'GET', path: '/livez', status: 200 },
  { source: "server/src/http.ts app.get('/readyz'", row: 'GET /readyz', method: 'GET', path: '/readyz', status: 200 },
  { source: "server/src/http.ts app.get('/'", row: 'GET /', method: 'GET', path: '/', status: 200 },
  { source: 'server/src/http.ts app.get(/^\\/d\\//', row: 'GET /d/<name>', method: 'GET', path: '/d/story', status: 200 },
  { source: 'server/src/http.ts app.get(/^\\/embed\\//', row: 'GET /embed/<name>', method: 'GET', path: '/embed/story', status: 200 },
  { source: "server/src/http.ts app.get('/api/embed'", row: 'GET /api/embed?parent=<origin>', method: 'GET', path: '/api/embed?parent=http://localhost:5173', status: 204 },
  { source: "server/src/files.ts router.get('/files/:hash'", row: 'GET /files/<hash>', method: 'GET', path: `/files/${'0'.repeat(64)}`, status: 404 },
  { source: "server/src/files.ts router.post('/api/files'", row: 'POST /api/files?doc=<name>', method: 'POST', path: '/api/files?doc=story', body: PNG, status: 201 },
  { source: 'server/src/state-route.ts router.get(PATH', row: 'GET /api/documents/<name>/state', method: 'GET', path: '/api/documents/story/state', status: 200 },
  { source: 'server/src/restore-points.ts router.get(PATH', row: 'GET /api/documents/<name>/restore-points', method: 'GET', path: '/api/documents/story/restore-points', status: 200 },
  { source: 'server/src/restore-points.ts router.post(PATH', row: 'POST /api/documents/<name>/restore-points', method: 'POST', path: '/api/documents/story/restore-points', status: 201 },
  { source: 'server/src/restore-points.ts router.post(RESTORE_PATH', row: 'POST /api/documents/<name>/restore-points/<id>/restore', method: 'POST', path: '/api/documents/story/restore-points/9/restore', status: 404 },
  { source: 'server/src/access/access-route.ts router.post(PATH', row: 'POST /api/documents/<name>/access', method: 'POST', path: '/api/documents/story/access', body: '{"user":"nobody","kick":true}', status: 200 },
  { source: "server/src/access/access-route.ts router.post('/api/access'", row: 'POST /api/access', method: 'POST', path: '/api/access', body: '{"user":"nobody","kick":true}', status: 200 },
]

/** The table of the page: what each route needs. */
const NEEDS = new Map([...read('docs/security.md').matchAll(/^\| `((?:GET|POST|PUT|PATCH|DELETE) [^`]+)` \| (.+?) \|$/gm)].map(([, row = '', needs = '']) => [row, needs.replaceAll('`', '')]))

const ask = ({ method, path, body }: Route, url: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url + path, { method, headers, ...(body !== undefined && { body }) })

describe('the routes', () => {
  it('[TM1] are those of the page and of the sources, all of them', () => {
    const made = sourceFiles('server/src').flatMap(({ path, text }) =>
      [...text.matchAll(/\b(?:app|router|\w*[rR]oute\w*)\.(?:get|post|put|patch|delete|all|options|head)\((?:'[^']*'|\/(?:\\.|[^/\\])+\/|[A-Z_]+)/g)].map(([call]) => `${path} ${call}`))
    expect(made.toSorted()).toEqual(ROUTES.map(({ source }) => source).toSorted())
    expect([...NEEDS.keys()].toSorted()).toEqual(ROUTES.map(({ row }) => row).toSorted())
  })

  it.each(ROUTES)('[TM1] $row takes who has the role of the page, in this document, and nobody else', async (route) => {
    const { url, port } = await start({ secret: SECRET })
    const writer = await RawSocket.shakeHands(port, '/story', { Authorization: `Bearer ${tokenOf()}` })
    const doc = new Y.Doc()
    doc.getText('text').insert(0, 'once')
    writer.send(encodeUpdate(Y.encodeStateAsUpdate(doc)))
    await expect.poll(async () => (await fetch(`${url}/api/documents/story/restore-points`, { method: 'POST', headers: { authorization: `Bearer ${tokenOf()}` } })).status).toBe(201)

    const needs = NEEDS.get(route.row) ?? ''
    const statusWith = async (claims?: Parameters<typeof tokenOf>[0]): Promise<number> =>
      (await ask(route, url, claims && { authorization: `Bearer ${tokenOf({ sub: 'ada', ...claims })}` })).status
    const isFree = needs === 'nothing' || needs === 'the hash'
    expect(await statusWith()).toBe(isFree ? route.status : 401)
    expect(await statusWith({ exp: Math.floor(Date.now() / 1000) - 60 })).toBe(isFree ? route.status : 401)
    const least = needs === 'admin everywhere' ? 'admin' : needs
    for (const role of ROLES) {
      const isEnough = isFree || ROLES.indexOf(role) >= ROLES.indexOf(least as typeof role)
      const here = needs === 'admin everywhere' ? { rights: [{ prefix: '', role }] } : { rights: [{ document: 'story', role }] }
      expect(await statusWith(here), role).toBe(isEnough ? route.status : 403)
      // The same elsewhere counts for nothing.
      expect(await statusWith({ rights: [{ document: 'story/', role }, { document: 'Story', role }, { prefix: 'story/', role }] }), `${role} elsewhere`).toBe(isFree ? route.status : 403)
    }
    if (!isFree) expect(ROLES).toContain(least)
    writer.end()
  })

  it('[TM21] nothing that a browser sends by itself is a login', async () => {
    const { url, port } = await start({ secret: SECRET })
    const boss = tokenOf({ rights: [{ prefix: '', role: 'admin' }] })
    const ofBrowsers: Record<string, string>[] = [
      { cookie: `token=${boss}; authorization=Bearer ${boss}; cowrite=${boss}` },
      { authorization: `Basic ${Buffer.from(`${boss}:${boss}`).toString('base64')}` },
      { referer: `https://app.example/?token=${boss}` },
    ]
    for (const headers of ofBrowsers) {
      for (const route of ROUTES.filter(({ row }) => row.includes('/api/') && NEEDS.get(row) !== 'nothing')) expect((await ask(route, url, headers)).status, route.row).toBe(401)
      expect(await arrive(port, '/story', headers)).toBe(4401)
    }
  })
})

describe('what a refusal says', () => {
  it('[TM15] is a line of the table, whatever went wrong', async () => {
    const texts = new Map(Object.entries(REFUSALS).map(([code, { text }]) => [code, text]))
    const storage = new FaultyStorage(new MemoryStorage(), () => ({ kind: 'fail' }))
    const servers = [await start({ secret: SECRET }), await start({}, { storage }), await start({ ephemeral: false, data: '/dev/null/no' }, { storage: new MemoryStorage() })]
    const secretPath = '/etc/secret-name'
    const tokens = [undefined, 'x.y.z', tokenOf({ exp: 1 }), tokenOf({ doc: secretPath, role: 'read' }), tokenOf({ rights: [{ prefix: '', role: 'admin' }] })]
    const seen = new Set<string>()
    for (const { url } of servers) {
      for (const token of tokens) {
        const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
        const asked = ROUTES.filter(({ row }) => row.includes('/api/') || row.includes('/files/'))
        const odd: Pick<Route, 'method' | 'path' | 'body'>[] = [
          { method: 'POST', path: `/api/documents/${encodeURIComponent(secretPath)}/access`, body: '{"user":' },
          { method: 'GET', path: '/api/documents/%ff/restore-points' }, { method: 'GET', path: '/files/..%2f..%2fetc' }, { method: 'GET', path: '/d/%ff' },
          { method: 'POST', path: '/api/files?doc=story', body: 'no picture' },
        ]
        for (const route of [...asked, ...odd]) {
          const response = await ask(route as Route, url, authorization)
          if (response.status < 400) continue
          const text = await response.text()
          const { error, message, ...more } = JSON.parse(text) as { error: string; message: string }
          expect([message, more], `${route.method} ${route.path}`).toEqual([texts.get(error), {}])
          seen.add(error)
        }
      }
    }
    expect([...seen]).toEqual(expect.arrayContaining(['unauthenticated', 'forbidden', 'malformed', 'bad-name', 'not-found', 'storage-down', 'unsupported-file']))
  })
})
