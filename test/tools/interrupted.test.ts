/**
 * Backups and restores that are killed or stopped midway: what was there before is there after.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { backup, restoreBackup } from '@cowrite/persistence'
import { describe, expect, it } from 'vitest'
import { everythingIn, fill, fillLog, newFolder, onData, textUpdate } from './support/cowrite.js'

const child = fileURLToPath(new URL('support/child-work.mjs', import.meta.url))

/** Runs backup or restore in a process of its own and kills it after so many reports of progress. */
async function killAfter(reports: number, ...args: string[]): Promise<void> {
  const process = spawn(globalThis.process.execPath, [child, ...args, String(reports)], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [, signal] = (await once(process, 'exit')) as [number | null, string | null]
  expect(signal).toBe('SIGKILL')
}

async function bytesOf(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder)
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await readFile(join(folder, name))).toString('base64')] as const)))
}

describe('interrupted', () => {
  it('[OT10] a backup killed midway leaves the earlier ones, and the next one clears up', async () => {
    const folder = await newFolder()
    const [data, backups] = [join(folder, 'data'), join(folder, 'backups')]
    await onData(data, async (storage) => {
      await fill(storage, 10)
      await backup(storage, backups)
      await fillLog(storage, 5_000)
    })
    const before = await bytesOf(backups)
    for (const reports of [1, 2]) {
      await killAfter(reports, 'backup', data, backups)
      const after = await bytesOf(backups)
      expect(Object.keys(after).filter((name) => name.endsWith('.partial'))).toHaveLength(1)
      expect(after).toMatchObject(before)
      await onData(data, async (storage) => {
        await storage.append([{ name: 'new', update: textUpdate(`${reports}`, reports), time: 1 }])
        await backup(storage, backups)
      })
      expect((await readdir(backups)).filter((name) => name.endsWith('.partial'))).toEqual([])
      Object.assign(before, await bytesOf(backups))
    }
    await restoreBackup(backups, join(folder, 'restored'))
    expect(await onData(join(folder, 'restored'), everythingIn)).toEqual(await onData(data, everythingIn))
  })

  it('[OT12] a restore killed midway leaves the data directory as it was, and can be made again', async () => {
    const folder = await newFolder()
    const [data, backups, empty] = [join(folder, 'data'), join(folder, 'backups'), join(folder, 'empty')]
    await onData(data, async (storage) => {
      await fill(storage, 100, 20_000)
      await backup(storage, backups)
      await storage.append([{ name: 'after the backup', update: textUpdate('x'), time: 1 }])
    })
    const former = await onData(data, everythingIn)
    await killAfter(1, 'restore', backups, data)
    expect(await onData(data, everythingIn)).toEqual(former)
    // An empty one is still new for a server.
    await mkdir(empty)
    await killAfter(1, 'restore', backups, empty)
    await cp(empty, join(folder, 'served'), { recursive: true })
    expect(await onData(join(folder, 'served'), everythingIn)).toEqual({})
    for (const target of [data, empty]) {
      await restoreBackup(backups, target, { force: true })
      const restored = await onData(target, everythingIn)
      expect(Object.keys(restored)).toHaveLength(100)
      expect(former).toMatchObject(restored)
      expect(await readdir(target)).not.toContain('COWRITE-BUILDING')
    }
  })

  it('[OT12] without force nothing that is there is replaced; with force it is moved aside whole', async () => {
    const folder = await newFolder()
    const [data, backups] = [join(folder, 'data'), join(folder, 'backups')]
    await onData(data, async (storage) => {
      await fill(storage, 3)
      await backup(storage, backups)
      await fill(storage, 5)
    })
    const former = await onData(data, everythingIn)
    await expect(restoreBackup(backups, data)).rejects.toMatchObject({ code: 'exists' })
    await onData(data, async () => {
      await expect(restoreBackup(backups, data, { force: true })).rejects.toMatchObject({ code: 'locked' })
    })
    expect(await onData(data, everythingIn)).toEqual(former)
    await restoreBackup(backups, data, { force: true })
    expect(Object.keys(await onData(data, everythingIn))).toHaveLength(3)
    const aside = (await readdir(data)).filter((name) => name.startsWith('replaced-'))
    expect(aside).toHaveLength(1)
    expect(await onData(join(data, aside[0] as string), everythingIn)).toEqual(former)
    // What is no data directory at all is moved aside as well.
    const letters = join(folder, 'letters')
    await mkdir(letters)
    await writeFile(join(letters, 'letter.txt'), 'mine')
    await expect(restoreBackup(backups, letters)).rejects.toMatchObject({ code: 'exists' })
    expect(await readdir(letters)).toEqual(['letter.txt'])
  })

  it('[OT12] taking its place can be interrupted at any file: the next opening goes on', async () => {
    const folder = await newFolder()
    const [before, after, data] = [join(folder, 'before'), join(folder, 'after'), join(folder, 'data')]
    await onData(before, (storage) => fill(storage, 3))
    await onData(after, (storage) => fill(storage, 7))
    const states = { before: await onData(before, everythingIn), after: await onData(after, everythingIn) }
    const [oldFiles, newFiles] = [await readdir(before), await readdir(after)]
    const ready = join(data, 'COWRITE-READY-20260102T030405Z')
    const moving = join(data, 'COWRITE-MOVING')
    const aside = join(data, 'replaced-20260102T030405Z')
    for (let moved = 0; moved <= oldFiles.length + newFiles.length; moved++) {
      await cp(before, data, { recursive: true })
      await cp(after, ready, { recursive: true })
      if (moved > 0) await mkdir(aside)
      for (const file of oldFiles.slice(0, moved)) await rename(join(data, file), join(aside, file))
      if (moved > oldFiles.length) await rename(ready, moving)
      for (const file of newFiles.slice(0, Math.max(0, moved - oldFiles.length))) await rename(join(moving, file), join(data, file))
      expect(await onData(data, everythingIn), `${moved} files moved`).toEqual(states.after)
      expect(await onData(aside, everythingIn), `${moved} files moved`).toEqual(states.before)
      expect((await readdir(data)).filter((name) => name.startsWith('COWRITE-'))).toEqual([])
      await rename(data, join(folder, `done ${moved}`))
    }
  })
})
