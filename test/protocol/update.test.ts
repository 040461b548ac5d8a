/**
 * The door by example: updates as Yjs writes them, byte for byte, and every rule of the format broken once.
 */
import {
  advance, hasGap, inspectUpdate, MalformedError, STORED_UPDATE_LIMITS, withDeletions, type UpdateSummary,
} from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { any, bytesOf, gc, hex, item, map, raw, skip, structs, text, toHex, update } from './craft.js'

/** A refusal, and the rule that it names. */
function refused(bytes: Uint8Array, rule: RegExp): void {
  expect(() => inspectUpdate(bytes), toHex(bytes)).toThrow(MalformedError)
  expect(() => inspectUpdate(bytes)).toThrow(rule)
}

const plain = (summary: UpdateSummary): unknown =>
  ({ ...summary, needs: [...summary.needs], roots: [...summary.roots] })

const nothing = { structs: [], needs: [], deletions: [], roots: [], incomplete: false }

describe('inspectUpdate', () => {
  it('[UP2] sums up what Yjs 13.6 wrote', () => {
    expect(plain(inspectUpdate(hex('0000')))).toEqual({ ...nothing, structsEnd: 1 })
    expect(plain(inspectUpdate(hex('01 01 4d 00 04 01 01 74 0a 68c3a96c6c6ff09f9880 00')))).toEqual({
      ...nothing, structs: [{ client: 77, clock: 0, end: 7, count: 1, from: 4, to: 19 }], roots: ['t'], structsEnd: 19,
    })
    expect(plain(inspectUpdate(
      hex('01 02 4d 07 c6 4d00 4d01 04 626f6c64 04 74727565 c6 4d02 4d03 04 626f6c64 04 6e756c6c 00'),
    ))).toEqual({ ...nothing, structs: [{ client: 77, clock: 7, end: 9, count: 2, from: 4, to: 34 }], needs: [[77, 7]], structsEnd: 34 })
    expect(plain(inspectUpdate(hex('00 01 4d 01 00 02')))).toEqual({
      ...nothing, deletions: [{ client: 77, clock: 0, end: 2 }], structsEnd: 1,
    })
    expect(plain(inspectUpdate(hex('01 01 4d 09 28 01 01 6d 01 61 01 76 01 01 78 75 03 7d01 7d02 76 01 01 79 7e 00')))).toEqual({
      ...nothing, structs: [{ client: 77, clock: 9, end: 10, count: 1, from: 4, to: 26 }], needs: [[77, 9]], roots: ['m'], structsEnd: 26,
    })
  })

  it('[UP2] needs are what the update refers to and does not bring', () => {
    const bytes = update([
      { client: 9, clock: 3, structs: [text('ab', { origin: [5, 10], right: [5, 40] }), text('c', { origin: [4, 0] })] },
      { client: 5, clock: 8, structs: [text('abc', { parent: [7, 2] })] },
      { client: 4, structs: [text('a')] },
    ])
    expect([...inspectUpdate(bytes).needs].toSorted()).toEqual([[5, 41], [7, 3], [9, 3]])
  })

  it('[UP1] [UP6] every kind of content has the length that Yjs counts', () => {
    const lengths: [Uint8Array, number][] = [
      [gc(7), 7],
      [item(1, bytesOf(5)), 5],
      [item(2, bytesOf(3, 'undefined', '{"a":[1]}', '"x"')), 3],
      [item(3, bytesOf(2, raw(1, 2))), 1],
      [item(3, bytesOf(0)), 1],
      [text('aé漢😀'), 5],
      [text('\ufeffx\u0000'), 3],
      [text('\ud800'), 1],
      [item(5, bytesOf('{"image":"x"}')), 1],
      [item(6, bytesOf('bold', 'null')), 1],
      ...[0, 1, 2, 4, 6].map((type): [Uint8Array, number] => [item(7, bytesOf(type)), 1]),
      ...[3, 5].map((type): [Uint8Array, number] => [item(7, bytesOf(type, 'p')), 1]),
      [item(8, bytesOf(2, any({ a: [1, -1.5, 2n ** 60n, new Uint8Array(3), undefined] }), any(null))), 2],
      [item(9, bytesOf('guid', any({ meta: [] }))), 1],
    ]
    for (const [struct, length] of lengths) {
      const bytes = structs(struct)
      expect(inspectUpdate(bytes).structs).toMatchObject([{ client: 1, clock: 0, end: length }])
      expect(Y.parseUpdateMeta(bytes).to.get(1)).toBe(length)
    }
  })

  it('[UP4] every truncation is refused, and so is a byte too many', () => {
    const bytes = update(
      [{ client: 2 ** 40, clock: 300, structs: [text('héllo', { origin: [1, 0] }), item(8, bytesOf(1, any({ k: [1.5] })))] }],
      [{ client: 300, ranges: [[0, 1], [200, 300]] }],
    )
    inspectUpdate(bytes)
    for (let length = 0; length < bytes.length; length++) refused(bytes.subarray(0, length), /truncated/)
    refused(bytesOf(bytes, raw(0)), /after the end/)
  })

  it('[UP5] numbers are in their shortest form and at most 2^53 - 1', () => {
    const most = 2 ** 53 - 1
    const at = (clock: number) => update([{ client: most, clock, structs: [gc(1)] }])
    expect(inspectUpdate(at(most - 1)).structs).toMatchObject([{ client: most, clock: most - 1, end: most }])
    refused(at(most), /above 2\^53/)
    refused(update([{ client: 1, clock: 1, structs: [gc(most)] }]), /above 2\^53/)
    refused(update([], [{ client: 1, ranges: [[1, most]] }]), /above 2\^53/)
    refused(structs(text('a', { origin: [2, most] })), /above 2\^53/)
    refused(hex('01 01 ffffffffffffff10 00 00 01 00'), /above 2\^53/)
    refused(hex('01 01 ffffffffffffffffff01 00 00 01 00'), /above 2\^53/)
    refused(hex('8000 00'), /shortest form/)
    refused(hex('01 01 8100 00 00 01 00'), /shortest form/)
    refused(structs(item(8, bytesOf(1, raw(125, 0x80, 0x00)))), /shortest form/)
  })

  it.each([
    ['a lone continuation', '80'], ['an overlong form', 'c080'], ['an overlong form', 'e08080'], ['an overlong form', 'f0808080'],
    ['a surrogate', 'eda080'], ['above U+10FFFF', 'f4908080'], ['above U+10FFFF', 'f5808080'], ['cut short', 'c3'],
    ['cut short', 'e282'], ['cut short', 'f09f98'], ['no continuation', 'c341'], ['no continuation', 'e28241'],
  ])('[UP6] %s is not UTF-8, wherever text stands', (_, digits) => {
    const bad = bytesOf(hex(digits).length, hex(digits))
    for (const bytes of [
      structs(item(4, bad)), structs(bytesOf(raw(4), 1, bad, 'a')), structs(bytesOf(raw(0x24), 1, 't', bad, 'a')),
      structs(item(6, bytesOf(bad, 'null'))), structs(item(7, bytesOf(3, bad))), structs(item(8, bytesOf(1, raw(119), bad))),
      structs(item(8, bytesOf(1, raw(118), 1, bad, raw(126)))), structs(item(9, bytesOf(bad, any({})))),
    ]) refused(bytes, /not UTF-8/)
  })

  it('[UP10] what Yjs does not know is refused', () => {
    for (let ref = 11; ref < 32; ref++) refused(structs(item(ref, bytesOf(1))), /unknown content/)
    for (const type of [7, 8, 300]) refused(structs(item(7, bytesOf(type, 'x'))), /unknown type/)
    for (const tag of [0, 115, 128, 255]) refused(structs(item(8, bytesOf(1, raw(tag)))), /unknown kind of value/)
    refused(structs(bytesOf(raw(4), 2, 't', 'a')), /unknown kind of parent/)
  })

  it('[UP3] a refusal names the rule and not the content', () => {
    try {
      inspectUpdate(structs(text('secret'), item(5, bytesOf('{"secret":'))))
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedError)
      expect((error as Error).message).toBe('text is not JSON')
    }
  })

  it('[UP13] delete ranges: each client once, ascending, apart, not empty', () => {
    const deletions = (...ranges: [number, number][]) => update([], [{ client: 1, ranges }])
    expect(inspectUpdate(deletions([0, 2], [5, 1])).deletions).toEqual([{ client: 1, clock: 0, end: 2 }, { client: 1, clock: 5, end: 6 }])
    expect(inspectUpdate(deletions([0, 2], [2, 3], [5, 1], [7, 1])).deletions)
      .toEqual([{ client: 1, clock: 0, end: 6 }, { client: 1, clock: 7, end: 8 }])
    expect(inspectUpdate(deletions()).deletions).toEqual([])
    refused(deletions([3, 0]), /length zero/)
    refused(deletions([5, 1], [0, 2]), /not in order/)
    refused(deletions([0, 3], [2, 3]), /not in order/)
    refused(deletions([0, 3], [0, 3]), /not in order/)
    const one = (client: number) => ({ client, ranges: [[0, 1]] as const })
    expect(inspectUpdate(update([], [one(1), one(9), one(4)])).deletions.map(({ client }) => client)).toEqual([1, 9, 4])
    refused(update([], [one(1), one(9), one(1)]), /named twice/)
  })

  it('[UP17] holes are no error, but a gap whatever is known', () => {
    const bytes = structs(text('a'), skip(4), text('b', { origin: [1, 4] }))
    const summary = inspectUpdate(bytes)
    expect(summary).toMatchObject({ incomplete: true, structs: [{ client: 1, clock: 0, end: 6 }] })
    expect(hasGap(summary, new Map([[1, 100]]))).toBe(true)
  })

  it('[UP14] one\'s own stored bytes have no limits, but the same checks', () => {
    const deep = structs(...Array.from({ length: 300 }, (_, i) => map(i === 0 ? { key: 'k' } : { parent: [1, i - 1], key: 'k' })))
    expect(inspectUpdate(deep, STORED_UPDATE_LIMITS).structs[0]?.end).toBe(300)
    expect(() => inspectUpdate(structs(gc(0)), STORED_UPDATE_LIMITS)).toThrow(/length zero/)
  })
})

