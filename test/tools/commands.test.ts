/**
 * The command line: words, help, exit codes, what is printed where; and that docs/operate.md says the same.
 */
import { readFileSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { COMMANDS, ENDINGS, runCommand } from '@cowrite/server'
import { describe, expect, it } from 'vitest'
import { runCowrite } from '../support/server-process.js'
import { cowrite, cowriteJson, fill, newFolder, onData } from './support/cowrite.js'

const page = readFileSync(new URL('../../docs/operate.md', import.meta.url), 'utf8')
const usageOf = ({ name, arguments: wanted }: (typeof COMMANDS)[number]): string => ['cowrite', name, ...wanted].join(' ')

describe('cowrite', () => {
  it('[OT1] help lists every command; help of a command its flags and where it runs', async () => {
    const { code, out } = await cowrite('help')
    expect(code).toBe(0)
    for (const command of COMMANDS) {
      expect(out).toContain([command.name, ...command.arguments].join(' '))
      expect(out).toContain(command.summary)
      const help = await cowrite('help', ...command.name.split(' '))
      expect(help.code).toBe(0)
      expect(help.out).toContain(`${usageOf(command)} [flags]`)
      for (const flag of Object.keys(command.flags)) expect(help.out).toContain(`--${flag}`)
      expect((await cowrite(...command.name.split(' '), '--help')).out).toBe(help.out)
    }
    expect((await cowrite()).out).toBe(out)
    expect((await cowrite('help', 'nothing')).code).toBe(2)
  })

  it('[OT1] docs/operate.md has every command with exactly its flags', () => {
    const sections = page.split(/^### /m).slice(1)
    const documented = new Map(sections.flatMap((section) => {
      const title = /^`(cowrite [^`]*)`/.exec(section)?.[1]
      const flags = [...section.matchAll(/^\| `--([a-z-]+)[^|]*\|/gm)].map(([, flag]) => flag ?? '')
      return title === undefined ? [] : [[title, flags.sort()] as const]
    }))
    const real = COMMANDS.filter(({ where }) => where !== 'itself')
      .map((command) => [usageOf(command), Object.keys(command.flags).sort()] as const)
    expect(documented).toEqual(new Map(real))
  })

  it('[OT1] docs/operate.md lists exactly the exit codes', () => {
    const rows = [...page.matchAll(/^\| `(\d+)` \| `([a-z-]+)` \| ([^|]+) \|$/gm)].map(([, code, name, when]) => [name, { code: Number(code), when }])
    expect(Object.fromEntries(rows)).toEqual(ENDINGS)
  })

  it('[OT3] with --json one JSON value is printed, also when it fails, and nothing else', async () => {
    const folder = await newFolder()
    const data = join(folder, 'data')
    expect(await cowriteJson('list', '--data', data)).toMatchObject({ code: 6, result: { error: { code: 'not-found' } } })
    expect(await cowriteJson('list', 'much', '--data', data)).toMatchObject({ code: 2, result: { error: { code: 'usage' } } })
    expect(await cowriteJson('nothing')).toMatchObject({ code: 2 })
    await onData(data, (storage) => fill(storage, 1))
    expect(await cowriteJson('list', '--data', data)).toEqual({ code: 0, result: { documents: ['document 0'] } })
  })

  it('[OT4] a command that only reads makes no data directory', async () => {
    const folder = await newFolder()
    await mkdir(join(folder, 'empty'))
    for (const data of [join(folder, 'missing'), join(folder, 'empty')]) {
      for (const words of [['list'], ['stats'], ['backup', join(folder, 'backup')]]) {
        const run = await cowrite(...words, '--data', data)
        expect(run).toMatchObject({ code: 6, out: '' })
        expect(run.err).toContain(data)
      }
    }
    expect(await readdir(folder)).toEqual(['empty'])
    expect(await readdir(join(folder, 'empty'))).toEqual([])
  })

  it('[OT16] words that make no sense are refused with what would, and exit code 2', async () => {
    const wrong: [words: string[], says: RegExp][] = [
      [['nothing'], /no command 'nothing'/],
      [['backup'], /cowrite backup <dir>/],
      [['backup', 'a', 'b'], /cowrite backup <dir>/],
      [['list', '--fast'], /--fast.*cowrite help list/],
      [['list', '--data'], /--data/],
      [['restore', 'x', '--part', 'two'], /--part is 'two'/],
      [['health', '--port', 'x'], /--port is 'x'/],
    ]
    for (const [words, says] of wrong) {
      const run = await cowrite(...words)
      expect(run).toMatchObject({ code: 2, out: '' })
      expect(run.err).toMatch(/^cowrite: [^\n]+\n$/)
      expect(run.err).toMatch(says)
    }
  })

  it('[OT17] a name cannot write to the terminal; --json gives it as it is', async () => {
    const data = join(await newFolder(), 'data')
    const names = ["'quoted'", 'a\nb', 'back\u202Eward', 'plain', '\u001B[2Jclear', 'naïve ☕/x'].sort()
    await onData(data, (storage) => storage.append(names.map((name) => ({ name, update: Uint8Array.of(0, 0), time: 1 }))))
    const { out } = await cowrite('list', '--data', data)
    for (const character of ['\u001B', '\u202E']) expect(out).not.toContain(character)
    expect(out.trimEnd().split('\n')).toHaveLength(names.length)
    expect(out).toContain('plain\n')
    expect(out).toContain('naïve ☕/x\n')
    expect(out).toContain(String.raw`'a\nb'`)
    expect(((await cowriteJson('list', '--data', data)).result['documents'] as string[]).sort()).toEqual(names)
  })

  it('[OT18] progress is shown only where somebody looks and after a second', async () => {
    const data = join(await newFolder(), 'data')
    await onData(data, (storage) => fill(storage, 1))
    const shown: string[] = []
    const terminal = { out: async () => undefined, err: async () => undefined, show: (text: string) => void shown.push(text) }
    const slow = { ...COMMANDS[0], name: 'slow', where: 'stopped', arguments: [], flags: {} } as const
    const reports: [done: number, total: number | undefined, unit: string][] = [[1, 4, 'bytes'], [2_000_000, 4_000_000, 'bytes'], [30, undefined, 'documents']]
    const command = (waitMs: number): (typeof COMMANDS)[number] => ({
      ...slow, summary: '', details: [],
      run: async ({ onProgress }) => {
        for (const report of reports) {
          const until = performance.now() + waitMs
          while (performance.now() < until) await new Promise(setImmediate)
          onProgress(...report)
        }
        return { result: {}, text: '' }
      },
    })
    await runCommand(['slow'], [command(1)], {}, terminal)
    expect(shown).toEqual([])
    await runCommand(['slow'], [command(600)], {}, terminal)
    expect(shown).toEqual(['\r[###############...............]  50 %  2.0 MB of 4.0 MB\u001B[K', '\r30 documents\u001B[K', '\r\u001B[K'])
  })

  it('[OT16] as a process: exit code, standard output and error', async () => {
    const data = join(await newFolder(), 'data')
    await onData(data, (storage) => fill(storage, 2))
    expect(await runCowrite(['list', '--data', data])).toMatchObject({ code: 0, stdout: 'document 0\ndocument 1\n', stderr: '' })
    expect(await runCowrite(['nothing'])).toMatchObject({ code: 2, stdout: '' })
    expect(await runCowrite(['serve', '--port', 'x'])).toMatchObject({ code: 2, stdout: '' })
  })
})
