/**
 * `import`: documents of other programs.
 *
 * Owns: what becomes of each. Does not own: reading the other program's files (persistence), the rooms.
 * Always holds:
 *  - a document's updates go through a Y.Doc in a thread and then through the same door as a client's, so nothing
 *    comes in that could not have been typed;
 *  - each document comes in whole, in one step, or not at all; one that does not is listed and the rest goes on;
 *  - a document that is there is added to only with `force`; to import again what was imported changes nothing.
 */
import {
  CompactionError, OperatorError, readHocuspocusSqlite, readYjsFile, readYLevel, type SourceDocument, StorageError,
} from '@cowrite/persistence'
import { isDocumentName, MalformedError, STORED_UPDATE_LIMITS } from '@cowrite/protocol'
import { Refused } from '../refusal.js'
import { flag, oneOf, operation, type OperationContext, OperationError, optional, text } from './operation.js'

export type ImportKind = 'y-leveldb' | 'hocuspocus-sqlite' | 'yjs'

export interface ImportReport {
  /** Documents that are there now and were not before. */
  readonly imported: number
  /** Documents that were there and got what was new to them. */
  readonly merged: number
  /** Documents that held all of it already. */
  readonly unchanged: number
  /** Documents that did not come in, each with the reason. */
  readonly leftOut: readonly { readonly document: string; readonly reason: string }[]
  /** Updates that no document can apply; the rest of theirs came in. */
  readonly rejected: readonly { readonly document: string; readonly updates: number }[]
}

type Outcome = 'imported' | 'merged' | 'unchanged' | { readonly reason: string }

export const importDocuments = operation(
  { kind: oneOf('y-leveldb', 'hocuspocus-sqlite', 'yjs'), path: text, document: optional(text), force: flag },
  async (context, args, progress): Promise<ImportReport> => {
    const report = { imported: 0, merged: 0, unchanged: 0, leftOut: [] as { document: string; reason: string }[], rejected: [] as { document: string; updates: number }[] }
    let done = 0
    for await (const source of sourcesOf(args)) {
      context.signal.throwIfAborted()
      const { outcome, rejected } = await importOne(context, source, args.force)
      if (typeof outcome === 'string') report[outcome]++
      else report.leftOut.push({ document: source.name, reason: outcome.reason })
      if (rejected > 0) report.rejected.push({ document: source.name, updates: rejected })
      progress(++done, undefined, 'documents')
    }
    return report
  },
)

function sourcesOf({ kind, path, document }: { kind: ImportKind; path: string; document: string | undefined }): AsyncGenerator<SourceDocument> {
  if (kind === 'yjs') {
    if (document === undefined) throw new OperationError('usage', `A '.yjs' file does not say which document it is: give its name with --doc.`)
    return readYjsFile(path, document)
  }
  if (document !== undefined) throw new OperationError('usage', `--doc goes with 'import yjs' only.`)
  return kind === 'y-leveldb' ? readYLevel(path) : readHocuspocusSqlite(path)
}

async function importOne(
  { rooms, compactor }: OperationContext,
  source: SourceDocument,
  force: boolean,
): Promise<{ outcome: Outcome; rejected: number }> {
  const leftOut = (reason: string, rejected = 0) => ({ outcome: { reason }, rejected })
  if ('problem' in source) return leftOut(source.problem)
  const { name, updates } = source
  if (!isDocumentName(name)) return leftOut('its name is not 1 to 512 bytes of UTF-8')
  try {
    const tail = updates.map((update, index) => ({ sequence: index + 1, update }))
    const { snapshot, rejected } = await compactor.compact(undefined, tail)
    if (rejected.length === updates.length) return leftOut(rejected[0] ? `it ${rejected[0].reason}` : 'it holds nothing')
    return { outcome: await write(rooms, name, snapshot.update, force), rejected: rejected.length }
  } catch (error) {
    return leftOut(reasonOf(error))
  }
}

async function write(rooms: OperationContext['rooms'], name: string, update: Uint8Array, force: boolean): Promise<Outcome> {
  return rooms.use(name, async (room): Promise<Outcome> => {
    const wasEmpty = room.state.isEmpty
    const { verdict } = room.state.judge(update, STORED_UPDATE_LIMITS)
    if (verdict === 'nothing') return 'unchanged'
    if (!wasEmpty && !force) return { reason: 'a document of this name is there; --force merges into it' }
    if (room.accept(update, undefined, undefined, STORED_UPDATE_LIMITS) === 'gap') return { reason: 'it refers to what it does not hold' }
    await new Promise<void>((resolve, reject) => room.whenSaved((error) => (error ? reject(error) : resolve())))
    return wasEmpty ? 'imported' : 'merged'
  })
}

/** What concerns one document only. @throws everything else */
function reasonOf(error: unknown): string {
  if (error instanceof CompactionError) return error.code === 'closed' ? rethrow(error) : `it cannot be read: ${error.message}`
  if (error instanceof MalformedError) return `it was refused: ${error.message}`
  if (error instanceof Refused && error.code === 'outdated') return 'it holds what was deleted for good here'
  if (error instanceof StorageError && error.code === 'removed') return `a document of this name was deleted here; bring it back, or delete it for good and create it anew`
  if (error instanceof OperatorError) return error.message
  return rethrow(error)
}

function rethrow(error: unknown): never {
  throw error
}
