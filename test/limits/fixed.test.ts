/**
 * Rule LM50: docs/settings.md and the limits of the protocol say the same.
 */
import { readFileSync } from 'node:fs'
import { AWARENESS_LIMITS, MAX_TOKEN_BYTES, UPDATE_LIMITS } from '@cowrite/protocol'
import { MAX_ACCESS_BODY_BYTES, MAX_BUCKETS, MAX_JSON_DEPTH, MAX_PRESENCE_IDS_PER_CONNECTION, MAX_ROOT_NAMES } from '@cowrite/server'
import { expect, it } from 'vitest'

it('[LM50] docs/settings.md lists the limits that are no settings, as they are', () => {
  const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8').split('## Limits that are no settings')[1] ?? ''
  const values = page.split('\n').filter((line) => /^\| [a-z]/.test(line)).slice(1).map((line) => Number(line.split('|')[2]))
  expect(values).toEqual([...Object.values(UPDATE_LIMITS), ...Object.values(AWARENESS_LIMITS), MAX_PRESENCE_IDS_PER_CONNECTION, MAX_TOKEN_BYTES, MAX_ROOT_NAMES, MAX_JSON_DEPTH, MAX_ACCESS_BODY_BYTES, MAX_BUCKETS])
})
