/**
 * Whether a document is there.
 *
 * Always holds: reads only.
 */
import { type Storage, StorageError, type StoredDocument } from '@cowrite/persistence'
import { isDocumentName } from '@cowrite/protocol'
import { OperationError } from './operation.js'

export type Standing = 'present' | 'absent' | 'deleted' | 'erased'

const PAGE = 1_000

export async function standingOf(storage: Storage, name: string): Promise<Standing> {
  try {
    return (await storage.load(checked(name))) === undefined ? 'absent' : 'present'
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'removed') throw error
  }
  let after: string | undefined
  for (;;) {
    const page = await storage.listRemoved({ ...(after === undefined ? {} : { after }), limit: PAGE })
    const found = page.find((entry) => entry.name === name)
    if (found) return found.erased ? 'erased' : 'deleted'
    after = page.at(-1)?.name
    // It came back meanwhile.
    if (page.length < PAGE) return 'present'
  }
}

/** @throws OperationError `not-found` */
export async function loadPresent(storage: Storage, name: string): Promise<StoredDocument> {
  const stored = await storage.load(checked(name))
  if (stored === undefined) throw missing(name)
  return stored
}

export const missing = (name: string): OperationError =>
  new OperationError('not-found', `There is no document '${name}'. See 'cowrite list'.`)

function checked(name: string): string {
  if (!isDocumentName(name)) throw new OperationError('usage', 'A document name is 1 to 512 bytes of UTF-8.')
  return name
}
