/**
 * What an idle connection costs: how often something is sent to who only listens.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { QueuedSocket } from '../support/queued-socket.js'
import { World } from '../support/room-world.js'

describe('a client that only listens', () => {
  let world: World
  beforeEach(() => (world = new World()))
  afterEach(() => world.end())

  it('[CN8] is asked for a sign of life with each keep-alive, and not in between', async () => {
    const told: { at: number; what: 'ping' | 'frame' }[] = []
    class Watched extends QueuedSocket {
      override ping(): void {
        told.push({ at: world.clock.now(), what: 'ping' })
        super.ping()
      }
    }
    // Whoever opened it never says a word, and answers pings as every browser does.
    const socket = new Watched({ received: () => {}, closed: () => {} })
    socket.onSend = () => told.push({ at: world.clock.now(), what: 'frame' })
    world.open(socket)
    await world.settle()
    told.length = 0
    await world.pass(120_000)
    const pings = told.filter(({ what }) => what === 'ping').map(({ at }) => at)
    const frames = told.filter(({ what }) => what === 'frame').map(({ at }) => at)
    // Some of them go out with the question of a room that compares copies, which is a sign of life of its own.
    expect(frames.length).toBeGreaterThan(0)
    expect(pings.length).toBeGreaterThanOrEqual(6)
    expect(pings.length).toBeLessThanOrEqual(9)
    expect(world.connections.size).toBe(1)
  })
})
