/**
 * Rules LM1 to LM4: what one client may send. On a virtual clock.
 */
import { encodeAwareness, encodeAwarenessStates, encodeSaved, MessageType } from '@cowrite/protocol'
import { Bucket, defaultSettings, Throttle, type Throttled } from '@cowrite/server'
import { afterEach, describe, expect, it } from 'vitest'
import { clientFrame, Opcode, RawSocket } from '../support/raw-socket.js'
import { World } from '../support/room-world.js'
import { useServers } from '../support/running-server.js'
import { StockClient } from '../support/stock-client.js'
import { VirtualClock } from '../support/virtual-clock.js'

const MIB = 1024 * 1024

let world: World | undefined
afterEach(() => {
  world?.end()
  world = undefined
})

const start = useServers()

/** Resolves when this client has so many letters. */
const readsTo = (client: StockClient, length: number): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (client.text.length < length) return
      client.doc.off('update', look)
      resolve()
    }
    client.doc.on('update', look)
    look()
  })

/** A message that says nothing. */
const NOTHING = encodeAwareness(encodeAwarenessStates([]))

describe('a bucket', () => {
  it('[LM1] gives what it holds at once, then what comes in, and lets itself be overdrawn', () => {
    world = new World()
    const bucket = new Bucket(10, 100, 0)
    for (let i = 0; i < 100; i++) expect(bucket.take(1, 0)).toBe(false)
    expect(bucket.take(1, 0)).toBe(true)
    expect(bucket.msUntil(0, 0)).toBe(100)
    expect(bucket.take(1, 100)).toBe(true)
    expect(bucket.msUntil(0, 100)).toBe(100)
    // 0.1 s for each: more than it ever holds passes, too.
    expect(bucket.take(1_000, 200)).toBe(true)
    expect(bucket.msUntil(0, 200)).toBe(100_000)
    expect(bucket.msUntil(2, 200)).toBe(102_000)
    expect(bucket.isFull(110_199)).toBe(false)
    expect(bucket.isFull(110_200)).toBe(true)
    expect(bucket.balance(1e12)).toBe(100)
  })

  it('[LM1] costs far below a microsecond for a message', () => {
    world = new World()
    const clock = new VirtualClock()
    const client: Throttled = { hold: () => {}, goOn: () => {}, close: () => {} }
    const throttle = new Throttle(client, defaultSettings(), clock)
    const messages = 100_000
    const rounds = Array.from({ length: 5 }, () => {
      const start = performance.now()
      for (let i = 0; i < messages; i++) throttle.came(30, i)
      return ((performance.now() - start) * 1e6) / messages
    })
    // Nanoseconds; it takes about 30.
    expect(Math.min(...rounds)).toBeLessThan(1_000)
  })
})

