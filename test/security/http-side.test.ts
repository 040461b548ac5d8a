/**
 * Rules HT5 to HT8: what comes in over HTTP can neither climb out, nor grow, nor pollute, nor stall; and what goes out can run nothing.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { globMatches } from '@cowrite/server'
import { describe, expect, it } from 'vitest'
import { root, sourceFiles } from '../architecture/sources.js'
import { cpuTimeOf } from '../support/cpu-time.js'
import { RawSocket } from '../support/raw-socket.js'
import { useServers } from '../support/running-server.js'
import { SECRET, tokenOf } from '../support/tokens.js'

const start = useServers()
const boss = tokenOf({ sub: 'boss', rights: [{ prefix: '', role: 'admin' }] })

const get = async (port: number, path: string): Promise<Awaited<ReturnType<RawSocket['request']>>> => {
  // Not fetch: it would tidy the path.
  const raw = await RawSocket.open(port)
  const answer = await raw.request(path, { Upgrade: undefined, Connection: 'close' })
  raw.end()
  return answer
}

describe('a JSON body', () => {
  const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
  it.each([
    ['nested 65 levels deep', `{"user":"ada","kick":true,"x":${nested(64)}}`, 400, 'malformed'],
    ['nested as deep as it can be', nested(2_000), 400, 'malformed'],
    ['with __proto__', '{"user":"ada","kick":true,"__proto__":{"polluted":1}}', 400, 'malformed'],
    ['with __proto__ written otherwise', '{"user":"ada","kick":true,"\\u005f_proto__":{"polluted":1}}', 400, 'malformed'],
    ['with __proto__ within', '{"user":"ada","kick":true,"x":[{"__proto__":null}]}', 400, 'malformed'],
    ['that is too long', `{"user":"ada","kick":true,"x":"${'x'.repeat(5_000)}"}`, 413, 'too-large'],
    ['that is no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400, 'malformed'],
    ['that is none', '{', 400, 'malformed'],
    ['of nothing', '', 400, 'malformed'],
  ])('[HT5] %s is refused, and nothing is changed', async (_what, body, status, error) => {
    const { url, port } = await start({ secret: SECRET })
    const response = await fetch(`${url}/api/documents/story/access`, { method: 'POST', headers: { authorization: `Bearer ${boss}` }, body })
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([status, error])
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    const raw = await RawSocket.shakeHands(port, '/story', { Authorization: `Bearer ${tokenOf({ sub: 'ada' })}` })
    raw.end()
  })

  it('[HT5] may be 64 levels deep, name its type or not, and hold names like `constructor`', async () => {
    const { url } = await start({ secret: SECRET })
    for (const type of ['application/json', 'text/plain', undefined]) {
      const response = await fetch(`${url}/api/documents/story/access`, {
        method: 'POST',
        headers: { authorization: `Bearer ${boss}`, ...(type && { 'content-type': type }) },
        body: `{"user":"constructor","kick":true,"constructor":{"prototype":1},"x":${nested(63)}}`,
      })
      expect(await response.json()).toEqual({ user: 'constructor', role: 'none' })
    }
  })

  it('[HT5] that comes compressed counts by what it is then', async () => {
    const { url } = await start({ secret: SECRET })
    const bomb = new Blob([`{"x":"${'x'.repeat(1_000_000)}"}`]).stream().pipeThrough(new CompressionStream('gzip'))
    const body = await new Response(bomb).arrayBuffer()
    expect(body.byteLength).toBeLessThan(4_096)
    const response = await fetch(`${url}/api/documents/story/access`, { method: 'POST', headers: { authorization: `Bearer ${boss}`, 'content-encoding': 'gzip' }, body })
    expect(response.status).toBe(413)
  })
})

describe('a path', () => {
  const secret = '{\n  "name"'
  it.each([
    '/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/..%5cpackage.json', '/assets/../../package.json', '/assets/%2e%2e/%2e%2e/package.json', '/assets/..%2f..%2f..%2fpackage.json',
    '/assets//etc/passwd', '//etc/passwd', '/assets/%00', '/assets/editor-0a1b2c.js%00.html', '/.git/config', '/assets/.env', '/files/../../package.json', '/files/..%2f..%2fpackage.json', '/files/%00',
    `/files/${'0'.repeat(63)}%2f`, `/files/${'A'.repeat(64)}`, '/files/', '/files', '/api/documents/../../etc/access', '/C:/Windows/win.ini', '/d/../../package.json\\', '/cowrite-editor.js/../../package.json',
  ])('[HT6] %s leads to no file', async (path) => {
    const { port } = await start()
    const { status, body, headers } = await get(port, path)
    expect(body).not.toContain(secret)
    expect(body).not.toContain('root:')
    if (status === 200) expect(body).toBe('<!doctype html><title>the editor</title>')
    else expect([400, 403, 404]).toContain(status)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it.each(['../../x', '..', '.', 'a/../../b', '%2e%2e%2fx', 'C:\\x', '__proto__', 'constructor', 'hasOwnProperty', 'x\u0000y', '/', 'CON', '\u202e\ud83d\ude00'])(
    '[HT6] a document may be called %j, and leaves nothing outside its database', async (name) => {
      const { url, port } = await start({ secret: SECRET })
      const response = await fetch(`${url}/api/documents/${encodeURIComponent(name)}/restore-points`, { headers: { authorization: `Bearer ${boss}` } })
      // Where a path is tidied on its way, what is left names another document, or no route.
      expect([200, 404]).toContain(response.status)
      const raw = await RawSocket.shakeHands(port, `/${encodeURIComponent(name)}`, { Authorization: `Bearer ${boss}` })
      expect((await raw.nextFrame()).payload.length).toBeGreaterThan(0)
      raw.end()
    })
})

describe('the pages', () => {
  const folder = join(root, 'editor/dist/page')
  const pages = readdirSync(folder).filter((name) => name.endsWith('.html'))

  it('[HT7] hold no script, style, handler or address that the policy forbids, so that it costs nothing', () => {
    expect(pages.length).toBeGreaterThanOrEqual(2)
    for (const name of pages) {
      const html = readFileSync(join(folder, name), 'utf8')
      for (const [, attributes = '', content = ''] of html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)) {
        expect(attributes, name).toMatch(/\ssrc="\/assets\//)
        expect(content.trim(), name).toBe('')
      }
      expect(html, name).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:|<base|<iframe|<object/i)
      expect(html.match(/(?:src|href)="(?!\/assets\/|data:)[^"]*"/g) ?? [], name).toEqual([])
    }
  })

  it.each(['/', '/d/x', '/api/nothing', '/nothing', '/livez'])('[HT4] %s has the other headers, too', async (path) => {
    const { url } = await start()
    const { headers } = await fetch(url + path)
    expect(Object.fromEntries(['cross-origin-opener-policy', 'cross-origin-resource-policy', 'origin-agent-cluster', 'permissions-policy', 'x-dns-prefetch-control'].map((name) => [name, headers.get(name)]))).toEqual({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'origin-agent-cluster': '?1',
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
      'x-dns-prefetch-control': 'off',
    })
  })

  it('[HT4] what other pages use may be used by them', async () => {
    const { url } = await start()
    for (const path of ['/assets/editor-0a1b2c.js', `/files/${'0'.repeat(64)}`]) {
      expect((await fetch(url + path)).headers.get('cross-origin-resource-policy'), path).toBe('cross-origin')
    }
  })
})

describe('regular expressions', () => {
  const LITERAL = /(?<=[(=,:?!&|\s]|^)\/(?![*/\s])(?:\\.|\[(?:\\.|[^\]\n\\])*\]|[^/\n\\[])+\/[dgimsuvy]*(?=[).,;\s\]]|$)/gm
  const found = sourceFiles('server/src', 'protocol/src', 'editor/src/convert', 'editor/src/schema', 'editor/src/diff', 'editor/src/docx', 'editor/src/files').flatMap(({ path, text }) =>
    [...text.replaceAll(/^\s*(?:\*|\/\/|\/\*).*$/gm, '').matchAll(LITERAL)].map(([literal]) => ({ path, literal, expression: expressionOf(literal) })))
  // Those that compression-offer.ts puts together.
  const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
  const all = [...found, ...[`^${TOKEN}$`, `^(${TOKEN})(?:[ \\t]*=[ \\t]*(?:(${TOKEN})|"(${TOKEN})"))?$`].map((source) => ({ path: 'compression-offer.ts', literal: source, expression: new RegExp(source) }))]

  function expressionOf(literal: string): RegExp {
    const end = literal.lastIndexOf('/')
    return new RegExp(literal.slice(1, end), literal.slice(end + 1))
  }

  const LIMIT_MS = 150
  /** Expressions that go back and forth, and how long what they meet can be at most. */
  const BOUNDED: Readonly<Record<string, { length: number; because: string }>> = {
    'editor/src/files/formats.ts: /^[.\\s-]+|[.\\s-]+$/g': { length: 512, because: 'it is the name of a document' },
    'editor/src/convert/markdown-in.ts: /(\\\\*)\\$$/': { length: 50, because: 'it is a slice of 50' },
    'server/src/client-address.ts: /\\/.*$/': { length: 200, because: 'it is a setting of the operator' },
    'editor/src/convert/plain-dom.ts: /^([a-z][a-z0-9]*|\\*)?(.*)$/i': { length: 200, because: 'selectors are those of the schema' },
  }
  /** Longer than all headers of a request may be together. */
  const LENGTH = 20_000
  const PIECES = ['a', '0', ' ', '/', '*', '?', '%', '.', '-', '=', '"', '\\', '\t', '#', ';', ',', 'a=', 'a/', '%4', '/access', '/restore-points/1', 'a b', '127.', '\ud800', '\n', '\u00e9']
  const HEADS = ['', 'Bearer ', '/api/documents/', '#', '?', 'https://', '1-']
  const strings = PIECES.flatMap((piece) => HEADS.flatMap((head) => ['', '\n!'].map((tail) => head + piece.repeat(LENGTH / piece.length) + tail)))
  const timeOf = (expression: RegExp, string: string): number => cpuTimeOf(() => string.replace(expression, ''))

  it('[HT8] that meet what others wrote answer whatever comes at once', () => {
    expect(found.length).toBeGreaterThan(20)
    const slow = all.flatMap(({ path, literal, expression }) => {
      // Once more what seemed slow: it may have been compiled meanwhile.
      const length = BOUNDED[`${path}: ${literal}`]?.length ?? LENGTH
      const bad = strings.map((string) => string.slice(0, length)).find((string) => timeOf(expression, string) > LIMIT_MS && timeOf(expression, string) > LIMIT_MS)
      return bad === undefined ? [] : [`${path}: ${literal} at ${JSON.stringify(bad.slice(0, 20))}…`]
    })
    expect(slow).toEqual([])
  }, 60_000)

  it('[HT8] globs of rights, which come in tokens, cost their length times that of the name', () => {
    for (const glob of ['*a'.repeat(256), '**a'.repeat(170), '*'.repeat(512), '*?'.repeat(256), `${'a*'.repeat(255)}b`]) {
      const name = 'a'.repeat(512)
      expect(cpuTimeOf(() => globMatches(glob, name)), glob.slice(0, 8)).toBeLessThan(LIMIT_MS)
    }
  })
})
