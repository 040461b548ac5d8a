/** MemoryStorage against the contract; the rules and their titles are in persistence/src/contract. */
import { storageContract } from '@cowrite/persistence/contract'
import { describe, expect, it } from 'vitest'
import { behindFaults, memory } from './support/subjects.js'

const api = { describe, it, expect }

for (const history of ['keep', 'none'] as const) {
  storageContract(`memory, history ${history}`, memory(history), api, { outlives: false })
  storageContract(`memory behind faults, history ${history}`, behindFaults(memory(history)), api, { outlives: false })
}
