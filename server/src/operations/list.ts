/**
 * `list`: the names of all documents, or of the deleted ones.
 *
 * Always holds: in the order of their UTF-8 bytes, page by page, so that a large list holds nobody up.
 */
import type { RemovedDocument } from '@cowrite/persistence'
import { flag, operation } from './operation.js'

const PAGE = 1_000

export interface DocumentList {
  readonly documents: readonly string[]
  /** Deleted documents that can be brought back, when they were asked for instead. */
  readonly deleted?: readonly RemovedDocument[]
}

export const list = operation({ deleted: flag }, async ({ storage, signal }, args, progress): Promise<DocumentList> => {
  const pages = async <T>(page: (after: { after?: string }) => Promise<T[]>, nameOf: (entry: T) => string): Promise<T[]> => {
    const found: T[] = []
    for (;;) {
      signal.throwIfAborted()
      const last = found.at(-1)
      const next = await page(last === undefined ? {} : { after: nameOf(last) })
      for (const entry of next) found.push(entry)
      progress(found.length, undefined, 'documents')
      if (next.length < PAGE) return found
    }
  }
  if (!args.deleted) return { documents: await pages((after) => storage.list({ ...after, limit: PAGE }), (name) => name) }
  const gone = await pages((after) => storage.listRemoved({ ...after, limit: PAGE }), ({ name }) => name)
  return { documents: [], deleted: gone.filter(({ erased }) => !erased) }
})
