/**
 * Rule SY12 and its neighbours: documents of which something on disk is unusable. Stories on a virtual clock.
 */
import { encodeUpdate, UPDATE_LIMITS } from '@cowrite/protocol'
import * as encoding from 'lib0/encoding'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import type { Peer } from '../support/peer.js'
import { type ClientEvents, QueuedSocket } from '../support/queued-socket.js'
import { World } from '../support/room-world.js'

let world: World
beforeEach(() => {
  world = new World({ compactAfterUpdates: 90 })
})
afterEach(() => world.end())

/** A client that understands nothing, and so is not hurt by what it hears. */
class Onlooker implements ClientEvents {
  closedWith: number | undefined
  frames = 0
  received(): void {
    this.frames++
  }
  closed(code: number | undefined): void {
    this.closedWith = code
  }
}

/** How deep Yjs' recursion certainly does not reach. */
const DEEP = 20_000
const CLIENT = 77

/**
 * Updates that each pass the door and together cannot be applied: maps in maps, a few in each update,
 * and the deletion of the outermost, at which Yjs deletes them one inside the other. Written by hand:
 * Yjs itself would take minutes to make them.
 */
function poison(): { nesting: Uint8Array[]; deletion: Uint8Array } {
  const nesting: Uint8Array[] = []
  for (let clock = 0; clock < DEEP; clock += UPDATE_LIMITS.maxTypeDepth) {
    nesting.push(encoding.encode((encoder) => {
      const write = (...numbers: number[]): void => numbers.forEach((number) => encoding.writeVarUint(encoder, number))
      write(1, UPDATE_LIMITS.maxTypeDepth, CLIENT, clock)
      for (let i = clock; i < clock + UPDATE_LIMITS.maxTypeDepth; i++) {
        encoding.writeUint8(encoder, 0x27) // a type, under a key of its parent
        if (i === 0) {
          write(1)
          encoding.writeVarString(encoder, 'deep')
        } else write(0, CLIENT, i - 1)
        encoding.writeVarString(encoder, 'in')
        write(1) // a map
      }
      write(0)
    }))
  }
  return { nesting, deletion: Uint8Array.of(0, 1, CLIENT, 1, 0, 1) }
}

const textOf = async (document?: string): Promise<string> => (await world.stored(document)).getText('text').toString()

async function sendAll(updates: readonly Uint8Array[]): Promise<{ onlooker: Onlooker; socket: QueuedSocket }> {
  const onlooker = new Onlooker()
  const socket = new QueuedSocket(onlooker)
  world.open(socket)
  await world.settle()
  for (const update of updates) {
    socket.clientSend(encodeUpdate(update))
    await world.settle()
  }
  return { onlooker, socket }
}

describe('a committed update that no document can apply', () => {
  it('[SY12] is taken out by the next compaction, and its room is opened anew without it', async () => {
    const { nesting, deletion } = poison()
    const before = new Y.Doc()
    before.getText('text').insert(0, 'before')
    const { onlooker } = await sendAll([Y.encodeStateAsUpdate(before), ...nesting.slice(0, 80), deletion])
    // The compaction is not due yet; the last pieces make it so.
    expect(onlooker.closedWith).toBeUndefined()
    const { onlooker: second } = await sendAll(nesting.slice(80))
    expect([onlooker.closedWith, second.closedWith]).toEqual([1011, 1011])
    const stored = await world.disk.load('story')
    expect(stored?.quarantined).toBe(1)
    expect(stored?.snapshot).toBeDefined()
    const late = await world.newcomer()
    expect(late.reads).toBe('before')
    late.type(6, ' and after')
    await world.settle()
    expect(await textOf()).toBe('before and after')
  }, 60_000)

  it('[SY12] takes nothing with it that was accepted meanwhile and waits for the disk', async () => {
    const { nesting, deletion } = poison()
    world.faults.plan = ({ verb }) => (verb === 'compact' ? { kind: 'stall' } : undefined)
    const { socket } = await sendAll([...nesting.slice(0, 80), deletion, ...nesting.slice(80)])
    await world.faults.whenStalled()
    world.faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'fail' } : undefined)
    const author = new Y.Doc()
    author.getText('text').insert(0, 'typed at the wrong moment')
    socket.clientSend(encodeUpdate(Y.encodeStateAsUpdate(author)))
    await world.settle()
    world.faults.release()
    await world.settle()
    const late = world.peer()
    world.connect(late)
    await world.settle()
    world.faults.plan = () => undefined
    await world.pass(3_000)
    expect(late.reads).toBe('typed at the wrong moment')
    expect(await textOf()).toBe('typed at the wrong moment')
    for (const open of world.sockets) open.leave()
    await world.pass(10_000)
    expect(world.rooms.size).toBe(0)
  }, 60_000)
})

describe('a document with a record that is lost', () => {
  async function lose(author: Peer, sequence: number): Promise<void> {
    for (const letter of 'abcd') {
      author.type(author.reads.length, letter)
      await world.settle()
    }
    await world.crash()
    await world.disk.quarantine('story', sequence, 'a garbled record')
  }

  it('[SY13] asks its author for it, who may have gone on with what builds on it', async () => {
    const author = await world.newcomer()
    await lose(author, 2)
    author.type(4, 'e')
    await world.join(author)
    const late = await world.newcomer()
    expect(late.reads).toBe('abcde')
    expect(await textOf()).toBe('abcde')
  })

  it('[SY13] opens for others as far as it goes, and is whole when the author is back', async () => {
    const author = await world.newcomer()
    await lose(author, 3)
    const late = await world.newcomer()
    expect(late.reads).toBe('ab')
    late.type(0, '> ')
    await world.settle()
    await world.join(author)
    expect(late.reads).toBe('> abcd')
    expect(author.reads).toBe('> abcd')
  })

  it('[SY13] opens also when a record on disk is not an update at all', async () => {
    const author = await world.newcomer()
    author.type(0, 'sound')
    await world.settle()
    await world.crash()
    for (const garbage of [Uint8Array.of(), Uint8Array.of(1, 1, 5, 0, 0, 0, 0), Uint8Array.of(9, 9, 9)]) {
      await world.disk.append([{ name: 'story', update: garbage, time: 0 }])
    }
    const late = await world.newcomer()
    expect(late.reads).toBe('sound')
    expect((await world.disk.load('story'))?.quarantined).toBe(3)
    late.type(5, ' again')
    await world.settle()
    expect(await textOf()).toBe('sound again')
  })
})
