/**
 * Damaged and invented bodies for every route that reads one, by who may send them, against a server in a process of
 * its own, whose event loop is watched from inside.
 *
 * COWRITE_RUNS sets the number of bodies (1,000; 100,000 with COWRITE_LONG=1), COWRITE_SEED the seed, which is printed.
 */
import { Agent, request } from 'node:http'
import { REFUSALS } from '@cowrite/protocol'
import { expect, it, onTestFinished } from 'vitest'
import { firstSeed, randomFrom, runCount } from '../protocol/random.js'
import { PATIENCE } from '../support/patience.js'
import { startServerProcess } from '../support/server-process.js'
import { SECRET, tokenOf } from '../support/tokens.js'
import { Frames } from './fuzz/corpus.js'

const SEED = firstSeed()
const BODIES = runCount(process.env['COWRITE_LONG'] === '1' ? 100_000 : 1_000)
const BATCH = 500
const SENDERS = 4
const MAX_STALL_MS = 100 * PATIENCE
const AGAIN = 5

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=', 'base64')
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const CHANGES = ['{"user":"u1","role":"read"}', '{"user":"u2","kick":true}', '{"user":"\\u00e4","role":"none","more":[1,-2.5e3,null,{"a":{}}]}'].map(bytes)

/** Each route with what it is asked for in earnest. */
const ROUTES: readonly { readonly path: string; readonly genuine: readonly Uint8Array[] }[] = [
  { path: '/api/documents/fuzzed/access', genuine: CHANGES },
  { path: '/api/access', genuine: CHANGES },
  { path: '/api/files?doc=fuzzed', genuine: [new Uint8Array(PNG), bytes('GIF89a\x01\0\x01\0\0\0\0;'), bytes('<svg xmlns="http://www.w3.org/2000/svg"/>')] },
]

interface Answer {
  readonly status: number
  readonly error: string | undefined
}

it(`[HT5] ${BODIES} damaged and invented bodies break, stall and change nothing, seed ${SEED}`, { timeout: 60_000 + BODIES * 50 }, async () => {
  const random = randomFrom(SEED)
  const preload = new URL('../support/child-loop-watch.mjs', import.meta.url)
  const server = await startServerProcess({ preload, flags: ['--log-level', 'error', '--secret', SECRET] })
  onTestFinished(() => server.remove())
  const agent = new Agent({ keepAlive: true, maxSockets: SENDERS })
  onTestFinished(() => agent.destroy())
  // It lives longer than any run.
  const authorization = `Bearer ${tokenOf({ sub: 'boss', exp: Math.floor(Date.now() / 1000) + 86_400, rights: [{ prefix: '', role: 'admin' }] })}`
  const post = (path: string, body: Uint8Array): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request(`${server.url}${path}`, { method: 'POST', agent, headers: { authorization, 'content-length': body.length } }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, error: (JSON.parse(text) as { error?: string }).error }))
      })
      sent.on('error', reject).end(body)
    })
  const kinds = ROUTES.map(({ path, genuine }) => ({ path, frames: new Frames(genuine, random) }))
  const total = new Map<string, number>()
  let worst = 0
  await server.ask('longest stall')
  for (let sent = 0; sent < BODIES; sent += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, BODIES - sent) }, () => {
      const { path, frames } = random.pick(kinds)
      return { path, body: frames.next() }
    })
    let least = Infinity
    for (let times = 0; times <= AGAIN && least > MAX_STALL_MS; times++) {
      const answers = await Promise.all(batch.map(({ path, body }) => post(path, body)))
      if (times === 0) for (const { status, error } of answers) total.set(`${status} ${error ?? ''}`, (total.get(`${status} ${error ?? ''}`) ?? 0) + 1)
      least = Math.min(least, Number(await server.ask('longest stall')))
    }
    worst = Math.max(worst, least)
    expect(least, `bodies ${sent} to ${sent + BATCH} of seed ${SEED}`).toBeLessThan(MAX_STALL_MS)
  }
  console.log(`fuzz: ${BODIES} bodies, seed ${SEED}, longest stall ${Math.round(worst)} ms, ${JSON.stringify(Object.fromEntries(total))}`)
  // Each was taken, or refused by an entry of the table that is not the server's own fault.
  const known = new Set([...Object.entries(REFUSALS).map(([code, { httpStatus }]) => `${httpStatus} ${code}`), '200 ', '201 '])
  known.delete(`${REFUSALS.internal.httpStatus} internal`)
  expect([...total.keys()].filter((answer) => !known.has(answer))).toEqual([])
  expect((total.get('200 ') ?? 0) + (total.get('201 ') ?? 0)).toBeGreaterThan(BODIES / 20)
  expect(total.get('400 malformed') ?? 0).toBeGreaterThan(BODIES / 10)
  expect(server.stderr.split('\n').filter((line) => /"level":50|unhandled|uncaught/i.test(line))).toEqual([])
  // It is the same server, and takes rights back as before.
  expect(await post('/api/documents/fuzzed/access', bytes('{"user":"u3","role":"read"}'))).toEqual({ status: 200, error: undefined })
})
