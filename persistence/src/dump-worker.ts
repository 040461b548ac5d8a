/** The thread of one dump: gets its job when it is made, answers once. */
import { parentPort, workerData } from 'node:worker_threads'
import { giveWayToOthers } from './background-thread.js'
import { dumpDocument, type DumpFormat } from './dump.js'

export interface DumpJob {
  readonly updates: readonly Uint8Array[]
  readonly format: DumpFormat
}

giveWayToOthers()

const { updates, format } = workerData as DumpJob
parentPort?.postMessage(dumpDocument(updates, format), [])
