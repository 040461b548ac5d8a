/**
 * What the contract suite needs from the outside: something to test, and something to test with.
 *
 * Owns: the shape of both, and small means that the rules share.
 * Does not own: the rules. Always holds: no test framework is imported; its functions are passed in,
 * so that a production install never looks for one.
 */
import type { HistorySetting, LogEntry, Snapshot, Storage } from '../storage.js'

/** The three functions of vitest, jest or node:test + expect that the suite uses. */
export interface TestApi {
  describe(title: string, body: () => void): unknown
  it(title: string, body: () => Promise<void>, timeoutMilliseconds?: number): unknown
  expect(actual: unknown): { toEqual(expected: unknown): void; toBe(expected: unknown): void }
}

/** One empty storage under test. */
export interface StorageSubject {
  readonly storage: Storage
  readonly history: HistorySetting
  /** Closes the storage and opens the same data again; absent where nothing outlives closing. */
  readonly reopen?: () => Promise<Storage>
  /** Closes what is open and removes what was made. */
  readonly dispose: () => Promise<void>
}

export type MakeSubject = () => Promise<StorageSubject>

/** Declares a test that gets a fresh subject. */
export type Rule = (title: string, body: (subject: StorageSubject) => Promise<void>) => void

/** Long enough for a slow disk; no test waits for it. */
const TIME_LIMIT_MILLISECONDS = 60_000

export const ruleOf =
  (api: TestApi, makeSubject: MakeSubject): Rule =>
  (title, body) => {
    api.it(
      title,
      async () => {
        const subject = await makeSubject()
        try {
          await body(subject)
        } finally {
          await subject.dispose()
        }
      },
      TIME_LIMIT_MILLISECONDS,
    )
  }

/** What a rejected promise says: the code of a StorageError, else the name of the error; undefined when it resolved. */
export async function refusalOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise
    return undefined
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).name
  }
}

/** A number as four bytes: an update that can be told from every other. */
export function bytesOf(id: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, id)
  return bytes
}

export const entryOf = (name: string, id: number): LogEntry => ({ name, update: bytesOf(id), time: 1_000 + id })

/** A snapshot as storage sees it: three runs of bytes. */
export const snapshotOf = (id: number): Snapshot => ({
  update: Uint8Array.of(1, id),
  stateVector: Uint8Array.of(2, id),
  deletions: Uint8Array.of(3, id),
})

/** The numbers that are in a document's tail, in order. */
export async function tailOf(storage: Storage, name: string): Promise<number[] | undefined> {
  const document = await storage.load(name)
  return document?.tail.map(({ update }) => idOf(update))
}

export const idOf = (update: Uint8Array): number => new DataView(update.buffer, update.byteOffset).getUint32(0)
