/**
 * Child processes that use a storage, for what cannot be done to one's own process.
 *
 * Owns: starting them, reading what they say line by line, ending them. Does not own: what they do (child-*.mjs).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export interface Child {
  readonly process: ChildProcess
  /** The next line it says that begins with this word, without the word. @throws when it ends before. */
  line(word: string): Promise<string>
  /** All lines said until now, or, once `ended` has resolved, all. */
  readonly lines: readonly string[]
  /** Kills it as `kill -9` does and waits until all that it said has come. */
  kill(): Promise<void>
  readonly ended: Promise<unknown>
}

/** @param fileSizeLimitKilobytes what no file of the child may grow beyond: a real fault of a real disk. */
export function startChild(script: string, args: readonly string[], fileSizeLimitKilobytes?: number): Child {
  const path = fileURLToPath(new URL(`./${script}`, import.meta.url))
  const command = [process.execPath, path, ...args]
  // The unit of bash is 1024 bytes; other shells count in 512.
  const limited = ['bash', '-c', `ulimit -f ${fileSizeLimitKilobytes}; exec "$0" "$@"`, ...command]
  const [program, ...rest] = fileSizeLimitKilobytes === undefined ? command : limited
  const child = spawn(program as string, rest, { stdio: ['pipe', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  const errors: string[] = []
  child.stderr.on('data', (text: Buffer) => errors.push(text.toString()))
  const reader: Interface = createInterface(child.stdout)
  reader.on('line', (line) => lines.push(line))
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')])
  const isOver = ended.then(() => true)
  const line = async (word: string): Promise<string> => {
    for (let next = 0; ; ) {
      for (; next < lines.length; next++) {
        const said = lines[next] as string
        if (said.startsWith(`${word} `)) return said.slice(word.length + 1)
      }
      const over = await Promise.race([once(reader, 'line').then(() => false), isOver])
      if (over && next >= lines.length) throw new Error(`the child ended without "${word}": ${errors.join('')}`)
    }
  }
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  return { process: child, line, lines, kill, ended }
}
