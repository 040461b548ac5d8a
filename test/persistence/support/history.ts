/**
 * A document `a` whose history is looked at.
 *
 * Owns: typing into it, and reading its whole log. The log that a snapshot covers is read as LV4 promises it: with the
 * snapshot gone.
 */
import { type LogEntry, type LogRecord, LevelStorage } from '@cowrite/persistence'
import { typedTail } from './edits.js'
import { entriesOf, isPack, KIND, type RawEntry, withDatabase } from './raw-level.js'

export const open = (directory: string, history: 'keep' | 'none' = 'keep') => LevelStorage.open(directory, { durability: 'os', history })
export const one = Uint8Array.of(1)
export const snapshot = { update: one, stateVector: one, deletions: one }

export type Given = Omit<LogEntry, 'name'>
export const entriesFor = (updates: readonly Given[]): LogEntry[] => updates.map((update) => ({ name: 'a', ...update }))
export const typed = (count: number): Given[] => typedTail(count).map(({ update }, index) => ({ update, time: 1000 + index, author: 'eve' }))
/** As records are compared: byte by byte would take seconds for what is long. */
export const legible = (records: readonly LogRecord[]): unknown[] =>
  records.map((record) => ({ ...record, update: Buffer.from(record.update).toString('base64') }))
export const withNumbers = (updates: readonly Given[]): unknown[] => legible(updates.map((update, index) => ({ sequence: index + 1, ...update })))

/** The whole log of `a`; its snapshots are lost. */
export async function wholeLog(directory: string): Promise<unknown[]> {
  await withDatabase(directory, async (database) => {
    for (const [key] of await entriesOf(database, KIND.snapshot)) await database.del(key)
  })
  const storage = await open(directory)
  const tail = (await storage.load('a'))?.tail ?? []
  await storage.close()
  return legible(tail)
}

export const logOf = (directory: string): Promise<RawEntry[]> => withDatabase(directory, (database) => entriesOf(database, KIND.log))
export const arePacks = (log: readonly RawEntry[]): boolean[] => log.map(([key]) => isPack(key))
