/**
 * The thread that works out how a document becomes what it was.
 *
 * Owns: one question and its answer. Does not own: when it is asked (restoring.ts), the comparison (bring-back.ts).
 */
import { parentPort, workerData } from 'node:worker_threads'
import * as Y from 'yjs'
import { bringBack } from './bring-back.js'

export interface RestoringJob {
  /** Updates that together are the document as it is. */
  readonly state: readonly Uint8Array[]
  /** Those that are what it shall be. */
  readonly content: readonly Uint8Array[]
}

const { state, content } = workerData as RestoringJob

function documentOf(updates: readonly Uint8Array[]): Y.Doc {
  const ydoc = new Y.Doc()
  ydoc.transact(() => {
    for (const update of updates) Y.applyUpdate(ydoc, update)
  })
  return ydoc
}

const present = documentOf(state)
let change: Uint8Array | undefined
present.on('update', (update: Uint8Array) => (change = update))
bringBack(present, documentOf(content))
parentPort?.postMessage(change, [])
