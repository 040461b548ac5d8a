/** Erased documents in files of changes that fitted nowhere. */
import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Spill, systemClock } from '@cowrite/server'
import { expect, it, onTestFinished } from 'vitest'

it('[DL3] what is of an erased document goes, what is of others stays', async () => {
  const data = mkdtempSync(join(tmpdir(), 'cowrite-forget-'))
  onTestFinished(() => rmSync(data, { recursive: true, force: true }))
  const spill = new Spill({ data, spillDir: join(data, 'elsewhere'), clock: systemClock })
  const entry = (name: string, text: string) => ({ name, update: new TextEncoder().encode(text), time: 1, epoch: 'e' })
  await spill.putAside(await spill.write([entry('gone', 'secret one'), entry('kept', 'of another')]))
  await spill.putAside(await spill.write([entry('gone', 'secret two')]))
  await spill.forget('gone')
  const files = (await readdir(data)).filter((name) => name.endsWith('.aside'))
  expect(files).toHaveLength(1)
  const left = await readFile(join(data, files[0] ?? ''), 'utf8')
  expect([left.includes('secret'), left.includes('of another')]).toEqual([false, true])
})
