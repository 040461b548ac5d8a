/**
 * Rules AC1 to AC8: which tokens count, where they may stand, and where they must not appear.
 */
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { readSettings, SettingError } from '@cowrite/server'
import { describe, expect, it } from 'vitest'
import { RawSocket } from '../support/raw-socket.js'
import { useServers } from '../support/running-server.js'
import { SECRET, tokenBy, tokenOf, tokenWith } from '../support/tokens.js'
import { arrive, arriveWith } from './support.js'

const start = useServers()
const now = Math.floor(Date.now() / 1000)
const hs256 = (input: string, secret: string | Buffer = SECRET): Buffer => createHmac('sha256', secret).update(input).digest()
const claims = { sub: 'ada', iat: now, exp: now + 600, rights: [{ prefix: '', role: 'write' }] }

describe('a token', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()

  const REFUSED: Record<string, string> = {
    'an empty one': '',
    'not a JWT': 'abc',
    'three dots': '...',
    'with another secret': tokenOf({}, Date.now(), `${SECRET}!`),
    'without a signature': tokenOf().replace(/\.[^.]*$/, '.'),
    'with a changed payload': tokenOf().replace(/\.([^.]*)\./, `.${Buffer.from(JSON.stringify({ ...claims, sub: 'eve' })).toString('base64url')}.`),
    'alg none': tokenWith({ alg: 'none' }, claims, () => Buffer.alloc(0)),
    'alg None': tokenWith({ alg: 'None' }, claims, () => Buffer.alloc(0)),
    'without alg': tokenWith({}, claims, (input) => hs256(input)),
    'HS512, which nobody set up': tokenWith({ alg: 'HS512' }, claims, (input) => createHmac('sha512', SECRET).update(input).digest()),
    'RS256 without a public key set up': tokenBy(rsa.privateKey, { alg: 'RS256' }),
    'a kid that is a path': tokenWith({ alg: 'HS256', kid: '../../dev/null' }, claims, (input) => hs256(input, '')),
    'its own key in the header': tokenWith({ alg: 'RS256', jwk: rsa.publicKey.export({ format: 'jwk' }) }, claims, () => Buffer.alloc(256)),
    'expired': tokenOf({ iat: now - 700, exp: now - 10 }),
    'not valid yet': tokenOf({ nbf: now + 120 }),
    'issued in the future': tokenOf({ iat: now + 120, exp: now + 600 }),
    'without exp': tokenOf({ exp: undefined as never }),
    'without iat': tokenOf({ iat: undefined as never }),
    'an exp that is no number': tokenOf({ exp: 'tomorrow' as never }),
    'longer than the longest life': tokenOf({ exp: now + 32 * 86_400 }),
    'without sub': tokenOf({ sub: undefined }),
    'an empty sub': tokenOf({ sub: '' }),
    'a sub that is no text': tokenOf({ sub: 7 }),
    'a sub of 201 characters': tokenOf({ sub: 'x'.repeat(201) }),
    'an unknown role': tokenOf({ rights: [{ prefix: '', role: 'owner' }] }),
    'rights that are no list': tokenOf({ rights: { story: 'write' } }),
    'a right for nothing': tokenOf({ rights: [{ role: 'write' }] }),
    'a right with two patterns': tokenOf({ rights: [{ prefix: '', glob: '*', role: 'write' }] }),
    'two kinds of rights': tokenOf({ rights: [], doc: 'story', role: 'write' }),
  }

  it('[AC2] [AC3] [AC4] that does not count closes with 4401, and nothing is loaded or sent', async () => {
    const { port, rooms } = await start({ secret: SECRET })
    for (const [what, token] of Object.entries(REFUSED)) expect(await arriveWith(port, token), what).toBe(4401)
    expect(await arrive(port, '/story')).toBe(4401)
    expect([...rooms]).toEqual([])
    expect(rooms.size).toBe(0)
  })

  it('[AC3] that counts opens the document', async () => {
    const { port } = await start({ secret: SECRET, jwtIssuer: 'https://id.example', jwtAudience: 'cowrite' })
    const good = { iss: 'https://id.example', aud: ['cowrite', 'other'] }
    expect(await arriveWith(port, tokenOf(good))).toBe('step1')
    expect(await arriveWith(port, tokenOf({ ...good, exp: now + 31 * 86_400 }))).toBe('step1')
    expect(await arriveWith(port, tokenOf({ ...good, iat: now + 30, nbf: now + 30 })), 'a clock that is ahead').toBe('step1')
    expect(await arriveWith(port, tokenOf({ ...good, rights: undefined, doc: 'story', role: 'read' }))).toBe('step1')
    for (const bad of [{}, { iss: good.iss }, { aud: good.aud }, { ...good, aud: 'cow' }, { ...good, iss: 'https://id.example/' }]) {
      expect(await arriveWith(port, tokenOf(bad)), JSON.stringify(bad)).toBe(4401)
    }
  })

  it('[AC2] [AC6] that gives no right to the document closes with 4403', async () => {
    const { port, rooms } = await start({ secret: SECRET })
    for (const rights of [[], [{ document: 'other', role: 'admin' }], [{ prefix: 'stor/', role: 'read' }], [{ document: 'story', role: 'none' }, { prefix: '', role: 'write' }]]) {
      expect(await arriveWith(port, tokenOf({ rights })), JSON.stringify(rights)).toBe(4403)
    }
    expect(rooms.size).toBe(0)
  })

  it('[AC4] is checked with the key of its own kind: a public key is never a secret', async () => {
    const { port } = await start({ jwtPublicKey: pem })
    expect(await arriveWith(port, tokenBy(rsa.privateKey, { alg: 'RS256' }))).toBe('step1')
    expect(await arriveWith(port, tokenBy(rsa.privateKey, { alg: 'RS512' }))).toBe('step1')
    for (const secret of [pem, pem.trim(), rsa.publicKey.export({ type: 'spki', format: 'der' })]) {
      expect(await arriveWith(port, tokenWith({ alg: 'HS256' }, claims, (input) => hs256(input, secret)))).toBe(4401)
    }
  })

  it.each([
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['EdDSA', generateKeyPairSync('ed25519')],
  ] as const)('[AC4] signed by %s counts with its public key, and not with another', async (alg, { publicKey, privateKey }) => {
    const { port } = await start({ jwtPublicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString().replaceAll('\n', '\\n') })
    expect(await arriveWith(port, tokenBy(privateKey, { alg }))).toBe('step1')
    expect(await arriveWith(port, tokenOf())).toBe(4401)
    expect(await arriveWith(port, tokenBy(rsa.privateKey, { alg: 'RS256' }))).toBe(4401)
  })
})

