/** LevelStorage against the contract; the rules and their titles are in persistence/src/contract. */
import { storageContract } from '@cowrite/persistence/contract'
import { describe, expect, it } from 'vitest'
import { level } from './support/subjects.js'

for (const history of ['keep', 'none'] as const) {
  for (const durability of ['fsync', 'os'] as const) {
    const title = `LevelDB, history ${history}, durability ${durability}`
    storageContract(title, level({ durability, history }), { describe, it, expect }, { outlives: true })
  }
}
