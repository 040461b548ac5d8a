/**
 * Every setting: its name in the environment, its flag, unit, default and what it is for.
 *
 * Owns: the table, and reading it from the environment and the command line.
 * Does not own: the environment itself (main.ts passes it in).
 * Always holds: a setting that is unknown, badly written or out of range is refused at start, by
 * name; a flag beats the environment. docs/settings.md lists the same table, and a test compares them.
 */
import { parseArgs } from 'node:util'
import { readTrust } from './client-address.js'
import { LOG_LEVELS, type LogLevel } from './log.js'
import { isOriginPattern } from './origin.js'

export interface Settings {
  port: number
  host: string
  data: string
  ephemeral: boolean
  durability: 'fsync' | 'os'
  history: 'keep' | 'none'
  /** Restore points kept for each document. */
  restorePoints: number
  auth: 'unset' | 'none' | 'token' | 'callback'
  secret: string
  jwtPublicKey: string
  jwksUrl: string
  jwtIssuer: string
  jwtAudience: string
  authorizeUrl: string
  maxTokenAgeMs: number
  readerCarets: 'on' | 'off'
  origins: string[]
  trustProxy: string
  schemas: string[]
  logLevel: LogLevel
  compression: 'on' | 'off'
  maxMessageBytes: number
  maxDocumentBytes: number
  maxMessagesPerSecond: number
  maxBytesPerSecond: number
  maxFloodMs: number
  maxPresencePerSecond: number
  maxConnections: number
  maxConnectionsPerDocument: number
  maxConnectionsPerUser: number
  maxConnectionsPerAddress: number
  maxOpensPerMinute: number
  maxRequestsPerSecond: number
  maxHeaderBytes: number
  headersTimeoutMs: number
  requestTimeoutMs: number
  maxWaitingSockets: number
  authTimeoutMs: number
  maxFileBytes: number
  maxUnsavedBytes: number
  minFreeBytes: number
  spillDir: string
  sendBudgetBytes: number
  snapshotCacheBytes: number
  compactAfterUpdates: number
  unloadAfterMs: number
  stopGraceMs: number
  deletedKeepDays: number
}

export interface Setting<Value> {
  readonly env: string
  readonly flag: string
  readonly default: Value
  readonly help: string
  /** Its value is never repeated. */
  readonly isSecret?: true
  /** @throws SettingError whose message says what would be a value of this setting. */
  readonly parse: (text: string) => Value
}

/** A setting that cannot be used. The message names it and says what would do. */
export class SettingError extends Error {
  override readonly name = 'SettingError'
}

const integer = (min: number, max: number) => (text: string): number => {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < min || value > max) throw new SettingError(`a whole number from ${min} to ${max}`)
  return value
}

const oneOf = <const T extends string>(...values: readonly T[]) => (text: string): T => {
  const value = values.find((candidate) => candidate === text)
  if (value === undefined) throw new SettingError(`one of ${values.join(', ')}`)
  return value
}

const text = (value: string): string => {
  if (value.trim() === '') throw new SettingError('not empty')
  return value
}

const yesOrNo = (value: string): boolean => oneOf('true', 'false')(value) === 'true'

const url = (value: string): string => {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) throw new SettingError('an address such as https://app.example.com/path')
  return value
}

const origins = (value: string): string[] => {
  const list = value.split(',').map((origin) => origin.trim()).filter((origin) => origin !== '')
  if (!list.every(isOriginPattern)) throw new SettingError('origins such as https://app.example.com or https://*.example.com, separated by commas, or *')
  return list
}

const schemas = (value: string): string[] => {
  const list = value.split(',').map((schema) => schema.trim()).filter((schema) => schema !== '')
  if (list.some((schema) => !/^\d{1,9}-[0-9a-f]{16}$/.test(schema))) throw new SettingError('schemas such as 1-0123456789abcdef, separated by commas')
  return list
}

