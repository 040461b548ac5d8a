/** Everything that keeps documents. The contract suite is a second entry: `@cowrite/persistence/contract`. */
export * from './storage.js'
export { MemoryStorage } from './memory-storage.js'
export { LevelStorage, type LevelStorageOptions } from './level-storage.js'
