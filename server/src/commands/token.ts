/** `cowrite token`: makes a token, signed with COWRITE_SECRET; for trying things out, for scripts, and for a first admin. */
import { isDocumentName, isRole, ROLES } from '@cowrite/protocol'
import { SignJWT } from 'jose'
import { readFace, type Right } from '../access/identity.js'
import { readSecret } from '../access/keys.js'
import { OperationError } from '../operations/operation.js'
import type { Command } from './command.js'

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

export const token: Command = {
  name: 'token',
  arguments: [],
  summary: 'make a token with which somebody can log in',
  details: [
    'Signed with COWRITE_SECRET, which the server must have as well. Prints the token and nothing else. ' +
      'Open it with /d/<document>#token=<token>, or send it as Authorization: Bearer <token>.',
  ],
  flags: {
    user: { type: 'string', value: 'ID', help: 'id of the user; needed' },
    name: { type: 'string', value: 'NAME', help: 'the name that others see' },
    color: { type: 'string', value: '#RRGGBB', help: 'the color that others see' },
    doc: { type: 'string', value: 'NAME', help: 'the document it is for' },
    prefix: { type: 'string', value: 'TEXT', help: 'instead of --doc: all documents whose names begin so; "" for all' },
    glob: { type: 'string', value: 'GLOB', help: 'instead of --doc: all documents whose names fit' },
    role: { type: 'string', value: 'ROLE', help: `${ROLES.join(', ')}; default: write` },
    ttl: { type: 'string', value: 'TIME', help: 'how long it counts, as 90s, 15m, 8h or 7d; default: 1h' },
  },
  where: 'nowhere',
  run: async ({ values, settings }) => {
    if (settings.secret === '') throw new OperationError('usage', 'COWRITE_SECRET is not set: tokens are signed with it.')
    const secret = readSecret(settings.secret)
    const text = (flag: string): string | undefined => (typeof values[flag] === 'string' ? values[flag] : undefined)
    const { id, name, color } = faceOf(text('user'), text('name'), text('color'))
    const seconds = secondsOf(text('ttl') ?? '1h', settings.maxTokenAgeMs)
    const rights = [rightOf(text('doc'), text('prefix'), text('glob'), text('role') ?? 'write')]
    const iat = Math.floor(Date.now() / 1000)
    const claims = { ...(name !== undefined && { name }), ...(color !== undefined && { color }), rights, iat, exp: iat + seconds }
    const jwt = await new SignJWT({
      sub: id, ...claims,
      ...(settings.jwtIssuer !== '' && { iss: settings.jwtIssuer }),
      ...(settings.jwtAudience !== '' && { aud: settings.jwtAudience }),
    }).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(secret)
    return { result: { token: jwt, expires: new Date((iat + seconds) * 1000).toISOString() }, text: `${jwt}\n` }
  },
}

function faceOf(id: string | undefined, name: string | undefined, color: string | undefined) {
  if (id === undefined) throw new OperationError('usage', 'Say for whom: --user ID')
  if (color !== undefined && !/^#[0-9a-f]{6}$/i.test(color)) throw new OperationError('usage', '--color is #rrggbb')
  try {
    return readFace({ id, name, color, avatar: undefined })
  } catch (error) {
    throw new OperationError('usage', `That makes no token: ${(error as Error).message}.`)
  }
}

function rightOf(document: string | undefined, prefix: string | undefined, glob: string | undefined, role: string): Right {
  if (!isRole(role)) throw new OperationError('usage', `--role is one of ${ROLES.join(', ')}`)
  if ([document, prefix, glob].filter((pattern) => pattern !== undefined).length !== 1) {
    throw new OperationError('usage', 'Say for which documents: one of --doc, --prefix and --glob')
  }
  if (prefix !== undefined) return { prefix, role }
  if (glob !== undefined) return { glob, role }
  if (document === undefined || !isDocumentName(document)) throw new OperationError('usage', '--doc is no document name: 1 to 512 bytes of UTF-8')
  return { document, role }
}

function secondsOf(text: string, longestMs: number): number {
  const match = /^(\d{1,9})([smhd])$/.exec(text)
  const seconds = Number(match?.[1] ?? 0) * UNITS[(match?.[2] ?? 's') as keyof typeof UNITS]
  if (!(seconds > 0 && seconds * 1000 <= longestMs)) {
    throw new OperationError('usage', `--ttl is a time such as 90s, 15m, 8h or 7d, and at most ${Math.floor(longestMs / 1000)}s (COWRITE_MAX_TOKEN_AGE_MS)`)
  }
  return seconds
}
