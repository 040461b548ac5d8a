/**
 * Rules CF: settings. Failures to start as a process (CF4): test/e2e.
 */
import { readFileSync } from 'node:fs'
import { defaultSettings, readSettings, SettingError, SETTINGS, type Settings } from '@cowrite/server'
import { describe, expect, it } from 'vitest'
import { useServers } from '../support/running-server.js'

const start = useServers()

/** For each setting a value that is not its default, as text and as read, and one that is refused. */
const EXAMPLES: { [K in keyof Settings]: { text: string; read: Settings[K]; bad: string } } = {
  port: { text: '8080', read: 8080, bad: '65536' },
  host: { text: '127.0.0.2', read: '127.0.0.2', bad: ' ' },
  data: { text: '/var/lib/cowrite', read: '/var/lib/cowrite', bad: '' },
  ephemeral: { text: 'true', read: true, bad: 'yes' },
  durability: { text: 'os', read: 'os', bad: 'none' },
  history: { text: 'none', read: 'none', bad: 'all' },
  restorePoints: { text: '3', read: 3, bad: '-1' },
  auth: { text: 'callback', read: 'callback', bad: 'basic' },
  secret: { text: 'file:/run/secrets/cowrite', read: 'file:/run/secrets/cowrite', bad: ' ' },
  jwtPublicKey: { text: 'file:/etc/key.pem', read: 'file:/etc/key.pem', bad: '' },
  jwksUrl: { text: 'https://id.example/jwks', read: 'https://id.example/jwks', bad: 'id.example' },
  jwtIssuer: { text: 'https://id.example', read: 'https://id.example', bad: '' },
  jwtAudience: { text: 'cowrite', read: 'cowrite', bad: '' },
  authorizeUrl: { text: 'http://127.0.0.1:8080/may', read: 'http://127.0.0.1:8080/may', bad: 'ftp://a.example' },
  maxTokenAgeMs: { text: '60000', read: 60_000, bad: '1000' },
  readerCarets: { text: 'off', read: 'off', bad: 'no' },
  schemas: { text: '1-0123456789abcdef', read: ['1-0123456789abcdef'], bad: '1' },
  origins: { text: 'https://a.example, https://b.example', read: ['https://a.example', 'https://b.example'], bad: 'a.example' },
  trustProxy: { text: 'loopback, 10.0.0.0/8', read: 'loopback, 10.0.0.0/8', bad: 'nginx' },
  logLevel: { text: 'debug', read: 'debug', bad: 'verbose' },
  compression: { text: 'off', read: 'off', bad: 'gzip' },
  maxMessageBytes: { text: '2048', read: 2048, bad: '1023' },
  maxDocumentBytes: { text: '2048', read: 2048, bad: '1 GB' },
  maxMessagesPerSecond: { text: '50', read: 50, bad: '9' },
  maxBytesPerSecond: { text: '2048', read: 2048, bad: '1k' },
  maxFloodMs: { text: '0', read: 0, bad: '-1' },
  maxPresencePerSecond: { text: '7', read: 7, bad: '0' },
  maxConnections: { text: '7', read: 7, bad: '0' },
  maxConnectionsPerDocument: { text: '7', read: 7, bad: '0' },
  maxConnectionsPerUser: { text: '7', read: 7, bad: '0' },
  maxConnectionsPerAddress: { text: '7', read: 7, bad: '0' },
  maxRequestsPerSecond: { text: '7', read: 7, bad: '0' },
  maxHeaderBytes: { text: '4096', read: 4096, bad: '100' },
  headersTimeoutMs: { text: '2000', read: 2000, bad: '10s' },
  requestTimeoutMs: { text: '2000', read: 2000, bad: '99' },
  maxWaitingSockets: { text: '50', read: 50, bad: '9' },
  authTimeoutMs: { text: '2000', read: 2000, bad: '0' },
  maxOpensPerMinute: { text: '7', read: 7, bad: '0' },
  maxFileBytes: { text: '2048', read: 2048, bad: '10' },
  maxUnsavedBytes: { text: '4096', read: 4096, bad: '1e9' },
  minFreeBytes: { text: '0', read: 0, bad: '1 GB' },
  spillDir: { text: '/var/spill', read: '/var/spill', bad: ' ' },
  sendBudgetBytes: { text: '4096', read: 4096, bad: '-1' },
  snapshotCacheBytes: { text: '0', read: 0, bad: '1 GB' },
  compactAfterUpdates: { text: '10', read: 10, bad: '9' },
  unloadAfterMs: { text: '0', read: 0, bad: '5s' },
  stopGraceMs: { text: '1000', read: 1000, bad: '999' },
  deletedKeepDays: { text: '0', read: 0, bad: '-1' },
}
const names = Object.keys(SETTINGS) as (keyof Settings)[]

/** The message of the refusal. @throws when there is none */
function refusalOf(flags: string[], env: Record<string, string> = {}): string {
  try {
    readSettings(flags, env)
  } catch (error) {
    if (error instanceof SettingError) return error.message
    throw error
  }
  throw new Error('taken')
}

