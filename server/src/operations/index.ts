/**
 * The one table of operations. A running server offers it at its operator's socket, the command line runs it
 * on a data directory that no server has open.
 *
 * Owns: the names, and running one by name.
 */
import type { OnProgress } from '@cowrite/persistence'
import { backup } from './backup.js'
import { compact } from './compact.js'
import { deleteDocument, undelete } from './delete.js'
import { dump } from './dump.js'
import { importDocuments } from './import.js'
import { list } from './list.js'
import { type Operation, type OperationContext, readArgs } from './operation.js'
import { bringBack, keepOnePoint, listPoints } from './restore-points.js'
import { restoreDocument } from './restore-document.js'
import { stats } from './stats.js'
import { verify } from './verify.js'

export const OPERATIONS = {
  stats,
  list,
  dump,
  delete: deleteDocument,
  undelete,
  compact,
  backup,
  'restore-document': restoreDocument,
  'restore-points': listPoints,
  'keep-restore-point': keepOnePoint,
  'bring-back': bringBack,
  verify,
  'import-documents': importDocuments,
}

export type OperationName = keyof typeof OPERATIONS
export type ArgsOf<Name extends OperationName> = (typeof OPERATIONS)[Name] extends Operation<infer Args, unknown> ? Args : never
export type ResultOf<Name extends OperationName> = Awaited<ReturnType<(typeof OPERATIONS)[Name]['run']>>

export const isOperation = (name: string): name is OperationName => Object.hasOwn(OPERATIONS, name)

/** @throws OperationError `usage`, and whatever the operation throws; see `failureOf` */
export async function runOperation(
  name: OperationName,
  context: OperationContext,
  args: unknown,
  onProgress: OnProgress,
): Promise<unknown> {
  const found = OPERATIONS[name] as Operation<unknown, unknown>
  return found.run(context, readArgs(found, args), onProgress)
}
