/**
 * The crafted updates that broke other servers, one test each: what the door sees of them.
 */
import { hasGap, inspectUpdate, MalformedError, UPDATE_LIMITS } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { any, bytesOf, gc, item, map, array, raw, skip, structs, text, toHex, update } from './craft.js'

/** It is refused, and for this reason. */
function refused(bytes: Uint8Array, rule: RegExp): void {
  expect(() => inspectUpdate(bytes), toHex(bytes.subarray(0, 64))).toThrow(MalformedError)
  expect(() => inspectUpdate(bytes)).toThrow(rule)
}

const gap = (bytes: Uint8Array, known: [number, number][]): boolean => hasGap(inspectUpdate(bytes), new Map(known))

describe('zero lengths', () => {
  it.each([
    ['GC', gc(0)],
    ['Skip', skip(0)],
    ['deleted content', item(1, bytesOf(0))],
    ['JSON content', item(2, bytesOf(0))],
    ['string', text('')],
    ['values', item(8, bytesOf(0))],
  ])('[UP7] %s without a clock is refused, alone and after a good struct', (_, struct) => {
    refused(structs(struct), /length zero/)
    refused(structs(text('a'), struct), /length zero/)
  })

  it('[UP7] the 7 bytes that make a document unopenable in Yjs', () => {
    const bytes = structs(gc(0))
    const doc = new Y.Doc()
    Y.applyUpdate(doc, bytes)
    expect(() => Y.applyUpdate(new Y.Doc(), Y.encodeStateAsUpdate(doc))).toThrow('Unexpected case')
    refused(bytes, /length zero/)
  })
})

describe('references into the own future', () => {
  it.each([
    ['origin', { origin: [1, 0] }],
    ['right origin', { right: [1, 0] }],
    ['parent', { parent: [1, 0] }],
    ['origin later', { origin: [1, 7] }],
    ['right origin later', { right: [1, 7] }],
    ['parent later', { parent: [1, 7] }],
  ] as const)('[UP8] %s is refused', (_, place) => {
    refused(structs(text('a', place)), /own future/)
  })

  it('[UP8] origin and right origin are never one and the same', () => {
    refused(structs(text('ab'), text('c', { origin: [1, 0], right: [1, 0] })), /are the same/)
    expect(inspectUpdate(structs(text('ab'), text('c', { origin: [1, 0], right: [1, 1] }))).structs).toHaveLength(1)
  })

  it('[UP8] the clock before is not the future', () => {
    expect(inspectUpdate(structs(text('a'), text('b', { origin: [1, 0] }))).structs).toMatchObject([{ client: 1, clock: 0, end: 2 }])
  })
})

describe('stray bits', () => {
  it('[UP10] a Skip or GC with high bits is refused', () => {
    for (const high of [0x20, 0x40, 0x80, 0xe0]) {
      refused(structs(bytesOf(raw(high | 10), 3)), /stray bits/)
      refused(structs(bytesOf(raw(high), 3)), /stray bits/)
    }
  })
})

describe('client blocks', () => {
  const one = (client: number, clock = 0) => ({ client, clock, structs: [text('a')] })

  it('[UP9] the same client twice is refused', () => {
    refused(update([one(5), one(5, 1)]), /order/)
  })

  it('[UP9] ascending clients are refused', () => {
    refused(update([one(5), one(6)]), /order/)
    expect(inspectUpdate(update([one(6), one(5)])).structs).toHaveLength(2)
  })

  it('[UP9] a block without structs is refused', () => {
    refused(bytesOf(1, 0, 5, 0, 0), /without structs|truncated/)
  })
})

describe('claims', () => {
  it('[UP4] claims of millions in a few bytes are refused at once', () => {
    const million = 33_554_432
    for (const bytes of [
      bytesOf(1, million, 1, 0),
      bytesOf(million),
      bytesOf(0, million),
      bytesOf(0, 1, 1, million, 0),
      structs(item(8, bytesOf(million))),
      structs(item(2, bytesOf(million))),
      structs(item(3, bytesOf(million))),
      structs(item(4, bytesOf(million))),
      structs(item(8, bytesOf(1, raw(118), million))),
      structs(item(8, bytesOf(1, raw(117), 2 ** 53 - 1))),
      structs(text('a', { parent: 'x' }), bytesOf(raw(4), 1, million)),
    ]) refused(bytes, /truncated/)
  })
})