/** As a flag, a switch has no value. */
const asFlag = (name: keyof Settings, text: string): string[] =>
  typeof SETTINGS[name].default === 'boolean' ? [`--${SETTINGS[name].flag}`] : [`--${SETTINGS[name].flag}`, text]

describe.each(names)('%s', (name) => {
  const { env, flag, help, default: value } = SETTINGS[name]
  const { text, read, bad } = EXAMPLES[name]

  it('[CF1] has a default and a help text, and can be given as variable and as flag', () => {
    expect(help.length).toBeGreaterThan(10)
    expect(readSettings([], {})[name]).toEqual(value)
    expect(defaultSettings()[name]).toEqual(value)
    expect(readSettings([], { [env]: text })[name]).toEqual(read)
    expect(readSettings(asFlag(name, text), {})[name]).toEqual(read)
    expect(read).not.toEqual(value)
  })

  it('[CF1] as flag beats the variable', () => {
    const other = Array.isArray(value) || value === '' ? 'https://c.example' : String(value)
    expect(readSettings(asFlag(name, text), { [env]: other })[name]).toEqual(read)
  })

  it('[CF2] is refused by its name and with what would do, when badly written', () => {
    const message = refusalOf([], { [env]: bad })
    expect(message).toContain(env)
    expect(message).toMatch(/must be /)
    expect(message).not.toContain('\n')
    if (typeof value !== 'boolean') expect(refusalOf([`--${flag}=${bad}`])).toContain(`--${flag}`)
  })
})

describe('settings', () => {
  it('[CF2] ends of a range are taken, and what is one beyond is not', () => {
    const port = (text: string) => readSettings([], { PORT: text }).port
    expect([port('0'), port('65535')]).toEqual([0, 65_535])
    for (const text of ['-1', '65536', '1.5', '0x10', ' 80', '', 'abc', '1e3']) expect(() => port(text), text).toThrow(SettingError)
  })

  it('[CF2] a flag or COWRITE_ variable that is not known is refused by its name', () => {
    expect(refusalOf(['--prot', '1'])).toContain('--prot')
    expect(refusalOf(['stray'])).toContain('stray')
    expect(refusalOf(['--port'])).toContain('--port')
    expect(refusalOf([], { COWRITE_DURABLE: 'yes' })).toContain('COWRITE_DURABLE')
    expect(() => readSettings([], { PATH: '/bin', HOME: '/root', XCOWRITE_: '1' })).not.toThrow()
  })

  it('[CF2] origins are whole origins', () => {
    const origins = (text: string) => readSettings([], { COWRITE_ORIGINS: text }).origins
    expect(origins('*')).toEqual(['*'])
    expect(origins('http://localhost:5173,')).toEqual(['http://localhost:5173'])
    expect(origins('https://*.example.com')).toEqual(['https://*.example.com'])
    for (const text of ['https://a.example/', 'https://a.example/path', 'HTTPS://a.example', '*.example', 'https://*', 'null']) {
      expect(() => origins(text), text).toThrow(SettingError)
    }
  })

  it('[CF2] proxies are a number of them, or where they are', () => {
    const proxies = (text: string) => readSettings([], { COWRITE_TRUST_PROXY: text }).trustProxy
    for (const text of ['1', '32', '10.0.0.1', 'uniquelocal, fd00::/8', '10.0.0.0/255.0.0.0']) expect(proxies(text)).toBe(text)
    for (const text of ['0', '33', 'true', '*', '10.0.0.0/33', '10.0.0.1,,', 'lb.internal']) expect(() => proxies(text), text).toThrow(SettingError)
  })

  it.each(['0.0.0.0', '::', '192.168.1.2', 'docs.example', '127.0.0.1.example', '1270.0.0.1'])(
    '[CF3] HOST %s, beyond loopback, is refused by name', async (host) => {
      const starting = start(readSettings(['--host', host, '--port', '0', '--ephemeral'], {}))
      await expect(starting).rejects.toThrow(SettingError)
      await expect(starting).rejects.toThrow(new RegExp(`${host}.*COWRITE_AUTH=none`))
    })

  it.each([['127.0.0.1', 'unset'], ['localhost', 'unset'], ['127.8.9.1', 'unset'], ['0.0.0.0', 'none']] as const)(
    '[CF3] HOST %s with COWRITE_AUTH=%s is taken', async (host, auth) => {
      const { port } = await start(readSettings([], { HOST: host, COWRITE_AUTH: auth, PORT: '0', COWRITE_EPHEMERAL: 'true' }))
      expect(port).toBeGreaterThan(0)
    })

  it('[CF5] docs/settings.md lists exactly the settings, with names, default and meaning', () => {
    const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8')
    const rows = page.split('\n').filter((line) => /^\| `/.test(line)).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
    const expected = names.map((name) => {
      const { env, flag, default: value, help } = SETTINGS[name]
      const shown = Array.isArray(value) || value === '' ? 'none' : `\`${String(value)}\``
      return [`\`${env}\``, `\`--${flag}\``, shown, help]
    })
    expect(rows).toEqual(expected)
  })
})
