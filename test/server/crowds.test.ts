/**
 * Rules HS15 and SY14: thousands who come at once hold up nobody.
 */
import { encodeStep1 } from '@cowrite/protocol'
import { Slices, systemClock } from '@cowrite/server'
import { describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import type { QueuedSocket } from '../support/queued-socket.js'
import { RawSocket } from '../support/raw-socket.js'
import { World } from '../support/room-world.js'
import { useServers } from '../support/running-server.js'
import { VirtualClock } from '../support/virtual-clock.js'

const start = useServers()

describe('work in slices', () => {
  it('[HS15] is done at once while the turn is young, then piece by piece, and timers ring in between', async () => {
    const clock = new VirtualClock()
    const slices = new Slices(clock)
    const done: string[] = []
    const piece = (name: string, ms: number) => slices.run(() => {
      clock.spend(ms)
      done.push(name)
      return name
    })
    const outcomes = [piece('a', 2), piece('b', 3), piece('c', 2), piece('d', 2), piece('e', 2), piece('f', 1)]
    clock.after(0, () => done.push('a timer'))
    expect(done).toEqual(['a', 'b'])
    expect(slices.length).toBe(4)
    while (clock.ringNext());
    expect(done).toEqual(['a', 'b', 'c', 'd', 'e', 'a timer', 'f'])
    expect(await Promise.all(outcomes)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    expect(slices.length).toBe(0)
  })

  it('[HS15] goes on behind a piece that fails', async () => {
    const clock = new VirtualClock()
    const slices = new Slices(clock)
    const fails = slices.run(() => {
      clock.spend(10)
      throw new Error('of this piece alone')
    })
    const works = slices.run(() => 'done')
    while (clock.ringNext());
    await expect(fails).rejects.toThrow('of this piece alone')
    expect(await works).toBe('done')
  })
})

describe('a crowd', () => {
  it('[HS15] comes in also where each takes a turn of the loop', async () => {
    let now = 0
    const { port, rooms } = await start({}, { clock: { ...systemClock, now: () => (now += 5) } })
    const crowd = await Promise.all(Array.from({ length: 30 }, () => RawSocket.shakeHands(port, '/together')))
    for (const raw of crowd) raw.send(encodeStep1(Uint8Array.of(0)))
    for (const raw of crowd) expect((await raw.nextFrame()).payload[0]).toBe(0)
    expect([...rooms].map(({ size }) => size)).toEqual([30])
    for (const raw of crowd) raw.end()
  })

  it('[HS15] that waited for a document is let in over several turns, in the order of coming', async () => {
    const world = new World()
    world.faults.plan = ({ verb }) => (verb === 'load' ? { kind: 'stall' } : undefined)
    const sockets: QueuedSocket[] = []
    const came = new Set<number>()
    world.onSend = (socket) => {
      came.add(sockets.indexOf(socket))
      world.clock.spend(3)
    }
    for (let i = 0; i < 6; i++) sockets.push(world.connect(world.peer()))
    await world.turn()
    expect([...came]).toEqual([])
    let aTimerRang = 0
    world.clock.after(0, () => (aTimerRang = came.size))
    world.faults.release()
    await world.turn()
    expect([...came]).toEqual([0, 1])
    await world.settle()
    expect([...came]).toEqual([0, 1, 2, 3, 4, 5])
    expect(aTimerRang).toBe(2)
    world.end()
  })

  it('[HS15] in many rooms is told of over several turns', async () => {
    const world = new World()
    const rooms = await Promise.all(Array.from({ length: 4 }, async (_, i) => ({
      reader: await world.newcomer(`room-${i}`), visitor: await world.newcomer(`room-${i}`),
    })))
    await world.pass(1_000)
    for (const { visitor } of rooms) visitor.awareness.setLocalState({ name: 'who came' })
    for (const socket of world.sockets) socket.deliverToServer()
    let sent = 0
    world.onSend = () => {
      sent++
      world.clock.spend(3)
    }
    // The timers of all four rooms ring; two frames of 3 ms are a slice.
    for (let ring = 0; ring < 4; ring++) world.clock.ringNext()
    expect(sent).toBe(2)
    await world.settle()
    const told = rooms.map(({ reader, visitor }) => reader.awareness.getStates().get(visitor.client))
    expect(told).toEqual(Array.from({ length: 4 }, () => ({ name: 'who came' })))
    world.end()
  })

  it('[SY14] a tail of a thousand updates is read over several turns', async () => {
    const world = new World()
    const doc = new Y.Doc()
    const updates: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => updates.push(update))
    for (let i = 0; i < 1_000; i++) doc.getText('text').insert(0, `${i} `)
    await world.disk.append(updates.map((update) => ({ name: 'story', update, time: 0 })))
    const now = vi.spyOn(world.clock, 'now').mockImplementation(() => {
      world.clock.spend(1)
      return world.clock.date()
    })
    const reader = world.peer()
    world.connect(reader)
    await world.turn()
    expect([...world.rooms]).toEqual([])
    await world.settle()
    expect(reader.reads).toBe(doc.getText('text').toString())
    now.mockRestore()
    world.end()
  })

  it('[SY14] that opens hundreds of documents has eight of them loaded at a time', async () => {
    const world = new World()
    world.faults.plan = ({ verb }) => (verb === 'load' ? { kind: 'stall' } : undefined)
    const peers = Array.from({ length: 20 }, (_, i) => {
      const peer = world.peer()
      world.connect(peer, `document-${i}`)
      return peer
    })
    const atOnce: number[] = []
    for (;;) {
      await world.settle()
      if (world.faults.stalled === 0) break
      atOnce.push(world.faults.stalled)
      world.faults.release()
    }
    expect(atOnce).toEqual([8, 8, 4])
    expect(peers.filter(({ heard }) => heard.some(({ type }) => type === 'step2'))).toHaveLength(20)
    world.end()
  })
})
