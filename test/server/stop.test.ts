/**
 * Rules OP, and HS8: how a server ends. Real sockets, virtual time. Signals and exit codes: test/faults, test/e2e.
 */
import { MemoryStorage } from '@cowrite/persistence'
import { FaultyStorage } from '@cowrite/persistence/contract'
import { encodeSaved, encodeStep1, encodeUpdate } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { decodeServerFrame } from '../support/peer.js'
import { Opcode, RawSocket } from '../support/raw-socket.js'
import { useServers } from '../support/running-server.js'
import { VirtualClock } from '../support/virtual-clock.js'

const start = useServers()

const updateOf = (text: string): Uint8Array => {
  const doc = new Y.Doc()
  doc.getText('text').insert(0, text)
  return Y.encodeStateAsUpdate(doc)
}

/** Lets virtual time pass until something has happened. @returns how much passed, in milliseconds */
async function passUntil<T>(clock: VirtualClock, promise: Promise<T>, atMost: number): Promise<{ value: T; ms: number }> {
  const begin = clock.now()
  let done = false
  void promise.finally(() => (done = true))
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve))
    if (done) return { value: await promise, ms: clock.now() - begin }
    if (clock.now() - begin > atMost) throw new Error(`still not done after ${atMost} virtual ms`)
    if (!clock.ringNext(clock.now() + 100)) clock.spend(10)
  }
}

/** Waits until the server has answered everything that was sent before. */
async function answered(raw: RawSocket): Promise<void> {
  raw.send(encodeStep1(Uint8Array.of(0)))
  for (;;) {
    const { opcode, payload } = await raw.nextFrame()
    if (opcode === Opcode.binary && decodeServerFrame(payload).type === 'step2') return
  }
}

describe('stopping', () => {
  it('[HS8] answers new connections with 503 and Retry-After, and says so at /readyz', async () => {
    const clock = new VirtualClock()
    const server = await start({}, { clock })
    const visitor = await RawSocket.shakeHands(server.port)
    await answered(visitor)
    const closing = server.close()
    const { status, headers } = await (await RawSocket.open(server.port)).request('/late')
    expect(status).toBe(503)
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    const ready = await fetch(`${server.url}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable', reason: 'stopping' }])
    await passUntil(clock, closing, 10_000)
    await expect(RawSocket.open(server.port)).rejects.toThrow()
  })

  it('[OP1] closes connections with 1012, spread over a second, and saves what was accepted', async () => {
    const clock = new VirtualClock()
    const disk = new MemoryStorage()
    const storage = new FaultyStorage(disk, ({ verb }) => (verb === 'append' ? { kind: 'stall' } : undefined))
    // The disk itself stays open, to be looked at afterwards.
    storage.close = async () => {}
    const server = await start({}, { clock, storage })
    const visitors = await Promise.all(Array.from({ length: 10 }, (_, i) => RawSocket.shakeHands(server.port, `/${i % 3}`)))
    visitors[0]?.send(encodeUpdate(updateOf('accepted')))
    await Promise.all(visitors.map(answered))
    const codes = visitors.map(async (visitor): Promise<[number, number]> => [await visitor.closeCode(), clock.now()])
    const begin = clock.now()
    const closing = server.close()
    const { value } = await passUntil(clock, Promise.all(codes), 5_000)
    expect(value.map(([code]) => code)).toEqual(value.map(() => 1012))
    const times = value.map(([, at]) => at - begin)
    expect(Math.max(...times)).toBeLessThanOrEqual(1_500)
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(300)
    storage.plan = () => undefined
    storage.release()
    expect((await passUntil(clock, closing, 8_000)).value).toBe(true)
    expect((await disk.load('0'))?.tail).toHaveLength(1)
  })

  it('[OP2] gives up after stopGraceMs when storage never heals, and names the documents', async () => {
    const clock = new VirtualClock()
    const storage = new FaultyStorage(new MemoryStorage(), ({ verb }) => (verb === 'append' ? { kind: 'fail' } : undefined))
    const server = await start({ stopGraceMs: 7_000 }, { clock, storage })
    const [first, second] = [await RawSocket.shakeHands(server.port, '/minutes%20of%20May'), await RawSocket.shakeHands(server.port, '/quiet')]
    first.send(encodeUpdate(updateOf('never on disk')))
    first.send(encodeSaved(Uint8Array.of(1)))
    await answered(first)
    await answered(second)
    const { value, ms } = await passUntil(clock, server.close(), 20_000)
    expect(value).toBe(false)
    expect(ms).toBeGreaterThanOrEqual(6_900)
    expect(ms).toBeLessThanOrEqual(8_000)
    const last = server.log.lines.filter((line) => line.includes('unsaved changes'))
    expect(last).toHaveLength(1)
    expect(last[0]).toContain('minutes of May')
    expect(last[0]).not.toContain('quiet')
  })

  it.each(['compact', 'load'] as const)('[OP1] ends in time, with everything saved, also when a %s of storage hangs', async (hanging) => {
    const clock = new VirtualClock()
    const storage = new FaultyStorage(new MemoryStorage())
    const server = await start({ compactAfterUpdates: 10, stopGraceMs: 7_000 }, { clock, storage })
    const visitor = await RawSocket.shakeHands(server.port)
    await answered(visitor)
    storage.plan = ({ verb }) => (verb === hanging ? { kind: 'stall' } : undefined)
    const doc = new Y.Doc()
    doc.on('update', (update: Uint8Array) => visitor.send(encodeUpdate(update)))
    for (let i = 0; i < 12; i++) doc.getText('text').insert(0, 'x')
    await answered(visitor)
    await storage.whenStalled()
    const { value, ms } = await passUntil(clock, server.close(), 20_000)
    expect(value).toBe(true)
    expect(ms).toBeLessThanOrEqual(8_000)
  })

  it('[OP1] is done once, however often it is asked for', async () => {
    const clock = new VirtualClock()
    const server = await start({}, { clock })
    const [first, second] = [server.close(), server.close()]
    expect(second).toBe(first)
    expect((await passUntil(clock, first, 8_000)).value).toBe(true)
  })
})
