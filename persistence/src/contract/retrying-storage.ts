/**
 * A storage that makes every call again until it is not met by a fault.
 *
 * Owns: the repetition, in the order of the calls. Does not own: whether repeating is right for a
 * server (it backs off). Always holds: only `io` is repeated: it promises that the call may be made again.
 * With it the whole contract runs behind FaultyStorage.
 */
import { SerialQueue } from '../serial-queue.js'
import { type Storage, StorageError } from '../storage.js'

/** Past this the storage never works at all. */
const ATTEMPTS = 100

export function retrying(storage: Storage): Storage {
  const queue = new SerialQueue()
  const again = <T>(call: () => Promise<T>): Promise<T> =>
    queue.run(async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await call()
        } catch (error) {
          if (!(error instanceof StorageError) || error.code !== 'io' || attempt === ATTEMPTS) throw error
        }
      }
    })
  return {
    append: (entries) => again(() => storage.append(entries)),
    load: (name) => again(() => storage.load(name)),
    compact: (name, snapshot, through, epoch) => again(() => storage.compact(name, snapshot, through, epoch)),
    quarantine: (name, sequence, reason) => again(() => storage.quarantine(name, sequence, reason)),
    keepRestorePoint: (name, note) => again(() => storage.keepRestorePoint(name, note)),
    listRestorePoints: (name) => again(() => storage.listRestorePoints(name)),
    loadRestorePoint: (name, sequence) => again(() => storage.loadRestorePoint(name, sequence)),
    list: (options) => again(() => storage.list(options)),
    listRemoved: (options) => again(() => storage.listRemoved(options)),
    remove: (name, time) => again(() => storage.remove(name, time)),
    restore: (name) => again(() => storage.restore(name)),
    erase: (name, time) => again(() => storage.erase(name, time)),
    create: (name) => again(() => storage.create(name)),
    mentionedFiles: (name) => again(() => storage.mentionedFiles(name)),
    probe: () => again(() => storage.probe()),
    close: () => again(() => storage.close()),
  }
}