describe('order', () => {
  const circle = update([
    { client: 3, structs: [text('a'), text('b', { origin: [2, 1] })] },
    { client: 2, structs: [text('a'), text('b', { origin: [1, 0] })] },
    { client: 1, structs: [text('a', { origin: [3, 1] })] },
  ])

  it('[UP16] structs that wait for each other in a circle are refused, though nothing is missing', () => {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, circle)
    expect(doc.store.pendingStructs).not.toBeNull() // Yjs waits for ever
    refused(circle, /circle/)
    refused(update([
      { client: 2, structs: [text('a', { right: [1, 0] })] }, { client: 1, structs: [text('a', { right: [2, 0] })] },
    ]), /circle/)
    refused(update([
      { client: 2, structs: [map({ parent: [1, 0] })] }, { client: 1, structs: [map({ parent: [2, 0] })] },
    ]), /circle/)
  })

  it('[UP16] clients that build on each other by turns pass', () => {
    const steps = 20_000
    const high = Array.from({ length: steps }, (_, i) => text('a', i === 0 ? {} : { origin: [1, i - 1] }))
    const low = Array.from({ length: steps }, (_, i) => text('b', i === 0 ? { origin: [2, 0] } : { origin: [2, i], right: [2, 0] }))
    const bytes = update([{ client: 2, structs: high }, { client: 1, structs: low }])
    const doc = new Y.Doc()
    Y.applyUpdate(doc, bytes)
    expect(doc.store.pendingStructs).toBeNull()
    expect(inspectUpdate(bytes).needs.size).toBe(0)
  })

  it('[UP16] a long way down many clients does not recurse', () => {
    const clients = 50_000
    const chain = Array.from({ length: clients }, (_, i) =>
      ({ client: clients - i, structs: [text('a', i === clients - 1 ? {} : { origin: [clients - i - 1, 0] })] }))
    expect(inspectUpdate(update(chain)).structs).toHaveLength(clients)
  })
})

