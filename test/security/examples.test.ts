/**
 * Rules AC12 and AC13: what docs/auth.md shows makes tokens that count, and so does `cowrite token`.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COMMANDS, runCommand } from '@cowrite/server'
import { afterAll, describe, expect, it } from 'vitest'
import { useServers } from '../support/running-server.js'
import { SECRET } from '../support/tokens.js'
import { arriveWith } from './support.js'

const start = useServers()
const page = readFileSync(new URL('../../docs/auth.md', import.meta.url), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'cowrite-examples-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The first block of this language on the page. */
function exampleIn(language: string): string {
  const block = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page.slice(page.indexOf('## Making tokens')))?.[1]
  if (block === undefined) throw new Error(`docs/auth.md has no example in ${language}`)
  return block
}

function isHere(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const LANGUAGES = [
  { language: 'js', file: 'token.mjs', run: [process.execPath], version: '--version' },
  { language: 'python', file: 'token_example.py', run: ['python3'], version: '--version' },
  { language: 'php', file: 'token.php', run: ['php'], version: '--version' },
  { language: 'ruby', file: 'token.rb', run: ['ruby'], version: '--version' },
  { language: 'go', file: 'token.go', run: ['go', 'run'], version: 'version' },
] as const

/** What a token opens: a document it is for, and one it is not for. */
async function opens(token: string): Promise<unknown[]> {
  const { port } = await start({ secret: SECRET })
  return [await arriveWith(port, token, '/team/notes'), await arriveWith(port, token, '/other')]
}

describe('the examples of docs/auth.md', () => {
  for (const { language, file, run: [command, ...args], version } of LANGUAGES) {
    const missing = isHere(command, version) ? '' : ` (${command} is not on this machine)`
    it.skipIf(missing !== '')(`[AC12] in ${language} makes a token that counts${missing}`, async () => {
      writeFileSync(join(folder, file), exampleIn(language))
      const env = { ...process.env, COWRITE_SECRET: SECRET }
      const token = execFileSync(command, [...args, join(folder, file)], { env, encoding: 'utf8' }).trim()
      expect(await opens(token)).toEqual(['step1', 4403])
    })
  }
})

describe('cowrite token', () => {
  async function cowrite(words: string[], env: Record<string, string> = { COWRITE_SECRET: SECRET }) {
    let out = ''
    let err = ''
    const code = await runCommand(['token', ...words], COMMANDS, env, {
      out: async (text) => void (out += String(text)),
      err: async (text) => void (err += text),
    })
    return { code, out: out.trim(), err }
  }

  it.each([['--doc', 'team/notes'], ['--prefix', 'team/'], ['--glob', 'team/*']])('[AC13] makes a token for %s %s', async (flag, value) => {
    const { code, out } = await cowrite(['--user', 'u1', '--name', 'Ada', '--color', '#0b6fa4', flag, value, '--role', 'comment', '--ttl', '15m'])
    expect(code).toBe(0)
    expect(await opens(out)).toEqual(['step1', 4403])
    const claims = JSON.parse(Buffer.from(out.split('.')[1] ?? '', 'base64url').toString()) as Record<string, number>
    expect(claims).toMatchObject({ sub: 'u1', name: 'Ada', color: '#0b6fa4' })
    expect((claims['exp'] ?? 0) - (claims['iat'] ?? 0)).toBe(900)
  })

  it.each([
    [['--doc', 'a'], '--user'],
    [['--user', 'u1'], '--doc'],
    [['--user', 'u1', '--doc', 'a', '--prefix', 'b'], 'one of'],
    [['--user', 'u1', '--doc', ''], '--doc'],
    [['--user', '', '--doc', 'a'], 'user id'],
    [['--user', 'u1', '--doc', 'a', '--role', 'owner'], '--role'],
    [['--user', 'u1', '--doc', 'a', '--ttl', '5'], '--ttl'],
    [['--user', 'u1', '--doc', 'a', '--ttl', '32d'], '--ttl'],
    [['--user', 'u1', '--doc', 'a', '--color', 'red'], '--color'],
  ])('[AC13] %j is refused', async (words, reason) => {
    const { code, out, err } = await cowrite(words)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(reason)
  })

  it('[AC13] needs the secret', async () => {
    expect(await cowrite(['--user', 'u1', '--doc', 'a'], {})).toMatchObject({ code: 2, err: expect.stringContaining('COWRITE_SECRET') })
  })
})