describe('the place of a token', () => {
  it('[AC1] is the subprotocol, Authorization, or the query, looked for in this order', async () => {
    const { port } = await start({ secret: SECRET })
    const good = tokenOf()
    const encoded = Buffer.from(good).toString('base64url')
    const bad = tokenOf({}, Date.now(), 'x'.repeat(40))
    expect(await arrive(port, '/story', { 'Sec-WebSocket-Protocol': `cowrite, cowrite.token.${good}` })).toBe('access')
    expect(await arrive(port, '/story', { 'Sec-WebSocket-Protocol': `cowrite, cowrite.token64.${encoded}` })).toBe('access')
    expect(await arrive(port, '/story', { 'Sec-WebSocket-Protocol': `cowrite.token.${good}` })).toBe('step1')
    expect(await arriveWith(port, good)).toBe('step1')
    expect(await arrive(port, `/story?x=1&token=${good}`)).toBe('step1')
    expect(await arrive(port, `/story?token=${good}`, { Authorization: `Bearer ${bad}` })).toBe(4401)
    expect(await arrive(port, `/story?token=${good}`, { 'Sec-WebSocket-Protocol': `cowrite.token.${bad}` })).toBe(4401)
    expect(await arrive(port, `/story?token=${bad}`, { Authorization: `Bearer ${good}` })).toBe('step1')
    expect(await arrive(port, '/story', { Authorization: `Basic ${good}`, Cookie: `token=${good}` })).toBe(4401)
  })

  it.each([
    ['cowrite, cowrite.token.T', 'cowrite'],
    ['cowrite.token.T, other, cowrite', 'cowrite'],
    ['cowrite.token.T, other', 'other'],
    ['cowrite.token.T', undefined],
    ['cowrite.token64.VA', undefined],
  ])('[AC1] of the subprotocols %s, %s is answered', async (offered, answered) => {
    const { port } = await start({ secret: SECRET })
    const { headers } = await (await RawSocket.open(port)).request('/story', { 'Sec-WebSocket-Protocol': offered })
    expect(headers.get('sec-websocket-protocol')).toBe(answered)
  })

  it('[AC7] is never the log, nor an answer, nor an error', async () => {
    const { port, url, log } = await start({ secret: SECRET })
    const tokens = [tokenOf(), tokenOf({ exp: now - 100 }), tokenOf({}, Date.now(), 'y'.repeat(40)), `${tokenOf()}x`, 'opaque-token-of-somebody', tokenOf({ rights: [] })]
    const answers: unknown[] = []
    for (const token of tokens) {
      for (const path of [`/story?token=${token}`, `/%?token=${token}`, `/?token=${token}`]) {
        for (const headers of [{}, { Authorization: `Bearer ${token}` }, { 'Sec-WebSocket-Protocol': `cowrite, cowrite.token.${token}` }, { 'Sec-WebSocket-Key': token }, { Origin: 'https://evil.example' }]) {
          const raw = await RawSocket.open(port)
          const { headers: answered, body } = await raw.request(path, headers)
          answers.push([...answered], body)
          const frame = await raw.nextFrame().catch(() => undefined)
          answers.push(frame?.payload.toString('latin1'))
          raw.end()
        }
        answers.push(await (await fetch(url + path)).text())
      }
      const response = await fetch(`${url}/api/documents/story/access?token=${token}`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: '{"user":"x","role":' })
      answers.push([...response.headers], await response.text())
    }
    const seen = JSON.stringify([log.lines, answers])
    expect(log.lines.length).toBeGreaterThan(10)
    for (const token of tokens) {
      for (const part of token.split('.').slice(1)) if (part.length > 8) expect(seen).not.toContain(part)
      expect(seen).not.toContain(token)
    }
  })
})

