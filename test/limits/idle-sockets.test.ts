/**
 * Rule LM46: many connections that never log in, at a server in a process of its own. COWRITE_LONG=1 takes
 * ten thousand of them, and prints what they cost.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { arrive } from '../security/support.js'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'

const IS_LONG = process.env['COWRITE_LONG'] === '1'
const SOCKETS = IS_LONG ? 10_000 : 1_000
/** At most 10 kB each, and something for the heap's own ways. */
const MAX_MB = IS_LONG ? 100 : 25

let server: ServerProcess | undefined
let sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets = []
  await server?.remove()
})

const residentMb = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024

/** Opens them in groups: all at once would be a test of the system's queue. */
async function open(port: number, says: string): Promise<void> {
  for (let i = 0; i < SOCKETS; i += 100) {
    const group = Array.from({ length: 100 }, () => connect(port, '127.0.0.1'))
    sockets.push(...group)
    await Promise.all(group.map((socket) => once(socket, 'connect')))
    for (const socket of group) {
      socket.on('error', () => {})
      if (says !== '') socket.write(says)
    }
  }
}

describe.runIf(process.platform === 'linux')(`${SOCKETS} connections that never log in`, () => {
  it.each([
    ['send nothing', ''],
    ['send half a request', 'GET /story HTTP/1.1\r\nHost: localhost\r\nX-Half: '],
  ])('[LM46] and %s cost little, and let everybody in', async (_, says) => {
    server = await startServerProcess({ flags: ['--ephemeral', '--headers-timeout-ms', '600000', '--request-timeout-ms', '600000', '--max-waiting-sockets', '20000'] })
    const { port, pid } = server
    expect(await arrive(port, '/before')).toBe('step1')
    const before = residentMb(pid)
    await open(port, says)
    const times: number[] = []
    for (let i = 0; i < 50; i++) {
      const start = performance.now()
      expect(await arrive(port, '/story')).toBe('step1')
      times.push(performance.now() - start)
    }
    const cost = residentMb(pid) - before
    const longest = Math.max(...times)
    if (IS_LONG) console.log(`${SOCKETS} that ${_}: ${cost.toFixed(1)} MB; the slowest of 50 who came meanwhile took ${longest.toFixed(0)} ms`)
    expect(cost).toBeLessThan(MAX_MB)
    expect(sockets.filter((socket) => socket.destroyed)).toEqual([])
  })
})
