/** The table of refusals: every row is fit to be sent. */
import { isFinalCloseCode, MalformedError, REFUSALS, refusalOfCloseCode, type Refusal } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'

const rows: [string, Refusal][] = Object.entries(REFUSALS)

describe('refusals', () => {
  it.each(rows)('[ER1] %s has a status for HTTP and a text that fits into a close frame', (_, refusal) => {
    expect(refusal.httpStatus).toBeGreaterThanOrEqual(400)
    expect(refusal.httpStatus).toBeLessThan(600)
    expect(refusal.text).toMatch(/^[A-Z][ -~]*\.$/)
    expect(new TextEncoder().encode(refusal.text).length).toBeLessThanOrEqual(123)
  })

  it.each(rows)('[ER2] %s closes with a code that may be sent, if it closes at all', (_, { closeCode = 1011 }) => {
    // RFC 6455 §7.4: 1004 to 1006 and 1015 are never sent.
    expect([1003, 1011, 1012, 1013].includes(closeCode) || (closeCode >= 4400 && closeCode < 4500)).toBe(true)
  })

  it('[ER2] the close codes are those that clients know', () => {
    const codes = Object.fromEntries(rows.map(([name, { closeCode }]) => [name, closeCode]))
    expect(codes).toEqual({
      malformed: 4400, 'bad-name': 4400, unauthenticated: 4401, forbidden: 4403, 'read-only': undefined,
      'not-yours': 4403, 'origin-refused': 4403, 'not-found': undefined,
      deleted: 4404, outdated: 4409, 'too-large': 4413, 'upgrade-required': undefined, 'text-frame': 1003, internal: 1011,
      restarting: 1012, 'storage-down': 1013, 'auth-down': 1013, overloaded: 1013,
      'too-many-connections': 1013, 'too-fast': 1013, 'header-too-large': undefined, 'too-slow': undefined, 'document-full': undefined,
    })
  })

  it('[ER3] 4400 to 4499 is final, everything else is not', () => {
    for (const code of [4400, 4401, 4413, 4499]) expect(isFinalCloseCode(code)).toBe(true)
    for (const code of [1000, 1001, 1003, 1006, 1011, 1012, 1013, 3000, 4000, 4399, 4500]) expect(isFinalCloseCode(code)).toBe(false)
    for (const code of ['internal', 'restarting', 'storage-down', 'auth-down', 'overloaded'] as const) {
      expect(isFinalCloseCode(REFUSALS[code].closeCode)).toBe(false)
    }
  })

  it('[ER4] a close code leads back to the first refusal with it', () => {
    expect(refusalOfCloseCode(4400)).toBe('malformed')
    expect(refusalOfCloseCode(4409)).toBe('outdated')
    expect(refusalOfCloseCode(1013)).toBe('storage-down')
    for (const code of [1000, 1006, 4499]) expect(refusalOfCloseCode(code)).toBeUndefined()
  })

  it('[ER5] a MalformedError is the refusal malformed', () => {
    const cause = new Error('inner')
    const error = new MalformedError('truncated', { cause })
    expect(error).toMatchObject({ name: 'MalformedError', code: 'malformed', message: 'truncated', cause })
    expect(REFUSALS[error.code].closeCode).toBe(4400)
  })
})
