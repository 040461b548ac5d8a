/** Pictures of documents that are deleted for good and brought back by commands. With a running server and without one. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { DirectoryFiles } from '@cowrite/persistence'
import { describe, expect, it } from 'vitest'
import { useServers } from '../support/running-server.js'
import { cowriteJson, fill, newFolder, onData, textUpdate } from './support/cowrite.js'

const start = useServers()

describe.each(['alone', 'in a server'])('%s', (place) => {
  it('[OT22] [DE11] a document that is deleted for good takes its pictures with it, and restore --doc brings them back', async () => {
    const folder = await newFolder()
    const data = join(folder, 'data')
    await onData(data, (storage) => fill(storage, 1))
    const files = new DirectoryFiles(join(data, 'files'))
    const put = async (content: string): Promise<string> => (await files.put(Readable.from([Buffer.from(content)]))).hash
    const [own, shared] = [await put('only in a'), await put('in both')]
    await onData(data, (storage) => storage.append([
      { name: 'a', update: textUpdate(`/files/${own} /files/${shared}`), time: 1 },
      { name: 'b', update: textUpdate(`/files/${shared}`), time: 1 },
    ]))
    if (place !== 'alone') await start({ ephemeral: false, data })
    const run = (...words: string[]) => cowriteJson(...words, '--data', data)
    const backups = join(folder, 'backups')
    expect(await run('backup', backups)).toMatchObject({ code: 0, result: { files: 2 } })
    expect(await run('delete', 'a', '--hard')).toMatchObject({ code: 0, result: { erased: true, pictures: 1 } })
    expect([await files.has(own), await files.has(shared)]).toEqual([false, true])
    expect(await run('restore', backups, '--doc', 'a')).toMatchObject({ code: 0, result: { pictures: 1 } })
    expect([await files.has(own), await files.has(shared)]).toEqual([true, true])
    expect(await readFile(join(data, 'files', own.slice(0, 2), own), 'utf8')).toBe('only in a')
  })
})
