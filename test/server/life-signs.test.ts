/**
 * What an idle connection costs: how often something is sent to who only listens.
 */
import { encodeStep2, KEEP_ALIVE_FRAME } from '@cowrite/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { QueuedSocket } from '../support/queued-socket.js'
import { World } from '../support/room-world.js'

describe('a client that only listens', () => {
  let world: World
  beforeEach(() => (world = new World()))
  afterEach(() => world.end())

  type Told = { at: number; what: 'ping' | 'keep-alive' | 'question' | 'other' }

  /** One that answers pings, as every browser does, and questions where it is told to, and says nothing else. */
  function listener(answers: boolean): Told[] {
    const told: Told[] = []
    class Watched extends QueuedSocket {
      override ping(messages?: readonly Uint8Array[]): void {
        told.push({ at: world.clock.now(), what: 'ping' })
        super.ping(messages)
      }
    }
    const hear = (frame: Uint8Array): void => {
      const isQuestion = frame[0] === 0 && frame[1] === 0
      const what = isQuestion ? 'question' : Buffer.compare(frame, KEEP_ALIVE_FRAME) === 0 ? 'keep-alive' : 'other'
      told.push({ at: world.clock.now(), what })
      if (isQuestion && answers) socket.clientSend(encodeStep2(Uint8Array.of(0, 0)))
    }
    const socket = new Watched({ received: hear, closed: () => {} })
    world.open(socket)
    return told
  }

  const timesOf = (told: readonly Told[], what: Told['what']): number[] => told.filter((one) => one.what === what).map(({ at }) => at)

  it('[CN8] [CN9] is sent a keep-alive and asked for a sign of life in one write, or a question instead of both', async () => {
    const told = listener(true)
    await world.settle()
    await world.pass(30_000)
    told.length = 0
    await world.pass(600_000)
    expect(timesOf(told, 'ping')).toEqual(timesOf(told, 'keep-alive'))
    expect(timesOf(told, 'question').length).toBeGreaterThanOrEqual(8)
    // At most 20 s apart, at least 17.5.
    const writes = new Set(told.map(({ at }) => at)).size
    expect(writes).toBeGreaterThanOrEqual(30)
    expect(writes).toBeLessThanOrEqual(35)
    expect(world.connections.size).toBe(1)
  })

  it('[CN8] is asked for a sign of life after 8 s while it is sent what others write', async () => {
    const author = await world.newcomer()
    const told = listener(false)
    await world.settle()
    for (let i = 0; i < 60; i++) {
      author.type(0, 'x')
      await world.pass(1_000)
    }
    const pings = timesOf(told, 'ping')
    expect(pings.length).toBeGreaterThanOrEqual(5)
    const gaps = pings.slice(1).map((at, i) => at - (pings[i] ?? 0))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10_500)
    expect(timesOf(told, 'keep-alive')).toEqual([])
  })
})
