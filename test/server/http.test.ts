/**
 * Rules HT: pages, health and headers, over real sockets.
 */
import { MemoryStorage } from '@cowrite/persistence'
import { FaultyStorage, type StorageCall } from '@cowrite/persistence/contract'
import { encodeUpdate } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { RawSocket } from '../support/raw-socket.js'
import { useServers } from '../support/running-server.js'
import { VirtualClock } from '../support/virtual-clock.js'

const start = useServers()

describe('pages', () => {
  it.each(['/d/x', '/d/with/slashes', '/d/100%', '/d/%F0%9F%98%80', '/d/a%20b?x=1', '/d/..', '/d/__proto__', `/d/${'n'.repeat(512)}`])(
    '[HT1] %s is the editor', async (path) => {
      const { port } = await start()
      // Not fetch: it would tidy the path.
      const raw = await RawSocket.open(port)
      const { status, body, headers } = await raw.request(path, { Upgrade: undefined, Connection: 'close' })
      expect([status, body]).toEqual([200, '<!doctype html><title>the editor</title>'])
      expect(headers.get('content-type')).toContain('text/html')
      raw.end()
    })

  it('[HT1] / is the start page', async () => {
    const { url } = await start()
    expect(await (await fetch(url)).text()).toContain('the start page')
  })

  it.each(['/d/', '/d/?x', '/d/%ff', `/d/${'n'.repeat(513)}`])('[HT1] %s names no document: 400 as JSON', async (path) => {
    const { url } = await start()
    const answer = await fetch(url + path)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: 'bad-name' })
  })

  it.each(['/d', '/nothing', '/assets/', '/assets/nothing.js', '/assets/..%2f..%2fpackage.json', '/.env', '/%2e%2e%2fpackage.json', '/api'])(
    '[HT1] %s is unknown: 404 as JSON', async (path) => {
      const { url } = await start()
      const answer = await fetch(url + path)
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({ error: 'not-found' })
    })

  it('[HT1] nothing is posted to', async () => {
    const { url } = await start()
    for (const path of ['/', '/d/x', '/livez']) expect((await fetch(url + path, { method: 'POST', body: 'x' })).status).toBe(404)
  })
})

describe('health', () => {
  it('[HT2] /livez answers also while nothing can be saved', async () => {
    const storage = new FaultyStorage(new MemoryStorage(), () => ({ kind: 'fail' }))
    const { url } = await start({}, { storage })
    const answer = await fetch(`${url}/livez`)
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }])
  })

  it('[HT3] /readyz writes and syncs for each question, one at a time', async () => {
    const calls: StorageCall['verb'][] = []
    const storage = new FaultyStorage(new MemoryStorage(), ({ verb }) => (calls.push(verb), undefined))
    const { url } = await start({}, { storage })
    for (let i = 0; i < 3; i++) expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect(calls).toEqual(['probe', 'probe', 'probe'])
    storage.plan = ({ verb }) => (calls.push(verb), { kind: 'stall' })
    const many = Array.from({ length: 5 }, () => fetch(`${url}/readyz`))
    await storage.whenStalled()
    storage.plan = () => undefined
    storage.release()
    expect((await Promise.all(many)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(calls.length).toBeLessThanOrEqual(3 + 5)
  })

  it('[HT3] /readyz answers 503 when the write fails, and 200 again when it works', async () => {
    const storage = new FaultyStorage(new MemoryStorage(), () => ({ kind: 'fail' }))
    const { url } = await start({}, { storage })
    const answer = await fetch(`${url}/readyz`)
    expect([answer.status, await answer.json()]).toEqual([503, { status: 'unavailable', reason: 'saving fails' }])
    storage.plan = () => undefined
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })

  it('[HT3] /readyz answers 503 while updates cannot be saved, though a probe might', async () => {
    const storage = new FaultyStorage(new MemoryStorage(), ({ verb }) => (verb === 'append' ? { kind: 'fail' } : undefined))
    const { url, port } = await start({}, { storage })
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    const raw = await RawSocket.shakeHands(port)
    const doc = new Y.Doc()
    doc.getText('text').insert(0, 'x')
    await raw.nextFrame()
    raw.send(encodeUpdate(Y.encodeStateAsUpdate(doc)))
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(503)
    raw.end()
    storage.plan = () => undefined
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 5_000 }).toBe(200)
  })

  it('[HT3] /readyz answers 503 when storage does not answer for 5 s', async () => {
    const clock = new VirtualClock()
    const storage = new FaultyStorage(new MemoryStorage(), () => ({ kind: 'stall' }))
    const { url } = await start({}, { storage, clock })
    const asked = fetch(`${url}/readyz`)
    await storage.whenStalled()
    while (clock.now() < 4_900 && clock.ringNext(4_900)) continue
    while (clock.ringNext(5_100)) continue
    const answer = await asked
    expect([answer.status, await answer.json()]).toEqual([503, { status: 'unavailable', reason: 'storage does not answer' }])
    storage.plan = () => undefined
    storage.release()
  })
})

describe('headers', () => {
  it.each(['/', '/d/x', '/d/', '/livez', '/readyz', '/nothing', '/assets/editor-0a1b2c.js'])('[HT4] %s carries them', async (path) => {
    const { url } = await start()
    const { headers } = await fetch(url + path)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|script-src [^;]*(\*|https:|data:)/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-powered-by')).toBeNull()
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  it('[HT4] assets are cached for ever, pages and health never', async () => {
    const { url } = await start()
    const cachingOf = async (path: string): Promise<string | null> => (await fetch(url + path)).headers.get('cache-control')
    expect(await cachingOf('/assets/editor-0a1b2c.js')).toBe('public, max-age=31536000, immutable')
    for (const path of ['/', '/d/x', '/index.html', '/home.html']) expect(await cachingOf(path), path).toBe('no-cache')
    for (const path of ['/livez', '/readyz']) expect(await cachingOf(path)).toBe('no-store')
  })
})
