/** Everything that keeps documents. The contract suite is a second entry: `@cowrite/persistence/contract`. */
export * from './storage.js'
export { MemoryStorage } from './memory-storage.js'
export { LevelStorage, type LevelStorageOptions } from './level-storage.js'
export {
  type CompactedDocument, CompactionError, type CompactionErrorCode, compactDocument, type RejectedUpdate,
  type TailUpdate,
} from './compaction.js'
export { Compactor, type CompactorOptions } from './compactor.js'
export type { RecordFinding } from './record-check.js'
export { type Progress, type ProgressOptions, verifyDatabase, verifyDirectory, type VerifyReport } from './verify.js'
export { repairDirectory, type RepairReport } from './repair.js'
