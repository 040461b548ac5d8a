/**
 * The disk fails while people type, and is mended.
 *
 * Proves rules DU4 and DU5 with real clients, sockets and time: through a storage that fails as it is told, and on a
 * real small file system that fills up. COWRITE_LONG=1 makes each outage 60 s long, as a person would need to notice.
 */
import { MemoryStorage } from '@cowrite/persistence'
import { FaultyStorage } from '@cowrite/persistence/contract'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { PATIENCE } from '../support/patience.js'
import { useServers } from '../support/running-server.js'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'
import { Typist } from '../support/typist.js'
import { FILE_SYSTEMS, mountSmall, type SmallKind, whyNoMounts } from './outage/small-file-system.js'
import { Writers } from './outage/writers.js'

const MIB = 1024 * 1024
const isLong = process.env['COWRITE_LONG'] === '1'
const OUTAGE_MS = isLong ? 60_000 : 2_300
/** In the short form the one that is most like what people have. */
const KINDS = FILE_SYSTEMS.filter((kind) => isLong || kind === (whyNoMounts('ext4') === undefined ? 'ext4' : 'tmpfs'))
const TIME_LIMIT_MS = OUTAGE_MS + 120_000
/** What people may have to wait for, in milliseconds. */
const NOTICED_WITHIN_MS = 2_000 * PATIENCE
const SAVED_WITHIN_MS = 5_000 * PATIENCE

const start = useServers()

const untilNotReady = (url: string): Promise<void> =>
  vi.waitFor(async () => expect(await statusOf(url)).toBe(503), { timeout: 20_000, interval: 20 })

async function textOf(server: ServerProcess, document: string): Promise<string> {
  const reader = new Typist(server, document)
  await reader.synced
  const text = reader.doc.getText('text').toString()
  reader.drop()
  return text
}

const statusOf = async (url: string): Promise<number> => (await fetch(`${url}/readyz`)).status

interface Outage {
  readonly name: string
  readonly url: string
  readonly writers: Writers
  readonly fail: () => Promise<void>
  readonly heal: () => Promise<void>
}

/** Lets storage fail for so long, and checks what must hold before, meanwhile and after. */
async function endure({ name, url, writers, fail, heal }: Outage): Promise<void> {
  await writers.begin()
  expect(await statusOf(url)).toBe(200)
  await fail()
  const began = performance.now()
  writers.outageBegan()
  await vi.waitFor(() => expect(writers.all.every(({ unsavedAt }) => unsavedAt !== undefined)).toBe(true), { timeout: NOTICED_WITHIN_MS + 500, interval: 20 })
  const noticed = Math.max(...writers.all.map(({ unsavedAt }) => (unsavedAt ?? 0) - began))
  const readiness = new Set<number>()
  while (performance.now() - began < OUTAGE_MS) {
    readiness.add(await statusOf(url))
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  const faults = writers.outageEnded()
  const healed = performance.now()
  await heal()
  await writers.allSaved()
  const saved = performance.now() - healed
  await writers.stop()
  const typed = writers.all.reduce((sum, { during }) => sum + during.length, 0)
  console.log(`${name}, ${(OUTAGE_MS / 1000).toFixed(1)} s: ${typed} characters of ${writers.all.length} people typed meanwhile, ` +
    `"not saved" shown after ${noticed.toFixed(0)} ms, all saved ${saved.toFixed(0)} ms after it ended`)
  expect(faults).toEqual([])
  expect([...readiness]).toEqual([503])
  expect(noticed).toBeLessThan(NOTICED_WITHIN_MS)
  expect(saved).toBeLessThan(SAVED_WITHIN_MS)
  expect(await statusOf(url)).toBe(200)
  // Throws unless everything typed is there.
  expect(writers.contents().size).toBeGreaterThan(0)
}

describe('an outage of the disk', { timeout: TIME_LIMIT_MS }, () => {
  it('[DU4] of any kind is shown within 2 s, relays nothing, and ends with everything saved', async () => {
    const outages = (['ENOSPC', 'EIO', 'EROFS'] as const).map(async (errno): Promise<Outage> => {
      const storage = new FaultyStorage(new MemoryStorage())
      const server = await start({}, { storage })
      const fail = async (): Promise<void> => void (storage.plan = () => ({ kind: 'fail', errno }))
      const heal = async (): Promise<void> => void (storage.plan = () => undefined)
      return { name: errno, url: server.url, writers: new Writers(server.url, 6, 2), fail, heal }
    })
    await Promise.all(outages.map(async (outage) => endure(await outage)))
  })

  it('[DU4] [DU5] of real small file systems, full or nearly so, ends the same way, and a kill afterwards finds everything', async ({ skip }) => {
    const whyNot = KINDS.map(whyNoMounts).find((reason) => reason !== undefined)
    if (whyNot !== undefined) return skip(whyNot)
    await Promise.all([...KINDS.map(fillUp), nearlyFillUp()])
  })

  async function fillUp(kind: SmallKind): Promise<void> {
    const small = await mountSmall(kind)
    const server = await startServerProcess({ data: small.path('data'), flags: ['--min-free-bytes', '0', '--compact-after-updates', '50'] })
    onTestFinished(() => server.remove())
    const writers = new Writers(server.url, 6, 2)
    const fail = async (): Promise<void> => {
      await small.fill()
      await untilNotReady(server.url)
    }
    await endure({ name: `full ${kind}`, url: server.url, writers, fail, heal: () => small.empty() })
    const contents = writers.contents()
    writers.leave()
    await server.restart()
    for (const [document, text] of contents) expect(await textOf(server, document)).toBe(text)
  }

  /** A watermark stops writing before the disk is full, and leaves reading alone. */
  async function nearlyFillUp(): Promise<void> {
    const small = await mountSmall('tmpfs')
    const server = await startServerProcess({ data: small.path('data'), flags: ['--min-free-bytes', String(8 * MIB)] })
    onTestFinished(() => server.remove())
    const writers = new Writers(server.url, 6, 2)
    const fail = async (): Promise<void> => {
      await small.fillBut(6 * MIB)
      await untilNotReady(server.url)
    }
    let read = ''
    const heal = async (): Promise<void> => {
      expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ status: 'unavailable', reason: 'the disk is nearly full' })
      expect(small.free()).toBeGreaterThan(5 * MIB)
      read = await textOf(server, 'outage/0')
      await small.empty()
    }
    await endure({ name: 'below the watermark', url: server.url, writers, fail, heal })
    expect(read.length).toBeGreaterThan(0)
    expect(server.stderr).toContain('bytes are free on the disk')
  }
})
