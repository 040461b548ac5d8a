/**
 * The server must stop while its disk fails.
 *
 * Proves rules DU7 and DU8 on the real process: SIGTERM during the outage, and the next start. On a real file system
 * of 24 MB that is full, where one may be mounted; and everywhere with a data directory whose log cannot grow.
 */
import { readdirSync, statSync } from 'node:fs'
import { MemoryStorage } from '@cowrite/persistence'
import { FaultyStorage } from '@cowrite/persistence/contract'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { PATIENCE } from '../support/patience.js'
import { useServers } from '../support/running-server.js'
import { newDirectory, removeDirectory, startServerProcess } from '../support/server-process.js'
import { Typist } from '../support/typist.js'
import { mountSmall, whyNoMounts } from './outage/small-file-system.js'

const start = useServers()

const GRACE_MS = 3_000

async function temporaryDirectory(): Promise<string> {
  const directory = await newDirectory()
  onTestFinished(() => removeDirectory(directory))
  return directory
}

/** Somebody who types into a document, and goes for good when the server does. */
async function typeInto(server: { webSocketUrl: string }, document: string, text: string): Promise<Typist> {
  const typist = new Typist(server, document)
  await typist.synced
  typist.doc.getText('text').insert(0, text)
  return typist
}

async function textOf(server: { webSocketUrl: string }, document: string): Promise<string> {
  const reader = new Typist(server, document)
  await reader.synced
  const text = reader.doc.getText('text').toString()
  reader.drop()
  return text
}

describe('a stop while the disk fails', { timeout: 60_000 }, () => {
  it('[DU7] [DU8] [OP2] of a full file system leaves a spill file elsewhere, which the next start takes in', async ({ skip }) => {
    const whyNot = whyNoMounts('tmpfs')
    if (whyNot !== undefined) return skip(whyNot)
    const small = await mountSmall('tmpfs')
    const spillDir = await temporaryDirectory()
    const flags = ['--min-free-bytes', '0', '--spill-dir', spillDir, '--stop-grace-ms', String(GRACE_MS)]
    const server = await startServerProcess({ data: small.path('data'), flags })
    onTestFinished(() => server.remove())
    const before = await typeInto(server, 'minutes', 'saved ')
    const other = await typeInto(server, 'new/document', '')
    await before.saved()
    await small.fill()
    await vi.waitFor(async () => expect((await fetch(`${server.url}/readyz`)).status).toBe(503), { timeout: 20_000, interval: 20 })
    before.doc.getText('text').insert(6, 'unsaved')
    other.doc.getText('text').insert(0, 'never on disk')
    // Frames are handled in order: when the answer to a step 1 is there, what was sent before it was accepted.
    await Promise.all([before, other].map((typist) => typist.answered()))

    const { code, ms } = await server.kill('SIGTERM')
    expect(code).toBe(1)
    expect(ms).toBeLessThan(GRACE_MS + 1_000 * PATIENCE)
    for (const typist of [before, other]) typist.drop()
    const said = server.stderr.split('\n').find((line) => line.includes('stopped with unsaved changes'))
    expect(said).toContain('"minutes"')
    expect(said).toContain('"new/document"')
    const [file, ...more] = readdirSync(spillDir)
    expect(said).toContain(file)
    expect(more).toEqual([])
    expect(statSync(`${spillDir}/${file}`).mode & 0o777).toBe(0o600)

    await small.empty()
    await server.start()
    expect(await textOf(server, 'minutes')).toBe('saved unsaved')
    expect(await textOf(server, 'new/document')).toBe('never on disk')
    expect(readdirSync(spillDir)).toEqual([])
    expect(server.stderr).toContain('unsaved changes of an earlier stop were taken in')
    await server.restart()
    expect(await textOf(server, 'minutes')).toBe('saved unsaved')
    console.log(`SIGTERM while the disk is full: exit ${code} after ${ms.toFixed(0)} ms, 2 documents in the spill file, both taken in`)
  })

  it('[DU7] [DU8] of a storage that fails, or that hangs, leaves one in the data directory', async () => {
    await Promise.all((['fail', 'stall'] as const).map(stopAndStart))
  })

  async function stopAndStart(kind: 'fail' | 'stall'): Promise<void> {
    const data = await temporaryDirectory()
    const storage = new FaultyStorage(new MemoryStorage(), ({ verb }) => (verb === 'append' ? { kind } : undefined))
    const settings = { ephemeral: false, data, stopGraceMs: 2_200 }
    const server = await start(settings, { storage })
    const address = { webSocketUrl: server.url.replace('http', 'ws') }
    const typist = await typeInto(address, 'minutes', 'unsaved')
    await vi.waitFor(() => expect([...server.rooms].some((room) => room.hasUnsaved)).toBe(true), { timeout: 20_000, interval: 20 })
    expect(await server.close()).toBe(false)
    typist.drop()
    const [file] = readdirSync(data)
    expect(server.log.lines.find((line) => line.includes('stopped with unsaved changes'))).toContain(file)

    const disk = new MemoryStorage()
    const next = await start(settings, { storage: disk })
    expect(await textOf({ webSocketUrl: next.url.replace('http', 'ws') }, 'minutes')).toBe('unsaved')
    expect(readdirSync(data)).toEqual([])
  }

  it('[DU7] leaves none when storage takes everything after all', async () => {
    const data = await temporaryDirectory()
    const storage = new FaultyStorage(new MemoryStorage(), ({ verb }) => (verb === 'append' ? { kind: 'stall' } : undefined))
    const server = await start({ ephemeral: false, data, stopGraceMs: 8_000 }, { storage })
    const typist = await typeInto({ webSocketUrl: server.url.replace('http', 'ws') }, 'minutes', 'late')
    await storage.whenStalled()
    const closing = server.close()
    await vi.waitFor(() => expect(readdirSync(data)).toHaveLength(1), { timeout: 20_000, interval: 20 })
    storage.plan = () => undefined
    storage.release()
    expect(await closing).toBe(true)
    expect(readdirSync(data)).toEqual([])
    typist.drop()
  })
})
