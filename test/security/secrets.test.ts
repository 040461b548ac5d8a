/**
 * Lines TM5 and TM50 of docs/security.md: where secrets are not, and who can read what the server makes. A real process on a real directory.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeToken, encodeUpdate } from '@cowrite/protocol'
import { afterEach, expect, it } from 'vitest'
import * as Y from 'yjs'
import { sourceFiles } from '../architecture/sources.js'
import { Opcode, RawSocket } from '../support/raw-socket.js'
import { newDirectory, removeDirectory, runCowrite, type ServerProcess, startServerProcess } from '../support/server-process.js'
import { SECRET, tokenOf } from '../support/tokens.js'

let server: ServerProcess | undefined
let directories: string[] = []
afterEach(async () => {
  await server?.remove()
  await Promise.all(directories.map(removeDirectory))
  server = undefined
  directories = []
})

const filesIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))

/** All that is said, up to the close that every one of these connections ends with. */
async function untilClosed(raw: RawSocket): Promise<string[]> {
  const said: string[] = []
  for (;;) {
    const frame = await raw.nextFrame().catch(() => undefined)
    if (frame === undefined) return said
    said.push(frame.payload.toString('latin1'))
    if (frame.opcode === Opcode.close) return said
  }
}

async function startWithSecret(): Promise<{ running: ServerProcess; data: string; home: string }> {
  const home = await newDirectory()
  directories = [home]
  writeFileSync(join(home, 'secret'), SECRET, { mode: 0o600 })
  const data = join(home, 'data')
  server = await startServerProcess({ data, flags: ['--secret', `file:${join(home, 'secret')}`, '--log-level', 'debug', '--unload-after-ms', '0'] })
  return { running: server, data, home }
}

it('[TM5] a whole session of good and bad tokens leaves none of them, nor the secret, in log, answer, error or file', async () => {
  const { running, data } = await startWithSecret()
  const { url, port } = running
  const now = Math.floor(Date.now() / 1000)
  const admin = { sub: 'boss', rights: [{ prefix: '', role: 'admin' }] }
  const tokens = [
    tokenOf(admin), tokenOf({ exp: now + 1 }), tokenOf({ exp: now - 100 }), tokenOf({}, Date.now(), 'y'.repeat(40)), `${tokenOf()}x`,
    tokenOf({ rights: [] }), tokenOf({ rights: 'all' }), tokenOf({ iss: 7 }), 'opaque-token-of-somebody', `${'A'.repeat(40)}.${'B'.repeat(40)}.${'C'.repeat(40)}`,
  ]
  const answers: string[] = []
  const renewed = tokenOf(admin)
  for (const token of tokens) {
    const places: [string, Record<string, string>][] = [
      [`/story?token=${token}`, {}], ['/story', { Authorization: `Bearer ${token}` }], ['/story', { 'Sec-WebSocket-Protocol': `cowrite, cowrite.token.${token}` }],
      [`/%ff?token=${token}`, {}], [`/story?token=${token}`, { Origin: 'https://evil.example' }], [`/story?token=${token}`, { 'Sec-WebSocket-Version': '12' }],
    ]
    for (const [path, headers] of places) {
      const raw = await RawSocket.open(port)
      const { headers: answered, body } = await raw.request(path, headers)
      answers.push(JSON.stringify([...answered]), body)
      const doc = new Y.Doc()
      doc.getText('text').insert(0, 'words')
      raw.send(encodeToken(renewed))
      raw.send(encodeToken(token))
      raw.send(encodeUpdate(Y.encodeStateAsUpdate(doc)))
      raw.send(Uint8Array.of(99))
      answers.push(...(await untilClosed(raw)))
      raw.end()
    }
    const authorization = `Bearer ${token}`
    for (const [path, init] of [
      ['/api/documents/story/access', { method: 'POST', body: `{"user":"${'u'.repeat(300)}","role":` }], ['/api/documents/story/access', { method: 'POST', body: '{"user":"ada","role":"read"}' }],
      ['/api/access', { method: 'POST', body: '[' }], ['/api/files?doc=story', { method: 'POST', body: 'no picture' }], ['/api/documents/%ff/restore-points', {}], ['/nothing', {}], [`/${token}`, {}],
    ] as [string, RequestInit][]) {
      const response = await fetch(`${url}${path}${path.includes('?') ? '&' : '?'}token=${token}`, { ...init, headers: { authorization } })
      answers.push(JSON.stringify([...response.headers]), await response.text())
    }
  }
  const { code } = await running.kill('SIGTERM')
  expect(code).toBe(0)
  const seen = [running.stderr, ...answers].join('\n')
  expect(running.stderr.split('\n').length).toBeGreaterThan(30)
  const kept = filesIn(data).map((path) => [path, readFileSync(path, 'latin1')] as const)
  expect(kept.length).toBeGreaterThan(3)
  for (const part of [SECRET, ...[...tokens, renewed].flatMap((token) => [token, ...token.split('.').slice(1)])].filter((text) => text.length > 8)) {
    expect(seen.includes(part), `said: ${part.slice(0, 12)}…`).toBe(false)
    expect(kept.filter(([, text]) => text.includes(part)).map(([path]) => path), `kept: ${part.slice(0, 12)}…`).toEqual([])
  }
}, 30_000)

it('[TM5] threads that read documents are given no variable of the environment', () => {
  const workers = sourceFiles('server/src', 'persistence/src').flatMap(({ path, text }) => [...text.matchAll(/new Worker\([\s\S]*?\n\s*\}\)/g)].map(([call]) => ({ path, call })))
  expect(workers.length).toBeGreaterThanOrEqual(3)
  expect(workers.filter(({ call }) => !/\benv: \{\}/.test(call)).map(({ path }) => path)).toEqual([])
})

it.skipIf(process.platform === 'win32')('[TM50] nobody else of this machine can read the data directory, backups, or who was sent away', async () => {
  const { running, data, home } = await startWithSecret()
  const boss = tokenOf({ rights: [{ prefix: '', role: 'admin' }] })
  await fetch(`${running.url}/api/access`, { method: 'POST', headers: { authorization: `Bearer ${boss}` }, body: '{"user":"ada","kick":true}' })
  const backup = join(home, 'backup')
  expect((await runCowrite(['backup', backup, '--data', data])).code).toBe(0)
  const restored = join(home, 'restored')
  expect((await runCowrite(['restore', backup, '--data', restored])).code).toBe(0)
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)
  expect([data, backup, restored].map(modeOf)).toEqual(['700', '700', '700'])
  expect(modeOf(join(data, 'revocations.json'))).toBe('600')
  expect(filesIn(backup).map(modeOf).filter((mode) => mode !== '600')).toEqual([])
})
