/**
 * All scenarios, in the order of the results.
 */
import type { Scenario } from '../scenario.js'
import { allTyping } from './all-typing.js'
import { coldOpen } from './cold-open.js'
import { deflate } from './deflate.js'
import { growthClients, growthDocuments, growthEdits } from './growth.js'
import { idleConnections } from './idle-connections.js'
import { lateJoin } from './late-join.js'
import { manyDocuments } from './many-documents.js'
import { manyReaders } from './many-readers.js'
import { openDocuments } from './open-documents.js'
import { reconnect } from './reconnect.js'
import { stalledReaders } from './stalled-readers.js'
import { stockEcho } from './stock-echo.js'
import { storm } from './storm.js'
import { streamed } from './stream.js'
import { thousandTyping } from './thousand-typing.js'

export const scenarios: readonly Scenario[] = [
  allTyping, manyReaders, thousandTyping, manyDocuments, streamed, lateJoin, reconnect, coldOpen, openDocuments, idleConnections,
  stalledReaders, deflate, growthClients, growthDocuments, growthEdits, storm, stockEcho,
]
