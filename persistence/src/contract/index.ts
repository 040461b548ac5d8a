/**
 * The contract of Storage as a test suite, for whoever implements it.
 *
 * Owns: which rules make up the contract. Does not own: a test framework; pass yours in.
 * Always holds: an implementation that passes can stand behind the server; rules are numbered as in SPEC.md.
 *
 *   storageContract('mine', async () => ({ storage, history: 'keep', dispose }), { describe, it, expect })
 */
import { compactionRules } from './compaction-rules.js'
import { faultRules } from './fault-rules.js'
import { lifeRules, reopeningRules } from './life-rules.js'
import { logRules } from './log-rules.js'
import { restorePointRules } from './restore-point-rules.js'
import { type MakeSubject, ruleOf, type TestApi } from './subject.js'

export {
  type Fault, type FaultPlan, FaultyStorage, faultsAt, faultsBySeed, type StorageCall,
} from './faulty-storage.js'
export { filesContract, type FilesSubject } from './file-rules.js'
export { bytewise, IMPOSSIBLE_NAMES, NASTY_NAMES } from './nasty-names.js'
export { randomOf } from './random.js'
export { retrying } from './retrying-storage.js'
export { type MakeSubject, refusalOf, type StorageSubject, type TestApi } from './subject.js'

/**
 * Declares the contract's tests for one implementation.
 * @param makeSubject gives a new, empty storage for each test.
 * @param options.outlives whether documents are there again after closing; then `reopen` is needed.
 */
export function storageContract(
  name: string,
  makeSubject: MakeSubject,
  api: TestApi,
  options: { outlives: boolean },
): void {
  const rule = ruleOf(api, makeSubject)
  api.describe(`storage contract: ${name}`, () => {
    logRules(rule, api)
    compactionRules(rule, api)
    lifeRules(rule, api)
    restorePointRules(rule, api)
    if (options.outlives) reopeningRules(rule, api)
    faultRules(rule, api)
  })
}
