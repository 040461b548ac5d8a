/** Both keepers of files against their contract, and what an interrupted writer leaves. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DirectoryFiles, MemoryFiles } from '@cowrite/persistence'
import { filesContract } from '@cowrite/persistence/contract'
import { describe, expect, it } from 'vitest'

const api = { describe, it, expect }
const inDirectory = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cowrite-files-'))
  return {
    directory,
    files: new DirectoryFiles(join(directory, 'files')),
    reopen: () => new DirectoryFiles(join(directory, 'files')),
    dispose: () => rm(directory, { recursive: true }),
  }
}

filesContract('memory', async () => ({ files: new MemoryFiles(), dispose: async () => undefined }), api)
filesContract('directory', inDirectory, api)

async function* bytes(...values: number[]): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(values)
}

describe('files in a directory', () => {
  it('[FI6] nothing remains of a content that was never finished', async () => {
    const { directory, files, reopen, dispose } = await inDirectory()
    await files.put(bytes(1))
    await writeFile(join(directory, 'files', 'incoming.0123.partial'), 'half')
    await reopen().put(bytes(2))
    expect((await readdir(join(directory, 'files'))).filter((entry) => entry.endsWith('.partial'))).toEqual([])
    await dispose()
  })

  it('[FI6] a directory that cannot be written is said to be one, and works again once it can', async () => {
    const { directory, files, dispose } = await inDirectory()
    await writeFile(join(directory, 'files'), 'in the way')
    await expect(files.put(bytes(1))).rejects.toMatchObject({ code: 'io' })
    await rm(join(directory, 'files'))
    expect(await files.put(bytes(1))).toMatchObject({ bytes: 1 })
    await dispose()
  })
})
