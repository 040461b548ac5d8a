/**
 * Line TM43 of docs/security.md: the crafted updates that harm today's servers, each against a whole room on a virtual clock.
 *
 * What each does to others was measured with Yjs 13.6.33 and its servers; the rules of the single parts are in
 * test/protocol/update-crafted.test.ts and test/security/authorship.test.ts.
 */
import { encodeStep2, encodeUpdate, inspectUpdate, UPDATE_LIMITS } from '@cowrite/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { any, bytesOf, gc, hex, item, map, raw, skip, structs, text, update } from '../protocol/craft.js'
import { cpuTimeOf } from '../support/cpu-time.js'
import { PATIENCE } from '../support/patience.js'
import { type ClientEvents, QueuedSocket } from '../support/queued-socket.js'
import { World } from '../support/room-world.js'
import { SECRET, tokenOf } from '../support/tokens.js'

let world: World
beforeEach(() => {
  world = new World({ login: { secret: SECRET }, compactAfterUpdates: 40 })
})
afterEach(() => world.end())

/** Sends what it likes, and is hurt by nothing that it hears. */
class Attacker implements ClientEvents {
  closedWith: number | undefined
  readonly socket = new QueuedSocket(this)
  received(): void {}
  closed(code: number | undefined): void {
    this.closedWith = code
  }
}

const arrival = (sub: string): { token: string } => ({ token: tokenOf({ sub }, world.clock.date()) })
const nested = (depth: number): Uint8Array => structs(...Array.from({ length: depth }, (_, i) => map(i === 0 ? { key: 'k' } : { parent: [1, i - 1], key: 'k' })))
const deep = (depth: number): Uint8Array => structs(item(8, bytesOf(1, ...Array.from({ length: depth }, () => raw(117, 1)), raw(126))))
const roots = (count: number): Uint8Array => structs(...Array.from({ length: count }, (_, i) => text('a', { parent: `r${i}` })))
const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index))

interface Crafted {
  readonly what: string
  readonly updates: readonly Uint8Array[]
}
const crafted = (what: string, ...updates: Uint8Array[]): Crafted => ({ what, updates })

/** Malformed: closed with 4400 at the first. */
const REFUSED: readonly Crafted[] = [
  crafted('a GC struct of length 0', structs(gc(0))),
  crafted('the 7 bytes of it that make a document unopenable', hex('01 01 01 00 00 00 00')),
  crafted('deleted content of length 0', structs(item(1, bytesOf(0)))),
  crafted('a string of length 0', structs(text(''))),
  crafted('values of length 0', structs(item(8, bytesOf(0)))),
  crafted('JSON of length 0', structs(item(2, bytesOf(0)))),
  crafted('an origin that is itself', structs(text('a', { origin: [1, 0] }))),
  crafted('a right origin that is itself', structs(text('a', { right: [1, 0] }))),
  crafted('a parent that is itself', structs(text('a', { parent: [1, 0] }))),
  crafted('an origin in its own future', structs(text('a', { origin: [1, 5] }))),
  crafted('a Skip with high bits', update([{ client: 1, structs: [Uint8Array.of(0x2a, 1), text('a')] }])),
  crafted('the same client twice', update([{ client: 1, structs: [text('a')] }, { client: 1, clock: 1, structs: [text('b')] }])),
  crafted('ascending clients', update([{ client: 1, structs: [text('a')] }, { client: 2, structs: [text('b')] }])),
  crafted('7 bytes that claim 33,554,432 structs', bytesOf(1, 33_554_432, 1, 0)),
  crafted('5,000 root types', roots(5_000)),
  crafted('40,000 root types', roots(40_000)),
  crafted('maps 3,000 deep', nested(3_000)),
  crafted('values 6,000 deep', deep(6_000)),
  crafted('20,000 subdocuments', structs(...many(20_000, (i) => item(9, bytesOf(`g${i}`, any({})), i === 0 ? {} : { origin: [1, i - 1] })))),
  crafted('200,001 ranges of deletions', bytesOf(1, 1, 1, 0, gc(500_000), 1, 1, 200_001, Buffer.concat(many(200_001, (i) => bytesOf(i * 2, 1))))),
]

/** A gap: asked for three times, then closed with 4400; nothing is stored. */
const WAITING: readonly Crafted[] = [
  crafted('updates that wait for what never comes', ...many(200, (i) => update([{ client: 9, clock: 7 + i * 2, structs: [text('a')] }]))),
  crafted('deletions that wait for what never comes', ...many(200, (i) => update([], [{ client: 9, ranges: [[i * 3, 1]] }]))),
  crafted('a hole', update([{ client: 9, structs: [text('a'), skip(5), text('b')] }])),
]

