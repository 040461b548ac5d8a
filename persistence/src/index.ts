/** Everything that keeps documents. The contract suite is a second entry: `@cowrite/persistence/contract`. */
export * from './storage.js'
export { decodeSpill, encodeSpill } from './spill-format.js'
export { syncDirectory } from './directory-names.js'
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
export { backup, type BackupOptions, type BackupReport } from './backup.js'
export { type BackedUpDocument, readBackedUp, restoreBackup, type RestoreOptions, type RestoreReport } from './restore.js'
export type { OnProgress, ScanOptions } from './level-scan.js'
export { OperatorError, type OperatorErrorCode } from './operator-error.js'
export { SOCKET_NAME } from './placing.js'
export { countRecords, type RecordCounts } from './level-count.js'
export { DirectoryFiles } from './directory-files.js'
export { type FileContent, type Files, isFileHash, type StoredFile } from './files.js'
export { MemoryFiles } from './memory-files.js'
