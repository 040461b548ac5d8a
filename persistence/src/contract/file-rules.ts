/**
 * The contract of Files as a test suite, for whoever implements it.
 *
 * Owns: the rules, numbered as in SPEC.md. Does not own: a test framework; pass yours in.
 */
import { createHash } from 'node:crypto'
import type { Files } from '../files.js'
import { StorageError } from '../storage.js'
import type { TestApi } from './subject.js'

export interface FilesSubject {
  readonly files: Files
  /** Opens the same place again, where it outlives closing. */
  readonly reopen?: () => Files
  dispose(): Promise<void>
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function* inPieces(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield piece
}

async function read(files: Files, hash: string): Promise<Uint8Array | undefined> {
  const found = await files.get(hash)
  if (found === undefined) return undefined
  const chunks: Uint8Array[] = []
  for await (const chunk of found.content) chunks.push(chunk)
  const bytes = new Uint8Array(Buffer.concat(chunks))
  if (bytes.length !== found.bytes) throw new Error(`${found.bytes} bytes were promised, ${bytes.length} came`)
  return bytes
}

/** Declares the contract's tests for one implementation. */
export function filesContract(name: string, makeSubject: () => Promise<FilesSubject>, { describe, it, expect }: TestApi): void {
  const rule = (title: string, test: (subject: FilesSubject) => Promise<void>): void => {
    it(title, async () => {
      const subject = await makeSubject()
      try {
        await test(subject)
      } finally {
        await subject.dispose()
      }
    })
  }
  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(() => 'none', (error: unknown) => (error instanceof StorageError ? error.code : String(error)))

  describe(`files contract: ${name}`, () => {
    rule('[FI1] a content comes back as it was put, named by its SHA-256, whatever its size and pieces', async ({ files }) => {
      const large = new Uint8Array(1_500_000).map((_, index) => index * 7)
      for (const pieces of [[], [new Uint8Array()], [new Uint8Array([1, 2]), new Uint8Array([3])], [large]]) {
        const whole = new Uint8Array(Buffer.concat(pieces))
        const stored = await files.put(inPieces(...pieces))
        expect(stored).toEqual({ hash: hashOf(whole), bytes: whole.length })
        expect(await files.has(stored.hash)).toBe(true)
        expect(await read(files, stored.hash)).toEqual(whole)
      }
    })

    rule('[FI2] the same content is one file, also when it is put twice at once', async ({ files }) => {
      const bytes = new Uint8Array([5, 6, 7])
      const stored = await Promise.all([1, 2, 3].map(() => files.put(inPieces(bytes))))
      expect(new Set(stored.map(({ hash }) => hash)).size).toBe(1)
      expect(await read(files, stored[0]!.hash)).toEqual(bytes)
    })

    rule('[FI3] a content that ends in an error leaves nothing, and the error is the caller’s', async ({ files }) => {
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield new Uint8Array([9, 9])
        throw new Error('the sender is gone')
      }
      expect(await codeOf(files.put(broken()))).toBe('Error: the sender is gone')
      expect(await files.has(hashOf(new Uint8Array([9, 9])))).toBe(false)
    })

    rule('[FI4] what is no name of a file is none', async ({ files }) => {
      await files.put(inPieces(new Uint8Array([1])))
      for (const hash of ['', '../secret', 'a'.repeat(63), 'A'.repeat(64), `${'a'.repeat(62)}/b`, hashOf(new Uint8Array([2]))]) {
        expect(await files.has(hash)).toBe(false)
        expect(await files.get(hash)).toBe(undefined)
      }
    })

    rule('[FI7] what is doomed is removed on demand, but not what is put again or spared; the note outlives closing', async ({ files, reopen }) => {
      const put = async (byte: number): Promise<string> => (await files.put(inPieces(new Uint8Array([byte])))).hash
      const [going, spared, again, free] = [await put(1), await put(2), await put(3), await put(4)]
      await files.doom([going, spared, again, hashOf(new Uint8Array([9])), '../secret'])
      await files.doom([going])
      await put(3)
      await files.spare([spared, free])
      const place = reopen ? (await files.close(), reopen()) : files
      expect(await place.doomed()).toEqual([going])
      expect(await place.remove([going, spared, again, free])).toBe(1)
      expect(await place.doomed()).toEqual([])
      expect(await place.remove([going])).toBe(0)
      expect(await Promise.all([going, spared, again, free].map((hash) => place.has(hash)))).toEqual([false, true, true, true])
      expect((await place.put(inPieces(new Uint8Array([1])))).hash).toBe(going)
      expect(await read(place, going)).toEqual(new Uint8Array([1]))
      await place.close()
      for (const call of [place.doom([going]), place.doomed(), place.spare([going]), place.remove([going])]) expect(await codeOf(call)).toBe('closed')
    })

    rule('[FI5] after closing every call is refused; opened again, everything is there', async ({ files, reopen }) => {
      const { hash } = await files.put(inPieces(new Uint8Array([4, 2])))
      await files.close()
      await files.close()
      expect(await codeOf(files.has(hash))).toBe('closed')
      expect(await codeOf(files.get(hash))).toBe('closed')
      expect(await codeOf(files.put(inPieces()))).toBe('closed')
      if (reopen) expect(await read(reopen(), hash)).toEqual(new Uint8Array([4, 2]))
    })
  })
}
