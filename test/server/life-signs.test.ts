/**
 * What an idle connection costs: how often something is sent to who only listens.
 */
import { KEEP_ALIVE_FRAME } from '@cowrite/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { QueuedSocket } from '../support/queued-socket.js'
import { World } from '../support/room-world.js'

describe('a client that only listens', () => {
  let world: World
  beforeEach(() => (world = new World()))
  afterEach(() => world.end())

  it('[CN8] is asked for a sign of life with each keep-alive, and not in between', async () => {
    const told: { at: number; what: 'ping' | 'keep-alive' | 'question' }[] = []
    class Watched extends QueuedSocket {
      override ping(): void {
        told.push({ at: world.clock.now(), what: 'ping' })
        super.ping()
      }
    }
    // Whoever opened it never says a word, and answers pings as every browser does.
    const socket = new Watched({ received: () => {}, closed: () => {} })
    socket.onSend = (frame) => told.push({ at: world.clock.now(), what: Buffer.compare(frame, KEEP_ALIVE_FRAME) === 0 ? 'keep-alive' : 'question' })
    world.open(socket)
    await world.settle()
    told.length = 0
    await world.pass(120_000)
    const pings = told.filter(({ what }) => what === 'ping').map(({ at }) => at)
    const keepAlives = told.filter(({ what }) => what === 'keep-alive').map(({ at }) => at)
    // The other pings belong to a room that compares copies and gets no answer.
    expect(keepAlives.length).toBeGreaterThan(1)
    for (const at of keepAlives) expect(pings).toContain(at)
    expect(pings.length).toBeLessThanOrEqual(9)
    expect(world.connections.size).toBe(1)
  })
})