describe('too much', () => {
  it('[UP14] 40,000 root types are refused, 256 pass, and so do many items in a few', () => {
    const roots = (count: number, names: number) =>
      structs(...Array.from({ length: count }, (_, i) => text('a', { parent: `r${i % names}` })))
    refused(roots(40_000, 40_000), /too many root types/)
    refused(roots(257, 257), /too many root types/)
    expect(inspectUpdate(roots(256, 256)).roots.size).toBe(256)
    expect([...inspectUpdate(roots(3000, 3)).roots]).toEqual(['r0', 'r1', 'r2'])
  })

  it('[UP14] the name of a root type takes at most 256 bytes', () => {
    const named = (name: string) => structs(text('a', { parent: name }))
    expect(inspectUpdate(named('é'.repeat(128))).roots.size).toBe(1)
    refused(named('é'.repeat(128) + 'x'), /name of a root type too long/)
  })

  it('[UP15] maps 3,000 deep are refused, 200 pass', () => {
    const nested = (depth: number) =>
      structs(...Array.from({ length: depth }, (_, i) => map(i === 0 ? { key: 'k' } : { parent: [1, i - 1], key: 'k' })))
    expect(inspectUpdate(nested(200)).structs[0]?.end).toBe(200)
    refused(nested(201), /nested too deeply/)
    refused(nested(3000), /nested too deeply/)
  })

  it('[UP15] depth is found through siblings and over clients, and width is not depth', () => {
    // Each level: a text in the array, and the next array as its right neighbour, by turns of two clients.
    const high: Uint8Array[] = []
    const low: Uint8Array[] = []
    for (let level = 0; level < 250; level++) {
      high.push(text('a', level === 0 ? {} : { parent: [1, level - 1] }))
      low.push(array({ origin: [2, level] }))
    }
    refused(update([{ client: 2, structs: high }, { client: 1, structs: low }]), /nested too deeply/)
    const wide = [array(), ...Array.from({ length: 5000 }, (_, i) => array(i === 0 ? { parent: [1, 0] } : { origin: [1, i] }))]
    expect(inspectUpdate(structs(...wide)).structs[0]?.end).toBe(5001)
  })

  it('[UP12] values 65 deep are refused, 64 pass', () => {
    const nested = (depth: number, tag: number) => structs(item(8, bytesOf(1,
      ...Array.from({ length: depth }, () => (tag === 117 ? raw(117, 1) : raw(118, 1, 1, 97))), raw(126))))
    for (const tag of [117, 118]) {
      expect(inspectUpdate(nested(64, tag)).structs[0]?.end).toBe(1)
      refused(nested(65, tag), /nested too deeply/)
      refused(nested(6000, tag), /nested too deeply/)
    }
  })

  it('[UP14] more structs, delete ranges or subdocuments than the limits say are refused', () => {
    const three = structs(text('a'), text('b', { origin: [1, 0] }), item(9, bytesOf('g', any({})), { origin: [1, 1] }))
    expect(() => inspectUpdate(three, { ...UPDATE_LIMITS, maxStructs: 2 })).toThrow(/too many structs/)
    expect(() => inspectUpdate(three, { ...UPDATE_LIMITS, maxSubdocuments: 0 })).toThrow(/too many subdocuments/)
    const two = update([{ client: 2, structs: [gc(5)] }, { client: 1, structs: [gc(5)] }],
      [{ client: 2, ranges: [[0, 1], [2, 1]] }, { client: 1, ranges: [[0, 1]] }])
    expect(() => inspectUpdate(two, { ...UPDATE_LIMITS, maxDeleteRanges: 2 })).toThrow(/too many delete ranges/)
    expect(() => inspectUpdate(two, { ...UPDATE_LIMITS, maxClients: 1 })).toThrow(/too many clients/)
    inspectUpdate(two, { ...UPDATE_LIMITS, maxDeleteRanges: 3, maxClients: 2 })
  })
})

