/** LevelStorage behind faults against the contract; the rules and their titles are in persistence/src/contract. */
import { storageContract } from '@cowrite/persistence/contract'
import { describe, expect, it } from 'vitest'
import { behindFaults, level } from './support/subjects.js'

for (const history of ['keep', 'none'] as const) {
  for (const durability of ['fsync', 'os'] as const) {
    const title = `LevelDB behind faults, history ${history}, durability ${durability}`
    const makeSubject = behindFaults(level({ durability, history }))
    storageContract(title, makeSubject, { describe, it, expect }, { outlives: true })
  }
}
