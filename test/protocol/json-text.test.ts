/**
 * JSON inside an update: exactly what JSON.parse takes, seen through an embed's content.
 */
import { inspectUpdate, MalformedError, UPDATE_LIMITS } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import { bytesOf, item, structs } from './craft.js'
import { firstSeed, randomFrom, runCount, type Random } from './random.js'

function passes(json: string, maxAnyDepth = 64): boolean {
  try {
    inspectUpdate(structs(item(5, bytesOf(json))), { ...UPDATE_LIMITS, maxAnyDepth })
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedError)
    return false
  }
}

function parses(json: string): boolean {
  try {
    JSON.parse(json)
    return true
  } catch {
    return false
  }
}

const PIECES = [
  '{', '}', '[', ']', ',', ':', '"', '\\', '"a"', '"a":', '"\\u00e9"', '"\\uD8', '\\n', '\\x', 'true', 'false', 'null', 'nul',
  'undefined', '0', '-', '1', '12', '01', '.', '.5', 'e', 'E+', 'e-3', '1.5e300', ' ', '\n', '\t', '\r', '\v', '\u00a0', '\ufeff',
  'é', '😀', '\u0000', '\u001f', '\u007f', '//', '{}', '[]', '"":', 'NaN', '+1', "'a'",
]

const someText = (random: Random): string =>
  Array.from({ length: 1 + random.int(9) }, () => random.pick(PIECES)).join('')

/** Valid JSON with one character exchanged, left out or doubled. */
function damaged(random: Random): string {
  const json = JSON.stringify({ a: [1, -0.5, 1e21, { b: null, 'c"\\\n': ['é', true, [], {}] }], d: false }, null, random.pick([0, 1]))
  const at = random.int(json.length)
  return json.slice(0, at) + random.pick(['', json.slice(at, at + 1).repeat(2), random.pick(PIECES)]) + json.slice(at + 1)
}

describe('JSON text', () => {
  it.each([
    '', ' ', 'null', ' null ', 'nulL', 'true', 'truefalse', '0', '-0', '00', '-', '1.', '.1', '1e', '1e+', '1E-9', '--1', '"', '"\\"',
    '"\\u12g4"', '"\\u12"', '"\t"', '[', '[]', '[ ]', '[,]', '[1,]', '[1 2]', '{', '{}', '{ }', '{"a"}', '{"a":}', '{"a":1,}', '{a:1}',
    '{"a":1 "b":2}', '[}', '{]', '[[]', '[]]', '{"a":[{"b":[]}]}', '\ufeff1', 'undefined', '"\u2028"', '"\u007f"', '1\u0000', '{"a":1}x',
  ])('[UP11] %j passes exactly if JSON.parse takes it', (json) => {
    expect(passes(json)).toBe(parses(json))
  })

  it('[UP11] so do texts at random', () => {
    const first = firstSeed()
    let valid = 0
    for (let seed = first; seed < first + runCount(20); seed++) {
      const random = randomFrom(seed)
      for (let i = 0; i < 1000; i++) {
        const json = random.chance(0.5) ? someText(random) : damaged(random)
        if (parses(json)) valid++
        if (passes(json) !== parses(json)) throw new Error(`seed ${seed}: ${JSON.stringify(json)}`)
      }
    }
    console.log(`JSON text: seeds from ${first}, ${valid} valid`)
    expect(valid).toBeGreaterThan(100)
  })

  it('[UP11] arrays and objects are at most as deep as the limit', () => {
    for (const [open, close] of [['[', ']'], ['{"a":', '}']] as const) {
      const nested = (depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`
      expect(passes(nested(64))).toBe(true)
      expect(passes(nested(65))).toBe(false)
      expect(passes(nested(3), 2)).toBe(false)
      expect(passes(open.repeat(100_000))).toBe(false)
    }
  })

  it('[UP11] only an element of JSON content may be undefined', () => {
    const content = (...list: string[]) => structs(item(2, bytesOf(list.length, ...list)))
    inspectUpdate(content('undefined', '1'))
    for (const bytes of [content('undefine'), content('undefinedx'), content(''), structs(item(6, bytesOf('bold', 'undefined')))]) {
      expect(() => inspectUpdate(bytes)).toThrow(/not JSON/)
    }
  })
})
