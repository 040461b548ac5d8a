/**
 * The keys that the settings name.
 *
 * Owns: reading them, and refusing those that are too weak.
 * Always holds: no message repeats any of a key.
 */
import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SettingError } from '../config.js'
import { SECRET_ALGORITHMS, type VerifyingKey } from './tokens.js'

/** Shortest secret, in bytes: as long as what HS256 makes of it (RFC 7518 §3.2). */
export const MIN_SECRET_BYTES = 32

/**
 * The shared secret of `COWRITE_SECRET`: the text itself, or `file:` and where it stands.
 * @throws SettingError
 */
export function readSecret(setting: string): Buffer {
  const secret = Buffer.from(contentOf('COWRITE_SECRET', setting), 'utf8')
  if (secret.length < MIN_SECRET_BYTES) {
    throw new SettingError(`COWRITE_SECRET has ${secret.length} bytes; it must have at least ${MIN_SECRET_BYTES}: openssl rand -base64 48`)
  }
  return secret
}

export const secretKey = (secret: Buffer): VerifyingKey => ({ key: createSecretKey(secret), algorithms: SECRET_ALGORITHMS })

/**
 * The public key of `COWRITE_JWT_PUBLIC_KEY`: PEM, or `file:` and where it stands.
 * @throws SettingError
 */
export function readPublicKey(setting: string): VerifyingKey {
  // Variables of the environment often cannot hold line breaks.
  const pem = contentOf('COWRITE_JWT_PUBLIC_KEY', setting).replaceAll('\\n', '\n')
  let key: KeyObject
  try {
    if (pem.includes('PRIVATE KEY')) throw new Error('a private key')
    key = createPublicKey(pem)
  } catch {
    throw new SettingError('COWRITE_JWT_PUBLIC_KEY is no public key in PEM form (-----BEGIN PUBLIC KEY-----), nor file: and the path of one.')
  }
  return { key, algorithms: algorithmsOf(key) }
}

const CURVES: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' }

function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string[] {
  const { modulusLength = 0, namedCurve = '' } = asymmetricKeyDetails ?? {}
  if (asymmetricKeyType === 'rsa' && modulusLength >= 2048) return ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
  if (asymmetricKeyType === 'ed25519') return ['EdDSA', 'Ed25519']
  const curve = CURVES[namedCurve]
  if (asymmetricKeyType === 'ec' && curve) return [curve]
  throw new SettingError('COWRITE_JWT_PUBLIC_KEY is a key of a kind that is not used: RSA of 2048 bits or more, P-256, P-384, P-521 or Ed25519 would do.')
}

function contentOf(name: string, setting: string): string {
  if (!setting.startsWith('file:')) return setting
  const path = setting.slice('file:'.length)
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new SettingError(`${name} names the file ${path}, which cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`)
  }
}
