/** Pictures over HTTP: what is taken, what is given out, and to whom. */
import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { useServers } from '../support/running-server.js'

const startServer = useServers()
const directories: string[] = []
afterEach(() => directories.splice(0).forEach((directory) => rmSync(directory, { recursive: true, force: true })))

const bytes = (...parts: (string | number[])[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part)))))

const filler = (length: number, value: number): number[] => Array.from({ length }, () => value)

const PICTURES = {
  'image/png': bytes('\x89PNG\r\n\x1a\n', filler(100, 7)),
  'image/jpeg': bytes('\xff\xd8\xff\xe0', filler(100, 7)),
  'image/gif': bytes('GIF89a', [1, 0, 1, 0]),
  'image/webp': bytes('RIFF\x20\0\0\0WEBPVP8 ', filler(90, 1)),
  'image/avif': bytes([0, 0, 0, 28], 'ftypmif1\0\0\0\0mif1avif', filler(80, 2)),
}
const OTHERS = {
  svg: bytes('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  html: bytes('<!doctype html><script>alert(1)</script>'),
  heic: bytes([0, 0, 0, 24], 'ftypheic\0\0\0\0heicmif1', filler(80, 2)),
  empty: bytes(''),
  short: bytes('\x89PNG'),
}

const post = (url: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}, doc = 'notes'): Promise<Response> =>
  fetch(`${url}/api/files?doc=${doc}`, { method: 'POST', body, headers: { 'Content-Type': 'text/html', ...headers } })

describe('files over HTTP', () => {
  it('[FI10] [FI13] a picture is taken, and given out with its true type and nothing that could run', async () => {
    const { url } = await startServer()
    for (const [mime, picture] of Object.entries(PICTURES)) {
      const answer = await post(url, picture)
      const hash = createHash('sha256').update(picture).digest('hex')
      expect(answer.status).toBe(201)
      expect(await answer.json()).toEqual({ hash, bytes: picture.length, url: `/files/${hash}` })
      const got = await fetch(`${url}/files/${hash}`)
      expect(got.status).toBe(200)
      expect(got.headers.get('content-type')).toBe(mime)
      expect(got.headers.get('x-content-type-options')).toBe('nosniff')
      expect(got.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
      expect(got.headers.get('cache-control')).toContain('immutable')
      expect(got.headers.get('content-disposition')).toMatch(/^inline; filename="[0-9a-f]{12}\.\w+"$/)
      expect(new Uint8Array(await got.arrayBuffer())).toEqual(picture)
      expect((await fetch(`${url}/files/${hash}`, { headers: { 'If-None-Match': got.headers.get('etag')! } })).status).toBe(304)
      expect((await fetch(`${url}/files/${hash}`, { method: 'HEAD' })).headers.get('content-length')).toBe(String(picture.length))
    }
    for (const name of ['a'.repeat(64), 'x', '..%2f..%2fetc%2fpasswd']) expect((await fetch(`${url}/files/${name}`)).status).toBe(404)
  })

  it('[FI11] what is no picture by its content is refused, and leaves nothing', async () => {
    const data = mkdtempSync(join(tmpdir(), 'cowrite-data-'))
    directories.push(data)
    const { url } = await startServer({ ephemeral: false, data })
    for (const content of Object.values(OTHERS)) {
      const answer = await post(url, content, { 'Content-Type': 'image/png' })
      expect(answer.status).toBe(415)
      expect(await answer.json()).toMatchObject({ error: 'unsupported-file' })
    }
    expect(readdirSync(join(data, 'files'))).toEqual([])
  })

  it('[FI12] more than the limit is refused, by the claimed length and by the bytes that come', async () => {
    const { url } = await startServer({ maxFileBytes: 2_000 })
    const large = bytes('\x89PNG\r\n\x1a\n', filler(3_000, 7))
    const answer = await post(url, large)
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ error: 'file-too-large' })
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sending = request(`${url}/api/files?doc=notes`, { method: 'POST' }, (response) => resolve(response.resume().statusCode))
      sending.on('error', reject)
      sending.write(large)
      sending.end()
    })
    expect(status).toBe(413)
    const hash = createHash('sha256').update(large).digest('hex')
    expect((await fetch(`${url}/files/${hash}`)).status).toBe(404)
  })

  it('[FI10] an upload names its document', async () => {
    const { url } = await startServer()
    expect((await post(url, PICTURES['image/png'], {}, '')).status).toBe(400)
    expect((await fetch(`${url}/api/files`, { method: 'POST', body: PICTURES['image/png'] })).status).toBe(400)
  })

  it('[FI14] pages of foreign origins are refused, those on the list are let in', async () => {
    const { url } = await startServer({ origins: ['https://app.example.com'] })
    const foreign = await post(url, PICTURES['image/png'], { Origin: 'https://evil.example' })
    expect(foreign.status).toBe(403)
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
    const listed = await post(url, PICTURES['image/png'], { Origin: 'https://app.example.com' })
    expect(listed.status).toBe(201)
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://app.example.com')
    expect(listed.headers.get('vary')).toContain('Origin')
    const asked = await fetch(`${url}/api/files`, { method: 'OPTIONS', headers: { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'POST' } })
    expect(asked.status).toBe(204)
    expect(asked.headers.get('access-control-allow-headers')).toContain('Authorization')
    expect((await fetch(`${url}/api/files`, { method: 'OPTIONS', headers: { Origin: 'https://evil.example' } })).status).toBe(403)
  })

  it('[FI15] a place that cannot be written is 503, and works again afterwards', async () => {
    const data = mkdtempSync(join(tmpdir(), 'cowrite-data-'))
    directories.push(data)
    const { url } = await startServer({ ephemeral: false, data })
    writeFileSync(join(data, 'files'), 'in the way')
    const answer = await post(url, PICTURES['image/png'])
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ error: 'storage-down' })
    rmSync(join(data, 'files'))
    expect((await post(url, PICTURES['image/png'])).status).toBe(201)
    const full = await startServer({ ephemeral: false, data: join(data, 'full'), minFreeBytes: Number.MAX_SAFE_INTEGER })
    expect((await post(full.url, PICTURES['image/png'])).status).toBe(503)
  })
})
