/**
 * Rule LM15: how often one address may ask over HTTP. A real server on a virtual clock; the proxy's header says who asks.
 */
import { describe, expect, it } from 'vitest'
import { useServers } from '../support/running-server.js'
import { VirtualClock } from '../support/virtual-clock.js'

const start = useServers()

/** Behind one proxy, two requests in a second, and so sixty at once. */
async function begin() {
  const clock = new VirtualClock()
  const { url } = await start({ trustProxy: 'loopback', maxRequestsPerSecond: 2 }, { clock })
  const ask = (address: string, path = '/api/documents/story/state', init: RequestInit = {}): Promise<Response> =>
    fetch(`${url}${path}`, { ...init, headers: { ...init.headers, 'X-Forwarded-For': address } })
  const statuses = async (times: number, ...of: Parameters<typeof ask>): Promise<number[]> => {
    const all: number[] = []
    for (let i = 0; i < times; i++) {
      const response = await ask(...of)
      await response.arrayBuffer()
      all.push(response.status)
    }
    return all
  }
  return { clock, ask, statuses }
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

describe('requests of one address', () => {
  it('[LM15] of thirty seconds are answered at once, then those of each second, and one more is told to wait', async () => {
    const { clock, ask, statuses } = await begin()
    expect(await statuses(60, '192.0.2.1')).toEqual(times(60, 200))
    const refused = await ask('192.0.2.1')
    expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('cache-control')]).toEqual([429, '1', 'no-store'])
    expect(await refused.json()).toMatchObject({ error: 'too-many-requests' })
    clock.spend(1_000)
    expect(await statuses(4, '192.0.2.1')).toEqual([200, 200, 429, 429])
  })

  it('[LM15] that are too many are so for every path and method, and for nobody else', async () => {
    const { ask, statuses } = await begin()
    await statuses(60, '192.0.2.1')
    for (const path of ['/', '/d/story', '/assets/editor-0a1b2c.js', '/files/none', '/api/access', '/no-such-thing']) {
      expect([path, (await ask('192.0.2.1', path)).status]).toEqual([path, 429])
    }
    expect((await ask('192.0.2.1', '/api/files?doc=story', { method: 'POST', body: 'x' })).status).toBe(429)
    expect(await statuses(60, '192.0.2.2')).toEqual(times(60, 200))
  })

  it('[LM15] are not counted where the address says nothing of who asks', async () => {
    const { url } = await start({ maxRequestsPerSecond: 1 }, { clock: new VirtualClock() })
    for (let i = 0; i < 40; i++) expect((await fetch(`${url}/api/documents/story/state`)).status).toBe(200)
  })

  it('[LM15] do not keep health checks from their answer, and those do not count', async () => {
    const { statuses } = await begin()
    expect(await statuses(100, '192.0.2.1', '/livez')).toEqual(times(100, 200))
    expect(await statuses(60, '192.0.2.1')).toEqual(times(60, 200))
    expect(await statuses(1, '192.0.2.1')).toEqual([429])
    expect(await statuses(5, '192.0.2.1', '/livez')).toEqual(times(5, 200))
    expect(await statuses(5, '192.0.2.1', '/readyz')).toEqual(times(5, 200))
  })

  it('[LM15] are refused so that a page of an allowed origin can read it', async () => {
    const clock = new VirtualClock()
    const { url } = await start({ trustProxy: 'loopback', maxRequestsPerSecond: 1, origins: ['https://app.example.com'] }, { clock })
    const headers = { 'X-Forwarded-For': '192.0.2.1', Origin: 'https://app.example.com' }
    for (let i = 0; i < 30; i++) await (await fetch(`${url}/api/documents/story/state`, { headers })).arrayBuffer()
    const refused = await fetch(`${url}/api/documents/story/state`, { headers })
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([429, 'https://app.example.com'])
  })
})