describe('what follows from a summary', () => {
  it('[UP18] [UP19] a gap is a start, a reference or a deletion beyond what is known or brought', () => {
    const summary = inspectUpdate(update(
      [{ client: 5, clock: 3, structs: [text('ab', { origin: [4, 1] })] }],
      [{ client: 5, ranges: [[4, 1]] }, { client: 3, ranges: [[0, 2]] }],
    ))
    const known = (five: number, four: number, three: number) => new Map([[5, five], [4, four], [3, three]])
    expect(hasGap(summary, known(3, 2, 2))).toBe(false)
    expect(hasGap(summary, known(9, 9, 9))).toBe(false)
    expect(hasGap(summary, known(2, 2, 2))).toBe(true)
    expect(hasGap(summary, known(3, 1, 2))).toBe(true)
    expect(hasGap(summary, known(3, 2, 1))).toBe(true)
    expect(hasGap(inspectUpdate(update([{ client: 5, structs: [gc(3)] }], [{ client: 5, ranges: [[0, 4]] }])), new Map())).toBe(true)
  })

  it('[UP21] other deletions leave the structs as they are', () => {
    const doc = new Y.Doc()
    doc.clientID = 5
    doc.getText('t').insert(0, 'hello')
    const before = Y.encodeStateAsUpdate(doc)
    doc.getText('t').delete(1, 3)
    const after = withDeletions(before, inspectUpdate(before), [
      { client: 5, clock: 3, end: 4 }, { client: 5, clock: 1, end: 3 }, { client: 2, clock: 0, end: 1 }, { client: 9, clock: 7, end: 8 },
    ])
    expect(toHex(after)).toBe(`${toHex(before).slice(0, -2)}03 09010701 05010103 02010001`.replaceAll(' ', ''))
    const copy = new Y.Doc()
    Y.applyUpdate(copy, withDeletions(before, inspectUpdate(before), [{ client: 5, clock: 1, end: 4 }]))
    expect(copy.getText('t').toString()).toBe('ho')
    expect(toHex(withDeletions(after, inspectUpdate(after), []))).toBe(toHex(before))
  })

  it('[UP22] advancing takes in the ends of the structs and never goes back', () => {
    const known = new Map([[5, 10], [4, 1]])
    advance(known, inspectUpdate(update([{ client: 5, clock: 3, structs: [gc(2)] }, { client: 4, clock: 1, structs: [gc(2)] }, { client: 3, structs: [gc(1)] }])))
    expect(known).toEqual(new Map([[5, 10], [4, 3], [3, 1]]))
  })
})
