/**
 * All scenarios, in the order of the results.
 */
import type { Scenario } from '../scenario.js'
import { allTyping } from './all-typing.js'
import { coldOpen } from './cold-open.js'
import { lateJoin } from './late-join.js'
import { manyDocuments } from './many-documents.js'
import { manyReaders } from './many-readers.js'
import { reconnect } from './reconnect.js'
import { streamed } from './stream.js'
import { thousandTyping } from './thousand-typing.js'

export const scenarios: readonly Scenario[] = [
  allTyping, manyReaders, thousandTyping, manyDocuments, streamed, lateJoin, reconnect, coldOpen,
]