const proxies = (value: string): string => {
  if (!readTrust(value)) throw new SettingError('a number of proxies from 1 to 32, or addresses and networks such as 10.0.0.0/8, loopback or uniquelocal, separated by commas')
  return value
}

const MIB = 1024 * 1024
const DAY_MS = 24 * 3_600_000

export const SETTINGS: { readonly [K in keyof Settings]: Setting<Settings[K]> } = {
  port: { env: 'PORT', flag: 'port', default: 1234, parse: integer(0, 65_535), help: 'TCP port to listen on; 0 takes a free one' },
  host: { env: 'HOST', flag: 'host', default: '127.0.0.1', parse: text, help: 'Address to listen on. Beyond loopback only with a login, or COWRITE_AUTH=none' },
  data: { env: 'COWRITE_DATA', flag: 'data', default: './data', parse: text, help: 'Directory of the documents; made when missing' },
  ephemeral: { env: 'COWRITE_EPHEMERAL', flag: 'ephemeral', default: false, parse: yesOrNo, help: 'Keep documents in memory only; all are gone at the end' },
  durability: { env: 'COWRITE_DURABILITY', flag: 'durability', default: 'fsync', parse: oneOf('fsync', 'os'), help: 'fsync: saved survives a power cut; os: saved survives a crash of the server only' },
  history: { env: 'COWRITE_HISTORY', flag: 'history', default: 'keep', parse: oneOf('keep', 'none'), help: 'keep: every update stays, packed once a snapshot covers it; none: compaction deletes what the snapshot covers' },
  restorePoints: { env: 'COWRITE_RESTORE_POINTS', flag: 'restore-points', default: 10, parse: integer(0, 1_000), help: 'Restore points kept for each document: one is made when one edit deletes most of a long document, and before a file replaces it; 0 makes none' },
  auth: { env: 'COWRITE_AUTH', flag: 'auth', default: 'unset', parse: oneOf('unset', 'none', 'token', 'callback'), help: 'none: everybody who reaches the server may edit everything, also beyond loopback; token: COWRITE_SECRET, COWRITE_JWT_PUBLIC_KEY or COWRITE_JWKS_URL sign who may; callback: COWRITE_AUTHORIZE_URL says who may; unset: what of these is set says which' },
  secret: { env: 'COWRITE_SECRET', flag: 'secret', default: '', parse: text, isSecret: true, help: 'Secret shared with your backend, at least 32 bytes, or file: and its path: signs tokens (HS256) and what is sent to COWRITE_AUTHORIZE_URL' },
  jwtPublicKey: { env: 'COWRITE_JWT_PUBLIC_KEY', flag: 'jwt-public-key', default: '', parse: text, help: 'Public key of whoever signs tokens (RSA, P-256, P-384, P-521, Ed25519), as PEM, or file: and its path' },
  jwksUrl: { env: 'COWRITE_JWKS_URL', flag: 'jwks-url', default: '', parse: url, help: 'Address at which whoever signs tokens publishes the keys (JWKS)' },
  jwtIssuer: { env: 'COWRITE_JWT_ISSUER', flag: 'jwt-issuer', default: '', parse: text, help: 'What a token must have as iss, if anything' },
  jwtAudience: { env: 'COWRITE_JWT_AUDIENCE', flag: 'jwt-audience', default: '', parse: text, help: 'What a token must have as aud, if anything' },
  authorizeUrl: { env: 'COWRITE_AUTHORIZE_URL', flag: 'authorize-url', default: '', parse: url, help: 'Address of your backend that is asked, signed with COWRITE_SECRET, who may do what' },
  maxTokenAgeMs: { env: 'COWRITE_MAX_TOKEN_AGE_MS', flag: 'max-token-age-ms', default: 31 * DAY_MS, parse: integer(60_000, 366 * DAY_MS), help: 'Longest life of a token, from iat to exp, in milliseconds; as long a revocation is remembered' },
  readerCarets: { env: 'COWRITE_READER_CARETS', flag: 'reader-carets', default: 'on', parse: oneOf('on', 'off'), help: 'on: who may only read is seen by the others, too; off: is not' },
  origins: { env: 'COWRITE_ORIGINS', flag: 'origins', default: [], parse: origins, help: 'Further web origins whose pages may connect, use the API and embed documents, separated by commas: https://app.example.com, https://*.example.com for all names below that one, or * for all' },
  trustProxy: { env: 'COWRITE_TRUST_PROXY', flag: 'trust-proxy', default: '', parse: proxies, help: 'Proxies in front of this server whose X-Forwarded-For is believed: their number, or their addresses and networks, separated by commas' },
  schemas: { env: 'COWRITE_SCHEMAS', flag: 'schemas', default: [], parse: schemas, help: 'Further document schemas whose editors may write, as <version>-<hash>, separated by commas' },
  logLevel: { env: 'COWRITE_LOG_LEVEL', flag: 'log-level', default: 'info', parse: oneOf(...LOG_LEVELS), help: `How much to log to standard error: ${LOG_LEVELS.join(', ')}` },
  compression: { env: 'COWRITE_COMPRESSION', flag: 'compression', default: 'on', parse: oneOf('on', 'off'), help: 'on: messages to and from clients that offer permessage-deflate are compressed; off: for nobody' },
  maxMessageBytes: { env: 'COWRITE_MAX_MESSAGE_BYTES', flag: 'max-message-bytes', default: 16 * MIB, parse: integer(1024, 1024 * MIB), help: 'Largest message taken from a client, in bytes; a larger one is refused with 4413' },
  maxDocumentBytes: { env: 'COWRITE_MAX_DOCUMENT_BYTES', flag: 'max-document-bytes', default: 256 * MIB, parse: integer(1024, 64 * 1024 * MIB), help: 'Size of a document, history aside, in bytes, from which on clients may only delete from it' },
  maxMessagesPerSecond: { env: 'COWRITE_MAX_MESSAGES_PER_SECOND', flag: 'max-messages-per-second', default: 10_000, parse: integer(10, 1_000_000), help: 'Messages that one connection may send for ever, in a second, and 30 seconds of it at once; beyond it the client is read from no faster' },
  maxBytesPerSecond: { env: 'COWRITE_MAX_BYTES_PER_SECOND', flag: 'max-bytes-per-second', default: 4 * MIB, parse: integer(1024, 1024 * MIB), help: 'Bytes that one connection may send for ever, in a second, and 30 seconds of it at once; beyond it the client is read from no faster' },
  maxFloodMs: { env: 'COWRITE_MAX_FLOOD_MS', flag: 'max-flood-ms', default: 300_000, parse: integer(0, 86_400_000), help: 'How long a client may go on sending more than these two rates before it is closed (1013), in milliseconds; 0 never closes it' },
  maxPresencePerSecond: { env: 'COWRITE_MAX_PRESENCE_PER_SECOND', flag: 'max-presence-per-second', default: 30, parse: integer(1, 100_000), help: 'Presence states of one connection that the others are told of for ever, in a second, and 2 seconds of it at once; each begun kB counts as one; of more they are told the latest' },
  maxConnections: { env: 'COWRITE_MAX_CONNECTIONS', flag: 'max-connections', default: 50_000, parse: integer(1, 10_000_000), help: 'Connections in all; who comes then is refused with status 503' },
  maxConnectionsPerDocument: { env: 'COWRITE_MAX_CONNECTIONS_PER_DOCUMENT', flag: 'max-connections-per-document', default: 20_000, parse: integer(1, 10_000_000), help: 'Connections of one document; who comes then is closed with 1013' },
  maxConnectionsPerUser: { env: 'COWRITE_MAX_CONNECTIONS_PER_USER', flag: 'max-connections-per-user', default: 1_000, parse: integer(1, 10_000_000), help: 'Connections of one user, where people log in, over all documents; one more is closed with 1013' },
  maxConnectionsPerAddress: { env: 'COWRITE_MAX_CONNECTIONS_PER_ADDRESS', flag: 'max-connections-per-address', default: 2_000, parse: integer(1, 10_000_000), help: 'Connections of one address of the internet (a /64 network, with IPv6); one more is refused with status 429' },
  maxOpensPerMinute: { env: 'COWRITE_MAX_OPENS_PER_MINUTE', flag: 'max-opens-per-minute', default: 4_000, parse: integer(1, 10_000_000), help: 'Documents that one user, and one address of the internet, may open in a minute, all at once if need be; one more is refused with 1013, or status 429' },
  maxRequestsPerSecond: { env: 'COWRITE_MAX_REQUESTS_PER_SECOND', flag: 'max-requests-per-second', default: 200, parse: integer(1, 1_000_000), help: 'Requests over HTTP that one address of the internet may make for ever, in a second, and 30 seconds of it at once; one more is refused with status 429. Health checks do not count' },
  maxHeaderBytes: { env: 'COWRITE_MAX_HEADER_BYTES', flag: 'max-header-bytes', default: 16_384, parse: integer(2048, 1024 * 1024), help: 'Bytes of the first line and headers of a request; more is refused with status 431' },
  headersTimeoutMs: { env: 'COWRITE_HEADERS_TIMEOUT_MS', flag: 'headers-timeout-ms', default: 10_000, parse: integer(100, 3_600_000), help: 'How long these may take to arrive, from the connection on, in milliseconds; then the connection is closed with status 408' },
  requestTimeoutMs: { env: 'COWRITE_REQUEST_TIMEOUT_MS', flag: 'request-timeout-ms', default: 120_000, parse: integer(100, 3_600_000), help: 'How long a whole request may take to arrive, in milliseconds; then the connection is closed' },
  maxWaitingSockets: { env: 'COWRITE_MAX_WAITING_SOCKETS', flag: 'max-waiting-sockets', default: 10_000, parse: integer(10, 10_000_000), help: 'TCP connections that have not asked for anything; of more the one that has waited longest is closed' },
  authTimeoutMs: { env: 'COWRITE_AUTH_TIMEOUT_MS', flag: 'auth-timeout-ms', default: 10_000, parse: integer(100, 3_600_000), help: 'How long a login may take, in milliseconds; then the client is closed with 1013 and comes back' },
  maxFileBytes: { env: 'COWRITE_MAX_FILE_BYTES', flag: 'max-file-bytes', default: 10 * MIB, parse: integer(1024, 1024 * MIB), help: 'Largest picture that can be uploaded, in bytes; a larger one is refused with status 413' },
  maxUnsavedBytes: { env: 'COWRITE_MAX_UNSAVED_BYTES', flag: 'max-unsaved-bytes', default: 64 * MIB, parse: integer(1024, 64 * 1024 * MIB), help: 'Unsaved bytes in memory, while storage fails, at which clients are told to wait (1013)' },
  minFreeBytes: { env: 'COWRITE_MIN_FREE_BYTES', flag: 'min-free-bytes', default: 64 * MIB, parse: integer(0, 1024 * 1024 * MIB), help: 'Free bytes on the disk of the documents below which nothing is saved until there is room again; 0 watches nothing' },
  spillDir: { env: 'COWRITE_SPILL_DIR', flag: 'spill-dir', default: 'auto', parse: text, help: 'Where a stop leaves what it could not save when the data directory cannot be written; auto: below the directory for temporary files' },
  sendBudgetBytes: { env: 'COWRITE_SEND_BUDGET_BYTES', flag: 'send-budget-bytes', default: MIB, parse: integer(1024, 1024 * MIB), help: 'Bytes queued for one client at which it gets nothing more until it has read them' },
  snapshotCacheBytes: { env: 'COWRITE_SNAPSHOT_CACHE_BYTES', flag: 'snapshot-cache-bytes', default: 256 * MIB, parse: integer(0, 1024 * 1024 * MIB), help: 'Bytes of snapshots in memory, over all open documents; beyond it they are read again when needed' },
  compactAfterUpdates: { env: 'COWRITE_COMPACT_AFTER_UPDATES', flag: 'compact-after-updates', default: 500, parse: integer(10, 1_000_000), help: 'Updates since the last snapshot from which a new one is worth making' },
  unloadAfterMs: { env: 'COWRITE_UNLOAD_AFTER_MS', flag: 'unload-after-ms', default: 5_000, parse: integer(0, 86_400_000), help: 'How long a document without visitors stays in memory, in milliseconds' },
  stopGraceMs: { env: 'COWRITE_STOP_GRACE_MS', flag: 'stop-grace-ms', default: 7_000, parse: integer(1_000, 600_000), help: 'How long a stop may wait for unsaved changes, in milliseconds' },
  deletedKeepDays: { env: 'COWRITE_DELETED_KEEP_DAYS', flag: 'deleted-keep-days', default: 30, parse: integer(0, 36_500), help: 'Days after which a deleted document is erased for good; 0 keeps it until it is erased by hand' },
}

