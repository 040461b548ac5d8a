/**
 * Wall clocks that are set by a day, forwards and back, between any two steps.
 *
 * Proves rules CK1 and CK2: of the server on the virtual world, with compaction and crashes, and of clients,
 * where y-protocols' awareness and CowriteProvider read the wall clock of this process.
 */
import { CowriteProvider } from '@cowrite/client'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import { firstSeed, randomFrom, runCount } from '../protocol/random.js'
import { World } from '../support/room-world.js'
import { useServers } from '../support/running-server.js'

/** Set before anything is imported: lib0 keeps the `Date.now` that it finds when it is loaded. */
const wall = vi.hoisted(() => {
  const now = Date.now.bind(Date)
  const setBy = { ms: 0 }
  Date.now = () => now() + setBy.ms
  return setBy
})

const start = useServers()

const DAY_MS = 86_400_000
const JUMPS = [DAY_MS, -DAY_MS, -1, 3_600_000, -3_600_000, -2 * DAY_MS]
const STEPS = 60

afterEach(() => {
  wall.ms = 0
  vi.useRealTimers()
})

describe('the server', () => {
  const seed = firstSeed()
  for (let run = 0; run < runCount(5); run++) {
    it(`[CK1] loses nothing that was saved while its wall clock jumps, with compactions and crashes (COWRITE_SEED=${seed + run})`, async () => {
      const random = randomFrom(seed + run)
      const world = new World({ compactAfterUpdates: 5, unloadAfterMs: 1_000 })
      onTestFinished(() => world.end())
      const people = [world.peer(1), world.peer(2), world.peer(3)]
      const back = async (): Promise<void> => {
        for (const peer of people) {
          if (peer.isConnected) continue
          await world.join(peer)
          peer.awareness.setLocalState({ name: peer.client })
        }
        await world.settle()
      }
      await back()
      const written: string[] = []
      let last = 0
      let compacted = false
      for (let step = 0; step < STEPS; step++) {
        world.clock.setDate(random.pick(JUMPS))
        const peer = random.pick(people)
        if (random.chance(0.1)) {
          await world.crash()
          world.clock.setDate(random.pick(JUMPS))
          await back()
        }
        const word = `<${step}>`
        peer.type(peer.reads.length, word)
        const question = peer.ask()
        await world.pass(random.pick([0, 100, 5_000]))
        await world.pass(100)
        expect(peer.saved).toContain(question)
        written.push(word)
        const stored = await world.disk.load('story')
        compacted ||= stored?.snapshot !== undefined
        const sequences = (stored?.tail ?? []).map(({ sequence }) => sequence)
        expect(sequences).toEqual(sequences.toSorted((a, b) => a - b))
        const latest = sequences.at(-1) ?? last
        expect(latest).toBeGreaterThanOrEqual(last)
        last = latest
        // Each was typed at the end of all others, so order is the order of saving.
        expect((await world.stored()).getText('text').toString()).toBe(written.join(''))
        for (const one of people) expect(one.sees).toEqual(people.map(({ client }) => client).filter((client) => client !== one.client))
      }
      expect(compacted).toBe(true)
      for (const peer of people) expect(peer.reads).toBe(written.join(''))
    })
  }
})

describe('clients', () => {
  it('[CK2] see each other again at once when their clocks were set forwards, and all along when back', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const world = new World()
    onTestFinished(() => world.end())
    const [ann, ben] = [await world.newcomer(), await world.newcomer()]
    for (const peer of [ann, ben]) peer.awareness.setLocalState({ name: peer.client })
    await world.settle()
    let dropped = 0
    ann.awareness.on('change', ({ removed }: { removed: number[] }) => (dropped += removed.length))
    for (const jump of [DAY_MS, -DAY_MS, -DAY_MS, 3 * DAY_MS]) {
      wall.ms += jump
      vi.advanceTimersByTime(4_000) // awareness looks at its clock every 3 s
      ann.type(0, 'a')
      ben.type(0, 'b')
      await world.settle()
      expect([ann.sees, ben.sees]).toEqual([[ben.client], [ann.client]])
    }
    // The clock that awareness reads is the one that was set.
    expect(dropped).toBeGreaterThan(0)
    expect(ann.reads).toBe(ben.reads)
    expect(ann.reads).toHaveLength(8)
  })

  it('[CK2] lose no edit, and are told that each is saved, on a real server whose clock jumps as well', async () => {
    const server = await start()
    const providers = [1, 2].map(() => {
      const provider = new CowriteProvider({ server: server.url, doc: 'story', WebSocketPolyfill: NodeWebSocket as unknown as typeof WebSocket })
      onTestFinished(() => provider.destroy())
      return provider
    })
    await Promise.all(providers.map((provider) => provider.whenSynced()))
    const texts = providers.map(({ ydoc }) => ydoc.getText('text'))
    for (const jump of [...JUMPS, ...JUMPS.toReversed()]) {
      wall.ms += jump
      texts.forEach((text, index) => text.insert(0, String(index)))
      await Promise.all(providers.map((provider) => provider.flush()))
    }
    await vi.waitFor(() => expect(texts[0]?.toString()).toBe(texts[1]?.toString()), { timeout: 20_000, interval: 20 })
    expect(texts[0]?.toString()).toHaveLength(4 * JUMPS.length)
    for (const { status } of providers) expect(status).toMatchObject({ connection: 'connected', save: 'saved', unsaved: 0 })
  })
})