describe('settings of the login', () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const secretKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const REFUSED = [
    ['a short secret', { COWRITE_SECRET: 'hunter2-hunter2-hunter2-hunter2' }, /COWRITE_SECRET has 31 bytes.*32/],
    ['a secret in a file that is not there', { COWRITE_SECRET: 'file:/nowhere/secret' }, /COWRITE_SECRET.*\/nowhere\/secret.*ENOENT/],
    ['a public key that is none', { COWRITE_JWT_PUBLIC_KEY: 'hunter2' }, /COWRITE_JWT_PUBLIC_KEY is no public key/],
    ['a weak public key', { COWRITE_JWT_PUBLIC_KEY: weak }, /COWRITE_JWT_PUBLIC_KEY.*2048/],
    ['a private key', { COWRITE_JWT_PUBLIC_KEY: secretKey }, /COWRITE_JWT_PUBLIC_KEY is no public key/],
    ['none beside a secret', { COWRITE_AUTH: 'none', COWRITE_SECRET: SECRET }, /COWRITE_AUTH=none/],
    ['token without a key', { COWRITE_AUTH: 'token' }, /COWRITE_AUTH=token needs/],
    ['callback without an address', { COWRITE_AUTH: 'callback', COWRITE_SECRET: SECRET }, /needs COWRITE_AUTHORIZE_URL/],
    ['a callback without a secret', { COWRITE_AUTHORIZE_URL: 'http://127.0.0.1:1/' }, /needs COWRITE_SECRET/],
    ['a callback that is never asked', { COWRITE_AUTH: 'token', COWRITE_SECRET: SECRET, COWRITE_AUTHORIZE_URL: 'http://127.0.0.1:1/' }, /COWRITE_AUTH=callback only/],
  ] as const
  it.each(REFUSED)('[AC8] %s is refused at start, by name and without its value', async (_what, env, reason) => {
    const error: unknown = await start(readSettings([], { PORT: '0', COWRITE_EPHEMERAL: 'true', ...env })).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(SettingError)
    expect((error as Error).message).toMatch(reason)
    for (const value of [SECRET, 'hunter2', weak, secretKey]) expect((error as Error).message).not.toContain(value.trim())
  })

  it('[AC8] a bad secret is not repeated where settings are read', () => {
    expect(() => readSettings([], { COWRITE_SECRET: '   ' })).toThrow('COWRITE_SECRET cannot be used')
    expect(() => readSettings(['--secret='], {})).toThrow('--secret cannot be used')
  })

  it('[AC8] with a login the server may listen beyond loopback', async () => {
    const { port } = await start({ host: '0.0.0.0', secret: SECRET })
    expect(await arrive(port, '/story')).toBe(4401)
  })
})
