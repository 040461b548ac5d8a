/**
 * Taking stock after damage: which documents lost their head record, and which may have lost more.
 *
 * Owns: finding them, and what the operator is told. Does not own: writing a head anew (level-storage.ts).
 * Always holds: changes nothing; looks at a few keys of each document, and at all of one that has no head.
 */
import { documentKey, Kind, nameOfHeadKey, partsOfKey, rangeOf } from './keys.js'
import type { Database } from './level-engine.js'
import { readDocument } from './level-load.js'
import type { MendedFile } from './level-mend.js'
import { compareKeys } from './leveldb/merge.js'
import type { Loss } from './salvage.js'
import type { DamageReport } from './storage.js'

/** More than this are not named one by one. */
const MAX_NAMED = 1000

const KINDS = [Kind.head, Kind.log, Kind.snapshot, Kind.quarantine] as const

export interface Stock {
  /** Documents that have content and no head. */
  readonly headless: readonly string[]
  readonly reports: readonly DamageReport[]
}

/** @throws what classic-level throws when reading fails. */
export async function takeStock(database: Database, files: readonly MendedFile[]): Promise<Stock> {
  const headed = new Set(await headNames(database))
  const headless = new Set<string>()
  for (const kind of [Kind.log, Kind.snapshot, Kind.quarantine]) {
    for (const name of await namesOf(database, kind)) if (!headed.has(name)) headless.add(name)
  }
  const names = [...headed, ...headless]
  const reports: DamageReport[] = []
  for (const { file, kept, losses } of files) {
    // A log has records of any document in any place: only reading them shows what is missing.
    const hit = file.endsWith('.log') ? [] : names.filter((name) => losses.some((loss) => mayConcern(loss, name)))
    const lost = losses.length === 0 ? 'nothing of it was lost' : 'what stood in the damaged place may be missing'
    const some = hit.length > MAX_NAMED ? `, from any of ${hit.length} documents` : ''
    reports.push({ kind: 'file', file, reason: `The file was damaged: ${lost}${some}. It is kept as ${kept}.` })
    for (const document of hit.length > MAX_NAMED ? [] : hit) {
      const reason = 'It has records next to a damaged place of this file: some may be missing at its end.'
      reports.push({ document, kind: 'file', file, reason })
    }
  }
  return { headless: await withContent(database, headless), reports }
}

/** Where nothing of a document is sound, its very name may be garbled: no head is to make it one. */
async function withContent(database: Database, names: Iterable<string>): Promise<string[]> {
  const found: string[] = []
  for (const name of names) {
    const { tail = [], snapshot } = (await readDocument(database, name))?.document ?? {}
    if (tail.length > 0 || snapshot !== undefined) found.push(name)
  }
  return found
}

function mayConcern({ after, before }: Loss, name: string): boolean {
  return KINDS.some((kind) => {
    const { gte, lt } = rangeOf(documentKey(kind, name))
    return (after === undefined || compareKeys(after, lt) < 0) && (before === undefined || compareKeys(gte, before) < 0)
  })
}

async function headNames(database: Database): Promise<string[]> {
  const keys = await database.keys({ gte: Uint8Array.of(Kind.head), lt: Uint8Array.of(Kind.head + 1) }).all()
  return keys.flatMap((key) => nameOfHeadKey(key) ?? [])
}

/** From the first key of each document to the first of the next. */
async function namesOf(database: Database, kind: (typeof KINDS)[number]): Promise<string[]> {
  const names: string[] = []
  const iterator = database.keys({ gte: Uint8Array.of(kind), lt: Uint8Array.of(kind + 1), highWaterMarkBytes: 1 })
  try {
    for (;;) {
      const key = await iterator.next()
      if (key === undefined) return names
      const name = partsOfKey(key)?.name
      if (name === undefined) continue
      names.push(name)
      iterator.seek(Buffer.from(rangeOf(documentKey(kind, name)).lt))
    }
  } finally {
    await iterator.close()
  }
}