describe('values that Yjs reads but cannot write', () => {
  it('[UP12] bytes named __proto__ turn an object into bytes that are none: refused', () => {
    const value = bytesOf(1, raw(118), 1, '__proto__', raw(116), 1, raw(9))
    const bytes = structs(item(8, value))
    const doc = new Y.Doc()
    Y.applyUpdate(doc, bytes)
    expect(() => Y.encodeStateAsUpdate(doc)).toThrow(TypeError) // what would happen to the document
    refused(bytes, /prototype/)
    refused(structs(item(8, bytesOf(1, raw(117), 1, value.subarray(1)))), /prototype/)
  })

  it('[UP12] __proto__ with any other value passes', () => {
    for (const value of [any({ a: 1 }), any([1]), any(null), any('x')]) {
      const bytes = structs(item(8, bytesOf(1, raw(118), 1, '__proto__', value)))
      inspectUpdate(bytes)
      const doc = new Y.Doc()
      Y.applyUpdate(doc, bytes)
      Y.applyUpdate(new Y.Doc(), Y.encodeStateAsUpdate(doc))
    }
    expect(({} as Record<string, unknown>)['a']).toBeUndefined()
  })

  it('[UP12] subdocument options are an object without a guid', () => {
    const options = (value: Uint8Array) => structs(item(9, bytesOf('guid-1', value)))
    for (const value of [{}, { gc: false, autoLoad: true, meta: { a: [1] } }, { collectionid: 'x', meta: { guid: 1 } }]) {
      inspectUpdate(options(any(value)))
    }
    for (const value of [null, undefined, 1, [1], 'x']) refused(options(any(value)), /not an object/)
    refused(options(any({ gc: false, guid: null })), /guid/)
  })
})

describe('what only the document shows', () => {
  it('[UP18] pending updates that never resolve are gaps', () => {
    expect(gap(update([{ client: 9, clock: 7, structs: [text('a')] }]), [])).toBe(true)
    expect(gap(update([{ client: 9, clock: 7, structs: [text('a')] }]), [[9, 6]])).toBe(true)
    expect(gap(update([{ client: 9, clock: 7, structs: [text('a')] }]), [[9, 7]])).toBe(false)
  })

  it('[UP19] deleting what somebody will write later is a gap', () => {
    const bytes = update([], [{ client: 9, ranges: [[100, 1_000_000]] }])
    expect(gap(bytes, [[9, 100]])).toBe(true)
    expect(gap(bytes, [[9, 1_000_099]])).toBe(true)
    expect(gap(bytes, [[9, 1_000_100]])).toBe(false)
  })

  it('[UP2] a squatting GC in another client\'s name passes, and the summary shows whose clocks it takes', () => {
    const bytes = update([{ client: 9, clock: 5, structs: [gc(1_000_000_000)] }])
    expect(inspectUpdate(bytes).structs).toMatchObject([{ client: 9, clock: 5, end: 1_000_000_005 }])
    expect(gap(bytes, [[9, 5]])).toBe(false)
  })

  it('[UP2] fresh clients at one place pass, and the summary counts them', () => {
    const clients = Array.from({ length: 8000 }, (_, i) => ({ client: 8000 - i, structs: [text('a')] }))
    expect(inspectUpdate(update(clients)).structs).toHaveLength(8000)
  })

  it('[UP29] an item put into the middle of a map\'s value passes, and makes Yjs throw when the map is deleted', () => {
    const bytes = update([
      { client: 3, structs: [map()] },
      { client: 1, structs: [text('ab', { parent: [3, 0], key: 'k' }), item(1, bytesOf(2), { right: [1, 1] })] },
    ], [{ client: 3, ranges: [[0, 1]] }])
    expect(gap(bytes, [])).toBe(false)
    expect(() => Y.applyUpdate(new Y.Doc(), bytes)).toThrow('Unexpected case')
  })
})
