/**
 * Taking in what an earlier server could not save before it had to stop.
 *
 * Owns: what of a spill file goes into which document, and what becomes of the file.
 * Does not own: the files (spill.ts, spill-format.ts), the door itself (document-state.ts).
 * Always holds: it ends before anybody is let in, and never keeps the server from starting; a file is removed only after
 * all of it is on disk; what is there already is not written again; what does not fit (damaged, of another lineage, of a removed
 * document, building on what is missing) is kept aside.
 */
import { decodeSpill, type LogEntry, type Storage, StorageError, type StoredDocument } from '@cowrite/persistence'
import { MalformedError } from '@cowrite/protocol'
import { MAX_GROUP_ENTRIES } from './committer.js'
import { DocumentState } from './document-state.js'
import type { Log } from './log.js'
import type { Spill } from './spill.js'

interface SpillFile {
  readonly path: string
  readonly entries: readonly LogEntry[]
  readonly damaged: number
}

export async function takeInSpills(spill: Spill, storage: Storage, log: Log): Promise<void> {
  const files = await readAll(spill, log)
  if (files.length === 0) return
  try {
    const { taken, rejected } = await takeIn(files.flatMap(({ entries }) => entries), storage)
    // With durability `os` an append is not synced; this is.
    await storage.probe()
    log.info({ files: files.length, updates: taken }, 'unsaved changes of an earlier stop were taken in')
    for (const file of files) await putAway(file, rejected, spill, log)
  } catch (error) {
    // They stay where they are; the next start finds them.
    log.error({ err: error, files: files.map(({ path }) => path) }, 'unsaved changes of an earlier stop could not be taken in')
  }
}

async function readAll(spill: Spill, log: Log): Promise<SpillFile[]> {
  const files: SpillFile[] = []
  for (const path of await spill.find()) {
    try {
      files.push({ path, ...decodeSpill(await spill.read(path)) })
    } catch (error) {
      log.error({ err: error, path }, 'a file of unsaved changes cannot be read')
    }
  }
  return files
}

/** Appends what fits to the documents. @returns how many updates that were, and which did not fit. @throws StorageError */
async function takeIn(entries: readonly LogEntry[], storage: Storage): Promise<{ taken: number; rejected: Set<LogEntry> }> {
  const rejected = new Set<LogEntry>()
  let taken = 0
  for (const [name, ofDocument] of byDocument(entries)) {
    const { fitting, unfitting } = await fit(name, ofDocument, storage)
    for (const entry of unfitting) rejected.add(entry)
    for (let from = 0; from < fitting.length; from += MAX_GROUP_ENTRIES) {
      await storage.append(fitting.slice(from, from + MAX_GROUP_ENTRIES))
    }
    taken += fitting.length
  }
  return { taken, rejected }
}

function byDocument(entries: readonly LogEntry[]): Map<string, LogEntry[]> {
  const documents = new Map<string, LogEntry[]>()
  for (const entry of entries) {
    const known = documents.get(entry.name)
    if (known) known.push(entry)
    else documents.set(entry.name, [entry])
  }
  return documents
}

async function fit(name: string, entries: readonly LogEntry[], storage: Storage): Promise<{ fitting: LogEntry[]; unfitting: readonly LogEntry[] }> {
  const stored = await storage.load(name).catch((error: unknown) => {
    if (error instanceof StorageError && error.code === 'removed') return 'removed' as const
    throw error
  })
  if (stored === 'removed') return { fitting: [], unfitting: entries }
  const state = stateOf(stored)
  if (!state) return { fitting: [], unfitting: entries }
  const epoch = stored?.epoch ?? entries[0]?.epoch
  const fitting: LogEntry[] = []
  let left = entries
  // Of two files the one that builds on the other may come first.
  for (let before = Infinity; left.length < before; ) {
    before = left.length
    left = left.filter((entry) => {
      const judgement = entry.epoch === epoch ? judge(state, entry.update) : undefined
      if (judgement?.verdict === 'new') {
        state.take(judgement.summary)
        fitting.push({ ...entry, update: judgement.update })
      }
      return judgement?.verdict !== 'new' && judgement?.verdict !== 'nothing'
    })
  }
  return { fitting, unfitting: left }
}

/** Undefined where something in the log is no update: its first visitor puts that in quarantine. */
function stateOf(stored: StoredDocument | undefined): DocumentState | undefined {
  try {
    return new DocumentState(stored)
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

/** It passed the door before; but a file may be changed. */
function judge(state: DocumentState, update: Uint8Array): ReturnType<DocumentState['judge']> | undefined {
  try {
    return state.judge(update)
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

async function putAway({ path, entries, damaged }: SpillFile, rejected: ReadonlySet<LogEntry>, spill: Spill, log: Log): Promise<void> {
  const unfitting = entries.filter((entry) => rejected.has(entry))
  if (unfitting.length === 0 && damaged === 0) return spill.remove(path)
  const rooms = [...new Set(unfitting.map(({ name }) => name))]
  log.error({ path: await spill.putAside(path), rooms, updates: unfitting.length, damaged }, 'unsaved changes were kept aside: they are damaged or fit no document')
}
