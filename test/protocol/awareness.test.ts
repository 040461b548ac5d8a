/** Awareness messages: y-protocols' bytes both ways, and what is refused. */
import { AWARENESS_LIMITS, decodeAwareness, encodeAwarenessStates, MalformedError } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { bytesOf, hex, toHex } from './craft.js'
import { firstSeed, randomFrom, runCount } from './random.js'

const entry = (state: string) => bytesOf(1, 5, 1, state)

describe('awareness', () => {
  it('[AW1] golden bytes, both ways', () => {
    const bytes = hex('02 ac02 03 0a 7b2275223a22c3a9227d 05 01 04 6e756c6c')
    const entries = [{ client: 300, clock: 3, state: '{"u":"é"}' }, { client: 5, clock: 1, state: undefined }]
    expect(decodeAwareness(bytes)).toEqual(entries)
    expect(toHex(encodeAwarenessStates(entries))).toBe(toHex(bytes))
  })

  it('[AW1] what y-protocols writes is read, and what is written it reads', () => {
    const mine = new Awareness(new Y.Doc())
    mine.setLocalState({ user: { name: '漢😀', color: '#fff' }, cursor: null, at: [1, 2.5] })
    const bytes = encodeAwarenessUpdate(mine, [mine.clientID])
    expect(decodeAwareness(bytes)).toEqual([{ client: mine.clientID, clock: 1, state: JSON.stringify(mine.getLocalState()) }])
    expect(toHex(encodeAwarenessStates(decodeAwareness(bytes)))).toBe(toHex(bytes))
    const yours = new Awareness(new Y.Doc())
    applyAwarenessUpdate(yours, encodeAwarenessStates([{ client: 7, clock: 1, state: '{"a":1}' }]), 'test')
    expect(yours.getStates().get(7)).toEqual({ a: 1 })
    applyAwarenessUpdate(yours, encodeAwarenessStates([{ client: 7, clock: 2, state: undefined }]), 'test')
    expect(yours.getStates().has(7)).toBe(false)
    mine.destroy()
    yours.destroy()
  })

  it('[AW2] no entries at all is a message, and an echo of a whole room is one too', () => {
    expect(decodeAwareness(hex('00'))).toEqual([])
    const room = Array.from({ length: 5000 }, (_, client) => ({ client, clock: 1, state: '{}' }))
    expect(decodeAwareness(encodeAwarenessStates(room))).toEqual(room)
  })

  it('[AW3] a state is the JSON text of an object or null', () => {
    for (const state of ['{}', ' {"a":[1]} ', 'null']) decodeAwareness(entry(state))
    for (const state of ['[]  ', '"xx"', '12', 'true', 'nulll', '{"a":}', '{} x']) {
      expect(() => decodeAwareness(entry(state)), state).toThrow(MalformedError)
    }
  })

  it('[AW4] entries, bytes and depth of a state are bounded', () => {
    const long = (bytes: number) => entry(`{"a":"${'é'.repeat((bytes - 8) / 2)}"}`)
    expect(decodeAwareness(long(16_384))).toHaveLength(1)
    expect(() => decodeAwareness(long(16_386))).toThrow(/too long/)
    const deep = (depth: number) => entry(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)
    expect(decodeAwareness(deep(32))).toHaveLength(1)
    expect(() => decodeAwareness(deep(33))).toThrow(/nested too deeply/)
    const two = encodeAwarenessStates([{ client: 1, clock: 1, state: '{}' }, { client: 2, clock: 1, state: '{}' }])
    expect(() => decodeAwareness(two, { ...AWARENESS_LIMITS, maxEntries: 1 })).toThrow(/too many/)
  })

  it('[AW5] truncation, claims beyond the bytes and trailing bytes are refused', () => {
    const good = encodeAwarenessStates([{ client: 300, clock: 300, state: '{"a":1}' }, { client: 1, clock: 1, state: undefined }])
    for (let length = 0; length < good.length; length++) {
      expect(() => decodeAwareness(good.subarray(0, length))).toThrow(MalformedError)
    }
    expect(() => decodeAwareness(bytesOf(good, 0))).toThrow(/after the end/)
    expect(() => decodeAwareness(bytesOf(200_000, 1))).toThrow(/truncated/)
    expect(() => decodeAwareness(bytesOf(1, 1, 1, 2 ** 40))).toThrow(/truncated/)
  })

  it('[AW5] damage at random throws nothing but MalformedError, and what passes is read by y-protocols', () => {
    const first = firstSeed()
    let passed = 0
    for (let seed = first; seed < first + runCount(3000); seed++) {
      const random = randomFrom(seed)
      const bytes = encodeAwarenessStates([{ client: random.int(2 ** 32), clock: random.int(300), state: '{"a":{"b":[1,"é"]}}' }])
      bytes[random.int(bytes.length)] = random.int(256)
      try {
        decodeAwareness(bytes)
      } catch (error) {
        expect(error, `seed ${seed}`).toBeInstanceOf(MalformedError)
        continue
      }
      const awareness = new Awareness(new Y.Doc())
      applyAwarenessUpdate(awareness, bytes, 'test')
      awareness.destroy()
      passed++
    }
    expect(passed).toBeGreaterThan(0)
  })
})
