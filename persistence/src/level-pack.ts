/**
 * Packing the history: log records that a snapshot covers, put together into few small ones.
 *
 * Owns: which records go into one pack, and the one batch that puts it in their place.
 * Does not own: how a pack looks (log-records.ts), when it is made (level-storage.ts).
 * Always holds: an update is in its record or in a pack, never in both and never in neither; one pack is in memory at a
 * time. What a crash or a damaged record kept from being packed stays as it is, and is read as before.
 *
 * The covered part of a log is packs, then what is not packed yet. A pack that has room is filled up: so a document that
 * is edited a little every day has few packs, too.
 */
import { Form, recordKey, spanOfKey } from './keys.js'
import type { LevelAccess } from './level-access.js'
import type { Database } from './level-engine.js'
import type { Batch } from './level-handle.js'
import type { DocumentHead } from './level-heads.js'
import { BLOCK_UPDATES, BlockMeter } from './log-block.js'
import { openLog, sealPack } from './log-records.js'
import { DamagedRecord } from './records.js'
import type { LogRecord } from './storage.js'

/** Read at once. */
const PORTION_RECORDS = 500
const PORTION_BYTES = 128 * 1024
/** A pack with fewer updates is filled up. */
const FILL_BELOW_UPDATES = BLOCK_UPDATES / 2

interface PreparedPack {
  /** undefined when the records that were looked at stay as they are. */
  readonly fill: ((batch: Batch) => void) | undefined
  /** Updates that are in another place afterwards. */
  readonly moved: number
  /** Where the next pack begins. */
  readonly next: number
}

/**
 * Packs what the snapshot covers, one pack in each turn, so that nobody waits for more than one.
 * @returns how many updates were moved. @throws StorageError
 */
export async function packHistory(access: LevelAccess, name: string): Promise<number> {
  let moved = 0
  let from: number | undefined = 0
  while (from !== undefined) {
    const begin: number = from
    from = await access.change(async (database) => {
      const head = await access.existing(database, name)
      if (head === undefined) return undefined
      const pack = await access.read(name, async () => preparePack(database, head, begin === 0 ? await firstToPack(database, head) : begin))
      if (pack?.fill !== undefined) await access.write(pack.fill)
      moved += pack?.moved ?? 0
      return pack?.next
    })
  }
  return moved
}

/** The number of the first update that is worth packing. */
async function firstToPack(database: Database, { logStart, through }: DocumentHead): Promise<number> {
  const iterator = database.keys({ gte: logStart, lt: recordKey(logStart, through + 1), reverse: true })
  try {
    for (let keys = await iterator.nextv(PORTION_RECORDS); keys.length > 0; keys = await iterator.nextv(PORTION_RECORDS)) {
      for (const key of keys) {
        const span = spanOfKey(key, logStart)
        if (span?.form === Form.pack) return span.to - span.from + 1 < FILL_BELOW_UPDATES ? span.from : span.to + 1
      }
    }
    return 1
  } finally {
    await iterator.close()
  }
}

/** The pack that begins with update `from`, or behind it. @returns undefined when nothing is left to pack. */
async function preparePack(database: Database, { logStart, through }: DocumentHead, from: number): Promise<PreparedPack | undefined> {
  const meter = new BlockMeter()
  const gone: Uint8Array[] = []
  const updates: LogRecord[] = []
  let isOnePack = false
  let next: number | undefined
  const iterator = database.iterator({
    gte: recordKey(logStart, from), lt: recordKey(logStart, through + 1), highWaterMarkBytes: PORTION_BYTES,
  })
  try {
    reading: for (let entries = await iterator.nextv(PORTION_RECORDS); entries.length > 0; entries = await iterator.nextv(PORTION_RECORDS)) {
      for (const [key, value] of entries) {
        const span = spanOfKey(key, logStart)
        if (span === undefined) continue
        next = span.to + 1
        const found = updatesOf(key, value, span)
        const record = new BlockMeter()
        for (const update of found) record.add(update)
        const last = updates.at(-1)
        const goesOn = found.length > 0 && (last === undefined || (meter.fits(record) && last.sequence === span.from - 1))
        if (goesOn) {
          for (const update of found) meter.add(update)
          updates.push(...found)
          isOnePack = gone.length === 0 && span.form === Form.pack
          gone.push(key)
        } else if (last !== undefined) {
          next = last.sequence + 1
          break reading
        }
      }
    }
  } finally {
    await iterator.close()
  }
  const [first] = updates
  if (next === undefined) return undefined
  if (first === undefined || isOnePack) return { fill: undefined, moved: 0, next }
  const [key, value] = await sealPack(logStart, first.sequence, updates)
  const fill = (batch: Batch): void => {
    for (const old of gone) batch.del(old)
    batch.put(key, value)
  }
  return { fill, moved: updates.length, next }
}

/** None of a damaged record: its document puts it aside when it reads it. */
function updatesOf(...record: Parameters<typeof openLog>): LogRecord[] {
  try {
    return openLog(...record)
  } catch (error) {
    if (error instanceof DamagedRecord) return []
    throw error
  }
}
