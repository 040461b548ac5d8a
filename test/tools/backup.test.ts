/**
 * Backup and restore of a whole data directory, without a server. With one: operator-socket.test.ts; killed
 * midway: interrupted.test.ts; under load: test/faults/backup-load.test.ts.
 */
import { copyFile, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { backup, Compactor, DirectoryFiles, type LevelStorage, restoreBackup } from '@cowrite/persistence'
import { randomOf } from '@cowrite/persistence/contract'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { cowrite, cowriteJson, everythingIn, fill, newFolder, onData, openData, textUpdate } from './support/cowrite.js'

const SEED = Number(process.env['COWRITE_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

let folder = ''
let storage: LevelStorage
beforeEach(async () => {
  folder = await newFolder()
  const opened = await openData(join(folder, 'data'))
  storage = opened
  onTestFinished(() => opened.close())
})

const at = (name: string): string => join(folder, name)

/** A snapshot, a quarantined update and a removed document: everything a record can be. */
async function addEveryKind(): Promise<void> {
  await fill(storage, 20)
  const compactor = new Compactor()
  onTestFinished(() => compactor.close())
  await storage.append(Array.from({ length: 5 }, (_, i) => ({ name: 'compacted', update: textUpdate(`t${i}`, 100 + i), time: i, author: 'Ann' })))
  const stored = await storage.load('compacted')
  const { snapshot, through } = await compactor.compact(stored?.snapshot, stored?.tail.slice(0, 3) ?? [])
  await storage.compact('compacted', snapshot, through)
  await storage.append([{ name: 'odd', update: textUpdate('a'), time: 1 }, { name: 'odd', update: textUpdate('b', 2), time: 2 }])
  await storage.quarantine('odd', 1, 'for the test')
  await storage.append([{ name: 'removed', update: textUpdate('gone'), time: 1 }])
  await storage.remove('removed')
}

describe('backup and restore', () => {
  it('[OT7] what is restored is what was there: every document, snapshot, author, quarantine and removal', async () => {
    await addEveryKind()
    const before = await everythingIn(storage)
    const report = await backup(storage, at('backup'))
    expect(report).toMatchObject({ part: 1, full: true, documents: 23, damaged: 0, deletes: 0 })
    await storage.append([{ name: 'later', update: textUpdate('later'), time: 1 }])
    expect(await restoreBackup(at('backup'), at('restored'))).toMatchObject({ part: 1, documents: 23, replaced: false })
    await onData(at('restored'), async (restored) => {
      expect(await everythingIn(restored)).toEqual(before)
      await expect(restored.load('removed')).rejects.toMatchObject({ code: 'removed' })
      await restored.restore('removed')
      expect((await restored.load('removed'))?.tail).toHaveLength(1)
    })
  })

  it('[OT8] a further backup holds what is new, changed or gone, and nothing else; each can be restored', async () => {
    await addEveryKind()
    const states = [await everythingIn(storage)]
    await backup(storage, at('backup'))
    expect(await backup(storage, at('backup'))).toMatchObject({ part: 1, puts: 0, deletes: 0, bytesWritten: 0 })
    await storage.append([{ name: 'new', update: textUpdate('new'), time: 9 }, { name: 'odd', update: textUpdate('c', 3), time: 9 }])
    states.push(await everythingIn(storage))
    // A head and two log records.
    expect(await backup(storage, at('backup'))).toMatchObject({ part: 2, full: false, puts: 3, deletes: 0 })
    await storage.erase('document 7')
    await storage.create('document 7')
    await storage.append([{ name: 'document 7', update: textUpdate('anew'), time: 9 }])
    await storage.quarantine('odd', 3, 'for the test')
    states.push(await everythingIn(storage))
    await backup(storage, at('backup'))
    expect((await stat(at('backup/cowrite-000003.backup'))).size).toBeLessThan(2_000)
    for (const [index, state] of states.entries()) {
      await restoreBackup(at('backup'), at(`restored ${index}`), { part: index + 1 })
      expect(await onData(at(`restored ${index}`), everythingIn)).toEqual(state)
    }
    await restoreBackup(at('backup'), at('newest'))
    expect(await onData(at('newest'), everythingIn)).toEqual(states[2])
  })

  it(`[OT8] after any changes, a chain of backups gives the state at each of them, seed ${SEED}`, async () => {
    const random = randomOf(SEED)
    const below = (limit: number): number => Math.floor(random() * limit)
    const states: unknown[] = []
    for (let round = 0; round < 8; round++) {
      for (let change = 0; change < 15; change++) {
        const name = `d${below(10)}`
        const dice = below(10)
        if (dice < 6) await storage.append([{ name, update: textUpdate(`${round}`, below(1e6)), time: change }]).catch(() => undefined)
        else if (dice === 6) await storage.erase(name)
        else if (dice === 7) await storage.remove(name)
        else if (dice === 8) await (below(2) ? storage.restore(name) : storage.create(name).catch(() => undefined))
        else await storage.quarantine(name, 1 + below(3), 'for the test').catch(() => undefined)
      }
      await backup(storage, at('backup'), { full: round === 5 })
      states.push(await everythingIn(storage))
    }
    for (const [index, state] of states.entries()) {
      await restoreBackup(at('backup'), at(`restored ${index}`), { part: index + 1 })
      expect(await onData(at(`restored ${index}`), everythingIn), `part ${index + 1}`).toEqual(state)
    }
  })

  it('[OT8] a full backup needs none before it', async () => {
    await fill(storage, 5)
    await backup(storage, at('backup'))
    await writeFile(at('backup/cowrite-000001.backup'), 'rubbish')
    await expect(backup(storage, at('backup'))).rejects.toMatchObject({ code: 'damaged' })
    expect(await backup(storage, at('backup'), { full: true })).toMatchObject({ part: 2, full: true })
    await storage.append([{ name: 'new', update: textUpdate('new'), time: 9 }])
    expect(await backup(storage, at('backup'))).toMatchObject({ part: 3, full: false })
    await restoreBackup(at('backup'), at('restored'))
    expect(await onData(at('restored'), everythingIn)).toEqual(await everythingIn(storage))
  })

  it('[OT11] a folder with other things in it, and backups of another database, are left alone', async () => {
    await fill(storage, 3)
    await writeFile(at('letter.txt'), 'mine')
    await expect(backup(storage, folder)).rejects.toMatchObject({ code: 'exists' })
    await onData(at('other'), (other) => backup(other, at('backup')))
    await expect(backup(storage, at('backup'))).rejects.toMatchObject({ code: 'exists' })
    expect(await readdir(at('backup'))).toEqual(['cowrite-000001.backup'])
  })

  it('[OT13] a flipped or cut byte anywhere in a backup is found, and nothing is restored', async () => {
    await fill(storage, 3)
    await backup(storage, at('backup'))
    await storage.erase('document 1')
    await backup(storage, at('backup'))
    const parts = await readdir(at('backup'))
    for (const part of parts) {
      const path = at(`backup/${part}`)
      const sound = await readFile(path)
      await copyFile(path, at('sound'))
      // All over these few records; by turns a bit is flipped and the rest cut off.
      for (let i = 0; i < sound.length; i += 11) {
        const isFlip = i % 2 === 0
        const bad = isFlip ? Buffer.from(sound) : sound.subarray(0, i)
        if (isFlip) bad[i] = (bad[i] as number) ^ (1 << (i % 8))
        await writeFile(path, bad)
        await expect(restoreBackup(at('backup'), at('restored')), `${part}, byte ${i}`).rejects.toMatchObject({ code: expect.stringMatching(/damaged|unusable/) as string })
      }
      await copyFile(at('sound'), path)
    }
    expect(await readdir(at('restored'))).toEqual([])
    await writeFile(at('backup/cowrite-000001.backup'), '')
    expect((await cowrite('restore', at('backup'), '--data', at('restored'))).code).toBe(3)
  })

  it('[OT13] a part that is missing in between is found', async () => {
    await fill(storage, 3)
    await backup(storage, at('backup'))
    await storage.erase('document 1')
    await backup(storage, at('backup'))
    const first = at('backup/cowrite-000001.backup')
    await rename(first, at('elsewhere'))
    await expect(restoreBackup(at('backup'), at('restored'))).rejects.toMatchObject({ code: 'damaged' })
    await expect(restoreBackup(at('nowhere'), at('restored'))).rejects.toMatchObject({ code: 'not-found' })
    await rename(at('elsewhere'), first)
    await expect(restoreBackup(at('backup'), at('restored'), { part: 9 })).rejects.toMatchObject({ code: 'not-found' })
    await restoreBackup(at('backup'), at('restored'))
  })

  it('[OT7] pictures go into the backup, each once, come back with it, and stay with a repaired database', async () => {
    const data = at('with pictures')
    await onData(data, (other) => fill(other, 2))
    const files = new DirectoryFiles(join(data, 'files'))
    const put = async (content: string): Promise<string> => (await files.put(Readable.from([Buffer.from(content)]))).hash
    const hashes = [await put('first'), await put('second')]
    const words = ['backup', at('backup'), '--data', data]
    expect((await cowriteJson(...words)).result).toMatchObject({ files: 2, damaged: 0 })
    hashes.push(await put('third'))
    expect((await cowriteJson(...words)).result).toMatchObject({ files: 1, bytesWritten: 0 })
    expect((await cowriteJson('restore', at('backup'), '--data', at('restored'))).result).toMatchObject({ files: 3, documents: 2 })
    expect((await cowrite('repair', at('repaired'), '--data', data)).code).toBe(0)
    for (const place of ['restored', 'repaired']) {
      const copy = new DirectoryFiles(at(`${place}/files`))
      for (const hash of hashes) expect(await copy.has(hash), place).toBe(true)
    }
  })

  it('[OT7] damaged records are copied as they are, and told', async () => {
    await fill(storage, 3)
    await storage.reading(async (database) => {
      const [key] = await database.keys({ gte: Uint8Array.of(3), limit: 1 }).all()
      await database.put(key as Uint8Array, Uint8Array.of(1, 2, 3, 4, 5, 6))
    })
    expect(await backup(storage, at('backup'))).toMatchObject({ damaged: 1 })
    await restoreBackup(at('backup'), at('restored'))
    const quarantined = await onData(at('restored'), async (restored) => (await restored.load('document 0'))?.quarantined)
    expect(quarantined).toBe(1)
  })
})
