/** The thread that judges records: takes portions in the order of the keys, says how far it is, and in the end reports. */
import { parentPort } from 'node:worker_threads'
import { giveWayToOthers } from './background-thread.js'
import type { Entry } from './level-scan.js'
import { RecordCheck } from './record-check.js'
import { reportOf } from './verify.js'

/** So far. */
export interface Judged {
  readonly records: number
  readonly bytes: number
}

giveWayToOthers()

const check = new RecordCheck()

parentPort?.on('message', (question: Entry[] | 'finish') => {
  if (question === 'finish') {
    check.finish()
    parentPort?.postMessage(reportOf(check), [])
    return
  }
  for (const [key, value] of question) check.take(key, value)
  parentPort?.postMessage({ records: check.records, bytes: check.bytes } satisfies Judged, [])
})
