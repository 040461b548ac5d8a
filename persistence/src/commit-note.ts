/**
 * The file COMMITTED: what a database cannot know of itself, a note beside it.
 *
 * Owns: the note, its place in two sectors that are written in turn, reading it back.
 * Does not own: what follows from it (level-inspect.ts, level-storage.ts).
 * Always holds: what it says of a log was synced before it was said, so a log that is shorter than that has
 * lost something; a note that is torn, garbled or missing says nothing, and the one before it counts.
 *
 * Without it a log that lost its end looks like one that was never longer.
 */
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

export const NOTE_FILE = 'COMMITTED'

/** A sector is written whole or not at all, by most disks; the checksum notices the others. */
const SLOT_BYTES = 512
const MAX_LOGS = 16

export interface CommitNote {
  /** Whether the database was closed. When it is opened, that is taken back first. */
  readonly closed: boolean
  /** Times that it was opened since it was last closed: a fault that ends the process each time shows here. */
  readonly openings: number
  /** LevelDB met damage while it ran: all is to be checked at the next opening. */
  readonly suspect: boolean
  /** Number of a log and how much of it was synced. */
  readonly logs: readonly (readonly [number: number, bytes: number])[]
}

export const NO_NOTE: CommitNote = { closed: true, openings: 0, suspect: false, logs: [] }

/** What is known to have been synced of a log. */
export const committedBytes = (note: CommitNote | undefined, { number }: { readonly number: number }): number =>
  note?.logs.find(([noted]) => noted === number)?.[1] ?? 0

/** Writes a note each time, over the older of the last two. One write at a time: the caller's duty. */
export class CommitNotes {
  readonly #path: string
  #turn: number

  private constructor(path: string, turn: number) {
    this.#path = path
    this.#turn = turn
  }

  static async of(directory: string): Promise<{ notes: CommitNotes; last: CommitNote | undefined }> {
    const path = join(directory, NOTE_FILE)
    const { turn, note } = newest(await readFile(path).catch(() => new Uint8Array()))
    return { notes: new CommitNotes(path, turn), last: note }
  }

  /** @param sync for what must not be older than it claims; otherwise the system writes it when it likes. */
  async write(note: CommitNote, sync: boolean): Promise<void> {
    const turn = ++this.#turn
    const handle = await open(this.#path, 'r+').catch(() => open(this.#path, 'w+'))
    try {
      await handle.write(sealSlot(turn, note), 0, SLOT_BYTES, (turn % 2) * SLOT_BYTES)
      if (sync) await handle.sync()
    } finally {
      await handle.close()
    }
  }
}

export const readCommitNote = async (directory: string): Promise<CommitNote | undefined> =>
  (await CommitNotes.of(directory)).last

function newest(file: Uint8Array): { turn: number; note: CommitNote | undefined } {
  let best: { turn: number; note: CommitNote | undefined } = { turn: 0, note: undefined }
  for (const at of [0, SLOT_BYTES]) {
    const slot = openSlot(file.subarray(at, at + SLOT_BYTES))
    if (slot !== undefined && slot.turn > best.turn) best = slot
  }
  return best
}

function sealSlot(turn: number, { closed, openings, suspect, logs }: CommitNote): Uint8Array {
  const payload = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, turn)
    encoding.writeUint8(encoder, (closed ? 1 : 0) | (suspect ? 2 : 0))
    encoding.writeVarUint(encoder, openings)
    const newestLogs = logs.slice(-MAX_LOGS)
    encoding.writeVarUint(encoder, newestLogs.length)
    for (const [number, bytes] of newestLogs) {
      encoding.writeVarUint(encoder, number)
      encoding.writeVarUint(encoder, bytes)
    }
  })
  const slot = new Uint8Array(SLOT_BYTES)
  slot.set(payload, 4)
  new DataView(slot.buffer).setUint32(0, crc32(slot.subarray(4)))
  return slot
}

function openSlot(slot: Uint8Array): { turn: number; note: CommitNote } | undefined {
  if (slot.length < SLOT_BYTES) return undefined
  const expected = new DataView(slot.buffer, slot.byteOffset).getUint32(0)
  if (crc32(slot.subarray(4)) !== expected) return undefined
  const decoder = decoding.createDecoder(slot.subarray(4))
  const turn = decoding.readVarUint(decoder)
  const flags = decoding.readUint8(decoder)
  const openings = decoding.readVarUint(decoder)
  const logs = Array.from({ length: decoding.readVarUint(decoder) }, () => {
    const number = decoding.readVarUint(decoder)
    return [number, decoding.readVarUint(decoder)] as const
  })
  return { turn, note: { closed: (flags & 1) !== 0, suspect: (flags & 2) !== 0, openings, logs } }
}