const names = Object.keys(SETTINGS) as (keyof Settings)[]

export const defaultSettings = (): Settings =>
  Object.fromEntries(names.map((name) => [name, SETTINGS[name].default])) as unknown as Settings

/**
 * Reads the settings; flags beat the environment, the environment beats the defaults.
 * @param flags the command line after the command's name
 * @throws SettingError in one line
 */
export function readSettings(flags: readonly string[], env: Readonly<Record<string, string | undefined>>): Settings {
  const settings: Record<string, unknown> = defaultSettings() as unknown as Record<string, unknown>
  const fromFlags = readFlags(flags)
  for (const name of names) {
    const { env: envName, flag, parse, isSecret } = SETTINGS[name]
    const [value, source] = flag in fromFlags ? [fromFlags[flag], `--${flag}`] : [env[envName], envName]
    if (value === undefined) continue
    try {
      settings[name] = parse(value)
    } catch (error) {
      if (!(error instanceof SettingError)) throw error
      throw new SettingError(`${source} ${isSecret ? 'cannot be used' : `is '${value}'`}; it must be ${error.message}.`)
    }
  }
  refuseUnknown(env)
  return settings as unknown as Settings
}

function readFlags(flags: readonly string[]): Record<string, string> {
  const known = Object.values(SETTINGS).map(({ flag, default: value }) => [flag, typeof value === 'boolean'] as const)
  const options = Object.fromEntries(known.map(([flag, isBoolean]) => [flag, { type: isBoolean ? 'boolean' : 'string' } as const]))
  try {
    const { values } = parseArgs({ args: [...flags], options, strict: true, allowPositionals: false })
    return Object.fromEntries(Object.entries(values).map(([flag, value]) => [flag, String(value)]))
  } catch (error) {
    // parseArgs names the flag in its first sentence; the rest is advice about positionals.
    const message = error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error)
    throw new SettingError(`${message}. See 'cowrite help'.`)
  }
}

/** Variables of the same prefix that steer the project's tests; a server started by a test inherits them. */
const TEST_VARIABLES = new Set(['COWRITE_TRACES', 'COWRITE_SEED', 'COWRITE_RUNS', 'COWRITE_LONG', 'COWRITE_TEST_SUMMARY'])

function refuseUnknown(env: Readonly<Record<string, string | undefined>>): void {
  const known = new Set(Object.values(SETTINGS).map((setting) => setting.env))
  for (const name of Object.keys(env)) {
    if (name.startsWith('COWRITE_') && !known.has(name) && !TEST_VARIABLES.has(name)) {
      throw new SettingError(`${name} is not a setting of this version. See 'cowrite help'.`)
    }
  }
}
