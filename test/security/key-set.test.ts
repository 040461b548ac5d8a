/**
 * Rule AC5: keys that an issuer publishes, and changes, and cannot be asked for. On a virtual clock, over real HTTP.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { World } from '../support/room-world.js'
import { type SmallHttp, useSmallHttp } from '../support/small-http.js'
import { tokenBy } from '../support/tokens.js'

const startHttp = useSmallHttp()
const pairs = { one: generateKeyPairSync('ec', { namedCurve: 'P-256' }), two: generateKeyPairSync('ec', { namedCurve: 'P-256' }) }
const jwk = (kid: keyof typeof pairs, withKid = true): unknown => ({ ...pairs[kid].publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', ...(withKid && { kid }) })
const jwks = (...keys: unknown[]) => () => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify({ keys }) })

let issuer: SmallHttp
let world: World
beforeEach(async () => {
  issuer = await startHttp(jwks(jwk('one')))
  world = new World({ login: { jwksUrl: issuer.url } })
})
afterEach(() => world.end())

/** What a token signed by this key opens: `open`, or the close code. */
async function open(kid: keyof typeof pairs | undefined, key: KeyObject = pairs[kid ?? 'one'].privateKey): Promise<unknown> {
  const token = tokenBy(key, { alg: 'ES256', ...(kid && { kid }) }, {}, world.clock.date())
  const peer = await world.newcomer('story', { token })
  return peer.closedWith ?? 'open'
}

describe('published keys', () => {
  it('[AC5] are fetched once for many tokens', async () => {
    expect(await Promise.all(Array.from({ length: 20 }, () => open('one')))).toEqual(Array.from({ length: 20 }, () => 'open'))
    expect(issuer.asked.length).toBe(1)
    expect(await open('one', pairs.two.privateKey)).toBe(4401)
    expect(issuer.asked.length).toBe(1)
  })

  it('[AC5] a new key counts as soon as a token names it; invented names make one fetch in 30 s', async () => {
    await open('one')
    issuer.answer = jwks(jwk('one'), jwk('two'))
    expect(await open('two')).toBe(4401)
    await world.pass(30_000)
    expect(await open('two')).toBe('open')
    const asked = issuer.asked.length
    for (let i = 0; i < 50; i++) await world.newcomer('story', { token: tokenBy(pairs.one.privateKey, { alg: 'ES256', kid: `k${i}` }) })
    expect(issuer.asked.length).toBeLessThanOrEqual(asked + 1)
  })

  it('[AC5] a key that was taken back counts no more after 10 minutes and the next fetch', async () => {
    issuer.answer = jwks(jwk('one'), jwk('two'))
    expect(await open('two')).toBe('open')
    issuer.answer = jwks(jwk('one'))
    await world.pass(601_000)
    expect(await open('one')).toBe('open')
    await world.turn()
    while (issuer.asked.length < 2) await world.turn()
    await expect.poll(() => open('two')).toBe(4401)
  })

  it('[AC5] known keys go on counting while the issuer is down, for hours', async () => {
    expect(await open('one')).toBe('open')
    await issuer.stop()
    for (const ms of [1_000, 601_000, 6 * 3_600_000]) {
      await world.elapse(ms > 700_000 ? 700_000 : ms)
      expect(await open('one')).toBe('open')
    }
    // Whether a key that is not known would count cannot be known: not the client's fault.
    await world.pass(31_000)
    expect(await open('two')).toBe(1013)
  })

  it.each([
    ['it is down', async () => issuer.stop()],
    ['it answers 500', async () => void (issuer.answer = () => ({ status: 500 }))],
    ['it sends no JSON', async () => void (issuer.answer = () => ({ body: '<html>' }))],
    ['it sends no keys', async () => void (issuer.answer = () => ({ body: '{"keys":7}' }))],
    ['it sends too much', async () => void (issuer.answer = () => ({ body: ' '.repeat(300_000) }))],
    ['it leads elsewhere', async () => void (issuer.answer = () => ({ status: 302, headers: { location: issuer.url } }))],
  ])('[AC5] while nothing is known of the keys since %s, clients come back (1013)', async (_what, breakIt) => {
    await breakIt()
    expect(await open('one')).toBe(1013)
  })

  it('[AC5] without names: one of several keys has to fit', async () => {
    issuer.answer = jwks(jwk('one', false), jwk('two', false))
    expect(await open(undefined, pairs.two.privateKey)).toBe('open')
    expect(await open(undefined, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)).toBe(4401)
  })

  it('[AC5] a published secret is no key', async () => {
    issuer.answer = jwks({ kty: 'oct', k: Buffer.alloc(32, 'x').toString('base64url'), alg: 'HS256' })
    const { tokenOf } = await import('../support/tokens.js')
    const peer = await world.newcomer('story', { token: tokenOf({}, world.clock.date(), 'x'.repeat(32)) })
    expect(peer.closedWith).toBe(4401)
  })
})
