/**
 * The real server in this process, on a free port, with pages of its own and a log that can be read.
 *
 * Owns: starting and stopping it around each test. Does not own: its parts.
 * Always holds: nothing of it outlives the test.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Parts, type RunningServer, type Settings, startServer } from '@cowrite/server'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { type LogLines, logLines } from './log-lines.js'

export interface TestServer extends RunningServer {
  readonly log: LogLines
}

/**
 * Call once at the top of a test file.
 * @returns starts a server that is stopped after the test
 */
export function useServers(): (settings?: Partial<Settings>, parts?: Parts) => Promise<TestServer> {
  const running: RunningServer[] = []
  let pages = ''
  beforeAll(() => {
    pages = mkdtempSync(join(tmpdir(), 'cowrite-pages-'))
    mkdirSync(join(pages, 'assets'))
    writeFileSync(join(pages, 'index.html'), '<!doctype html><title>the editor</title>')
    writeFileSync(join(pages, 'embed.html'), '<!doctype html><title>the editor in a frame</title>')
    writeFileSync(join(pages, 'home.html'), '<!doctype html><title>the start page</title>')
    writeFileSync(join(pages, 'assets', 'editor-0a1b2c.js'), 'export {}')
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.close()))
  })
  afterAll(() => rmSync(pages, { recursive: true, force: true }))

  return async (settings = {}, parts = {}) => {
    const log = logLines()
    const server = await startServer({ port: 0, ephemeral: true, stopGraceMs: 1_000, ...settings }, { pages, log, ...parts })
    running.push(server)
    return { ...server, log }
  }
}