describe('a client that sends too much', () => {
  it('[LM1] is read from at its rate, while twenty others type and nothing of theirs waits', async () => {
    const here = (world = new World({ limits: { maxMessagesPerSecond: 20, maxFloodMs: 0 } }))
    const typists = await Promise.all(Array.from({ length: 20 }, () => here.newcomer()))
    const flooder = await world.newcomer()
    await world.settle()
    const socket = [...world.sockets].at(-1)
    const waiting = (): number => socket?.underWayToServer ?? 0
    for (let i = 0; i < 5_000; i++) flooder.send(NOTHING)
    await world.settle()
    // What is saved up passes at once, and no more.
    const rest = waiting()
    expect(rest).toBeGreaterThan(5_000 - 20 * 30 - 1)
    expect(rest).toBeLessThan(5_000 - 20 * 29)
    for (let second = 0; second < 10; second++) {
      for (const [i, typist] of typists.entries()) typist.type(0, String.fromCodePoint(97 + i))
      // No time passes for anybody else.
      await world.settle()
      for (const other of typists) expect(other.reads).toHaveLength(20 * (second + 1))
      await world.pass(1_000)
    }
    expect(rest - waiting()).toBeGreaterThanOrEqual(190)
    expect(rest - waiting()).toBeLessThanOrEqual(210)
    expect(flooder.isConnected).toBe(true)
    expect(flooder.reads).toBe(typists[0]?.reads)
  })

  it('[LM1] loses nothing: all its edits arrive in the end', async () => {
    world = new World({ limits: { maxMessagesPerSecond: 10 } })
    const [author, reader] = [await world.newcomer(), await world.newcomer()]
    for (let i = 0; i < 1_000; i++) author.type(i, 'x')
    await world.settle()
    expect(reader.reads.length).toBeLessThanOrEqual(300)
    await world.pass(75_000)
    expect(reader.reads).toHaveLength(1_000)
    expect(author.isConnected).toBe(true)
  })

  it('[LM1] is not taken for dead while it is held back', async () => {
    world = new World({ limits: { maxBytesPerSecond: 1_024, maxFloodMs: 0 } })
    const [author, reader] = [await world.newcomer(), await world.newcomer()]
    author.type(0, 'x'.repeat(150_000))
    author.type(0, 'y')
    await world.pass(100_000)
    expect(author.isConnected).toBe(true)
    expect(reader.reads).toHaveLength(150_000)
    await world.pass(30_000)
    expect(reader.reads).toHaveLength(150_001)
  })

  it('[LM2] is closed with 1013 when it goes on for longer than allowed, and comes back with everything', async () => {
    world = new World({ limits: { maxMessagesPerSecond: 10, maxFloodMs: 60_000 } })
    const [author, reader] = [await world.newcomer(), await world.newcomer()]
    for (let i = 0; i < 2_000; i++) author.type(i, 'x')
    await world.pass(59_000)
    expect(author.isConnected).toBe(true)
    await world.pass(2_000)
    expect(author.closedWith).toBe(1013)
    expect(reader.isConnected).toBe(true)
    await world.join(author)
    await world.pass(1_000)
    expect(reader.reads).toHaveLength(2_000)
  })

  it('[LM2] is not closed for many floods with a pause between them', async () => {
    world = new World({ limits: { maxMessagesPerSecond: 10, maxFloodMs: 60_000 } })
    const author = await world.newcomer()
    for (let minute = 0; minute < 10; minute++) {
      for (let i = 0; i < 500; i++) author.send(NOTHING)
      await world.pass(60_000)
      expect(author.isConnected).toBe(true)
    }
  })

  it('[LM2] is not closed for one message that takes longer to pay for than a flood may last', async () => {
    world = new World({ limits: { maxBytesPerSecond: 10_000, maxFloodMs: 20_000 } })
    const author = await world.newcomer()
    author.type(0, 'x'.repeat(1_500_000))
    await world.pass(150_000)
    expect(author.isConnected).toBe(true)
    author.type(0, 'y')
    await world.pass(1_000)
    expect(author.isConnected).toBe(true)
    expect((await world.stored()).getText('text').length).toBe(1_500_001)
  })

  it('[LM2] leaves no timer behind when it goes away while it is held back', async () => {
    world = new World({ limits: { maxMessagesPerSecond: 10 } })
    const [author] = [await world.newcomer(), await world.newcomer()]
    const before = world.clock.waiting
    for (let i = 0; i < 1_000; i++) author.send(NOTHING)
    await world.settle()
    expect(world.clock.waiting).toBe(before + 1)
    for (const socket of world.sockets) socket.reset()
    await world.pass(10_000)
    expect(world.connections.size).toBe(0)
    // Those of the server itself.
    expect(world.clock.waiting).toBeLessThanOrEqual(before)
  })

  it('[LM3] waits, too, behind an intake that is held back, and goes on only when both let it', async () => {
    world = new World({ maxUnsavedBytes: 100_000, limits: { maxMessagesPerSecond: 10 } })
    const [author, other] = [await world.newcomer(), await world.newcomer('other')]
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'stall' } : undefined)
    for (let i = 0; i < 400; i++) author.type(0, 'x')
    await world.settle()
    other.type(0, 'y'.repeat(60_000))
    await world.settle()
    await world.pass(20_000)
    const socket = [...world.sockets][0]
    expect(socket?.underWayToServer).toBeGreaterThan(0)
    world.faults.plan = () => undefined
    world.faults.release()
    await world.pass(20_000)
    expect(author.isConnected).toBe(true)
    expect((await world.stored()).getText('text').length).toBe(400)
  })
})

describe('at a real server, a client that floods', () => {
  it('[LM1] [LM2] is slowed down, nobody else waits, and in the end it is closed with 1013', async () => {
    const { port } = await start({ maxBytesPerSecond: 64 * 1024, maxFloodMs: 1_500 })
    const flooder = await RawSocket.shakeHands(port, '/story')
    const at = { webSocketUrl: `ws://127.0.0.1:${port}` }
    const [author, reader] = [new StockClient(at, 'story'), new StockClient(at, 'story')]
    await Promise.all([author.synced(), reader.synced()])
    try {
      const question = clientFrame(Opcode.binary, encodeSaved(new Uint8Array(60)))
      const questions = 100_000
      flooder.write(Buffer.concat(Array.from({ length: questions }, () => question)))
      let answers = 0
      const closed = (async () => {
        for (;;) {
          const { opcode, payload } = await flooder.nextFrame()
          if (opcode === Opcode.close) return payload.readUInt16BE(0)
          if (payload[0] === MessageType.saved) answers++
        }
      })()
      for (let i = 1; i <= 50; i++) {
        author.text.insert(0, 'x')
        await readsTo(reader, i)
      }
      expect(await closed).toBe(1013)
      // What is saved up, some seconds of the rate, and what had been read by the time it was held back.
      expect(answers).toBeGreaterThan(20_000)
      expect(answers).toBeLessThan(questions / 2)
      author.text.insert(0, 'y')
      await readsTo(reader, 51)
    } finally {
      flooder.end()
      author.destroy()
      reader.destroy()
    }
  })
})

describe('the defaults', () => {
  it('[LM4] slow down neither a book that is streamed in, nor a message of the largest size', () => {
    world = new World()
    const clock = new VirtualClock()
    let holds = 0
    const client: Throttled = { hold: () => holds++, goOn: () => {}, close: () => {} }
    const book = new Throttle(client, defaultSettings(), clock)
    // 259,778 edits, 20,000 a second.
    for (let i = 0; i < 259_778; i++) book.came(40, i / 20)
    const offline = new Throttle(client, defaultSettings(), clock)
    for (let i = 0; i < 4; i++) offline.came(16 * MIB, i)
    expect(holds).toBe(0)
    // For ever it is another matter.
    for (let i = 0; i < 2_000_000; i++) book.came(40, (259_778 + i) / 20)
    expect(holds).toBe(1)
  })
})
