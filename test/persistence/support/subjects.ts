/**
 * The implementations of Storage as subjects of the contract suite, plain and behind faults.
 *
 * Owns: making and taking them away. Does not own: the contract (`@cowrite/persistence/contract`).
 */
import {
  type HistorySetting, LevelStorage, type LevelStorageOptions, MemoryStorage, type Storage,
} from '@cowrite/persistence'
import { FaultyStorage, faultsBySeed, type MakeSubject, retrying } from '@cowrite/persistence/contract'
import { makeDirectory, removeDirectory } from './directories.js'

export const memory =
  (history: HistorySetting): MakeSubject =>
  async () => {
    const storage = new MemoryStorage({ history })
    return { storage, history, dispose: () => storage.close() }
  }

export const level =
  (options: LevelStorageOptions): MakeSubject =>
  async () => {
    const directory = await makeDirectory()
    const opened: Storage[] = []
    const open = async (): Promise<Storage> => {
      const storage = await LevelStorage.open(directory, options)
      opened.push(storage)
      return storage
    }
    const dispose = async (): Promise<void> => {
      for (const storage of opened) await storage.close()
      await removeDirectory(directory)
    }
    return { storage: await open(), history: options.history, reopen: open, dispose }
  }

/** One call in five fails and one in ten stalls, whatever it is; whoever calls tries again. */
export const behindFaults =
  (makeSubject: MakeSubject): MakeSubject =>
  async () => {
    const subject = await makeSubject()
    const faults = faultsBySeed(20261122, { fail: 0.2, stall: 0.1 })
    const faulty = (storage: Storage): Storage =>
      retrying(new FaultyStorage(storage, faults, (stalled) => setImmediate(() => stalled.release())))
    const { reopen } = subject
    const again = reopen && { reopen: async () => faulty(await reopen()) }
    return { ...subject, storage: faulty(subject.storage), ...again }
  }