/** Taken in, and no harm to anybody. */
const HARMLESS: readonly Crafted[] = [
  crafted('client ids beyond 2^32, and names like `__proto__`', update([{ client: 2 ** 52, structs: [item(8, bytesOf(1, any({ constructor: 1, toString: 2 }))), text('x', { parent: '__proto__' }), text('y', { parent: 'constructor' })] }])),
  crafted('300 fresh clients at one place', update(many(300, (i) => ({ client: 10_000 - i, structs: [text('a', { parent: 'elsewhere' })] })))),
]

describe.each<[string, readonly Crafted[], number | undefined]>([
  ['is refused with 4400', REFUSED, 4400], ['is a gap, and given up on', WAITING, 4400], ['does no harm', HARMLESS, undefined],
])('what %s', (_how, cases, closedWith) => {
  it.each(cases)('[TM43] $what', async ({ updates }) => {
    const ada = world.peer()
    await world.join(ada, 'story', arrival('ada'))
    ada.type(0, 'Ada')
    await world.settle()
    const eve = new Attacker()
    world.open(eve.socket, 'story', arrival('eve'))
    await world.settle()
    const before = process.cpuUsage()
    for (const bytes of updates) {
      eve.socket.clientSend(encodeUpdate(bytes))
      await world.settle()
    }
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000 * PATIENCE)
    // Who is asked for what is missing, and has nothing but the same again, goes in the end.
    for (let i = 0; i < (closedWith === undefined ? 0 : 4) && eve.closedWith === undefined; i++) {
      eve.socket.clientSend(encodeStep2(updates[0] as Uint8Array))
      await world.settle()
    }
    expect(eve.closedWith).toBe(closedWith)
    // Nobody else notices, everything goes on, and the document opens, from the log and from a snapshot.
    ada.type(3, ' types on')
    await world.pass(10_000)
    expect(ada.isConnected).toBe(true)
    expect((await world.stored()).getText('text').toString()).toBe('Ada types on')
    for (let i = 0; i < 45; i++) {
      ada.type(0, '.')
      await world.settle()
    }
    await world.pass(10_000)
    expect((await world.disk.load('story'))?.snapshot).toBeDefined()
    const stored = await world.stored()
    expect(Y.encodeStateAsUpdate(stored).length).toBeGreaterThan(10)
    expect(stored.getText('text').toString()).toBe(`${'.'.repeat(45)}Ada types on`)
    const bob = world.peer()
    await world.join(bob, 'story', arrival('bob'))
    expect(bob.reads).toBe(ada.reads)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

it('[TM43] [UP32] root types that come a few at a time, for ever, are refused at last, and the document opens in no time', async () => {
  const ada = world.peer()
  await world.join(ada, 'story', arrival('ada'))
  ada.type(0, 'Ada')
  const eve = new Attacker()
  world.open(eve.socket, 'story', arrival('eve'))
  await world.settle()
  for (let i = 0; i < 200 && eve.closedWith === undefined; i++) {
    eve.socket.clientSend(encodeUpdate(update([{ client: 7, clock: i * 200, structs: many(200, (name) => text('a', { parent: `r${i * 200 + name}` })) }])))
    await world.settle()
  }
  expect(eve.closedWith).toBe(4400)
  // Who writes where one wrote before goes on.
  ada.doc.getMap('r0').set('known', true)
  ada.type(0, 'dear ')
  await world.settle()
  expect(ada.isConnected).toBe(true)
  const stored = await world.stored()
  expect(stored.share.size).toBeLessThan(1_100)
  expect(stored.getText('text').toString()).toBe('dear Ada')
})

it('[TM43] a refusal takes less than 5 ms, and less than 20 MB, however much is claimed', () => {
  // Once, so that it is not the compiler that is measured.
  const refuse = (bytes: Uint8Array): void => expect(() => inspectUpdate(bytes, UPDATE_LIMITS)).toThrow()
  for (const { updates } of REFUSED) updates.forEach(refuse)
  for (const { what, updates: [bytes = new Uint8Array()] } of REFUSED) {
    const heap = process.memoryUsage().heapUsed
    let fastest = Infinity
    for (let i = 0; i < 3; i++) {
      fastest = Math.min(fastest, cpuTimeOf(() => refuse(bytes)))
    }
    // What is really there has to be read: 1 MB of it takes longer than five milliseconds.
    expect(fastest, what).toBeLessThan((5 + bytes.length / 20_000) * PATIENCE)
    expect(process.memoryUsage().heapUsed - heap, what).toBeLessThan(60_000_000)
  }
})
