/** State vectors: Yjs's bytes both ways, and what is refused. */
import { covers, decodeStateVector, encodeStateVector, MalformedError } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { bytesOf, hex, toHex } from './craft.js'
import { playEditing } from './editing.js'
import { randomFrom } from './random.js'

describe('state vectors', () => {
  it('[UP23] [UP24] golden bytes, both ways', () => {
    const stateVector = new Map([[1, 5], [300, 70_000], [2 ** 40, 1]])
    expect(toHex(encodeStateVector(stateVector))).toBe('03808080808020 01ac02f0a2040105'.replaceAll(' ', ''))
    expect(decodeStateVector(hex('03 808080808020 01 ac02 f0a204 01 05'))).toEqual(stateVector)
    expect(decodeStateVector(hex('02 01 05 ac02 00'))).toEqual(new Map([[1, 5], [300, 0]])) // any order
    expect(toHex(encodeStateVector(new Map()))).toBe('00')
  })

  it('[UP24] equal to what Yjs writes for random documents', () => {
    for (let seed = 1; seed <= 10; seed++) {
      for (const doc of playEditing(randomFrom(seed), 30, () => {})) {
        const bytes = Y.encodeStateVector(doc)
        const decoded = decodeStateVector(bytes)
        expect(decoded).toEqual(Y.decodeStateVector(bytes))
        expect(toHex(encodeStateVector(new Map([...decoded].toReversed())))).toBe(toHex(bytes))
      }
    }
  })

  it('[UP23] refuses truncation, trailing bytes, a client twice, absurd counts and too many clients', () => {
    const good = bytesOf(2, 300, 5, 7, 300)
    for (let length = 0; length < good.length; length++) {
      expect(() => decodeStateVector(good.subarray(0, length))).toThrow(MalformedError)
    }
    expect(() => decodeStateVector(bytesOf(good, 0))).toThrow(/after the end/)
    expect(() => decodeStateVector(bytesOf(2, 7, 1, 7, 1))).toThrow(/twice/)
    expect(() => decodeStateVector(bytesOf(2 ** 53 - 1, 7, 1))).toThrow(/truncated/)
    expect(() => decodeStateVector(bytesOf(2, 7, 1, 8, 1), { maxClients: 1 })).toThrow(/too many clients/)
  })

  it('[UP25] covers compares every client', () => {
    const a = new Map([[1, 5], [2, 3]])
    expect(covers(a, new Map())).toBe(true)
    expect(covers(a, new Map([[1, 5]]))).toBe(true)
    expect(covers(a, new Map([[1, 6]]))).toBe(false)
    expect(covers(a, new Map([[3, 1]]))).toBe(false)
    expect(covers(a, new Map([[3, 0]]))).toBe(true)
    expect(covers(new Map(), a)).toBe(false)
  })
})
