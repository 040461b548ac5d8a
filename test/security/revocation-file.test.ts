/**
 * Rule AC33: what was taken back stays taken back, over a restart and a kill.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SettingError } from '@cowrite/server'
import { expect, it } from 'vitest'
import { useServers } from '../support/running-server.js'
import { newDirectory, removeDirectory } from '../support/server-process.js'
import { SECRET, tokenOf } from '../support/tokens.js'
import { arriveWith } from './support.js'

const start = useServers()
const admin = tokenOf({ sub: 'boss', rights: [{ prefix: '', role: 'admin' }] })
const ask = (url: string, body: unknown): Promise<Response> =>
  fetch(`${url}/api/documents/story/access`, { method: 'POST', headers: { authorization: `Bearer ${admin}` }, body: JSON.stringify(body) })

it('[AC33] rights that were taken back are so after a restart, until no token from before can count', async () => {
  const data = await newDirectory()
  const settings = { secret: SECRET, ephemeral: false, data, maxTokenAgeMs: 3_600_000 }
  const ada = tokenOf({ sub: 'ada' })
  const first = await start(settings)
  await Promise.all(['ada', 'bob', 'eve'].map(async (user) => expect((await ask(first.url, { user, role: 'none' })).status).toBe(200)))
  await first.close()
  const second = await start(settings)
  expect(await arriveWith(second.port, ada)).toBe(4403)
  expect(await arriveWith(second.port, tokenOf({ sub: 'dan' }))).toBe('step1')
  await second.close()

  const file = join(data, 'revocations.json')
  const kept = JSON.parse(readFileSync(file, 'utf8')) as { user: string; at: number }[]
  expect(kept.map(({ user }) => user).sort()).toEqual(['ada', 'bob', 'eve'])
  writeFileSync(file, JSON.stringify(kept.map((one) => ({ ...one, at: one.at - 3_600_001 }))))
  const third = await start(settings)
  expect(await arriveWith(third.port, ada)).toBe('step1')
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([])
  await third.close()

  for (const bad of ['[{', '{}', '[{"user":"ada"}]']) {
    writeFileSync(file, bad)
    await expect(start(settings)).rejects.toThrow(SettingError)
  }
  await removeDirectory(data)
})
