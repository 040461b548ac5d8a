/**
 * What a running database claims to have synced, once a second and when it is closed.
 *
 * Owns: when the note COMMITTED is written, and what it may claim.
 * Does not own: the note itself (commit-note.ts), what a missing byte leads to (level-inspect.ts).
 * Always holds: only bytes that a finished, synced write covers are claimed; a note that cannot be written
 * costs the claim and nothing else; writing waits for no note, but once a second for the length of a file.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type CommitNote, CommitNotes, NO_NOTE } from './commit-note.js'

const CLAIM_EVERY_MS = 1_000

export class CommitClaims {
  readonly #directory: string
  readonly #notes: CommitNotes
  /** Whether each write is synced: otherwise nothing can be claimed. */
  readonly #syncs: boolean
  #note: CommitNote = NO_NOTE
  #writing: Promise<void> = Promise.resolve()
  #claimedAt = 0
  /** Counts writes, begun and ended: an even number is a moment without one. */
  #writes = 0
  #timer: NodeJS.Timeout | undefined
  #names: { readonly asOf: bigint; readonly logs: readonly string[] } | undefined

  private constructor(directory: string, notes: CommitNotes, syncs: boolean) {
    this.#directory = directory
    this.#notes = notes
    this.#syncs = syncs
  }

  /** To be called once the database is open. */
  static async begin(directory: string, syncs: boolean): Promise<CommitClaims> {
    const { notes, last = NO_NOTE } = await CommitNotes.of(directory)
    const claims = new CommitClaims(directory, notes, syncs)
    claims.#note = { closed: false, openings: last.openings + 1, suspect: false, logs: [] }
    await claims.#write(true)
    return claims
  }

  writeBegins(): void {
    this.#writes++
  }

  /** To be called, and waited for, when a write has ended well and before the next begins. */
  async writeEnded(): Promise<void> {
    this.#writes++
    if (!this.#syncs) return
    if (performance.now() - this.#claimedAt > CLAIM_EVERY_MS) return this.#claim()
    this.#timer ??= setTimeout(() => void this.#claimWhenIdle(), CLAIM_EVERY_MS).unref()
  }

  /** LevelDB met damage: the next opening looks at everything. */
  async suspect(): Promise<void> {
    this.#note = { ...this.#note, suspect: true }
    await this.#write(true)
  }

  /** The database was opened again after a fault: its logs are others now. */
  async beginAgain(): Promise<void> {
    this.#writes = 0
    this.#note = { ...this.#note, suspect: false, logs: [] }
    await this.#write(true)
  }

  /** @param well whether all that was written is known to be synced. */
  async end(well: boolean): Promise<void> {
    clearTimeout(this.#timer)
    const logs = well && this.#syncs ? await this.#sizes() : undefined
    this.#note = { ...this.#note, closed: true, openings: 0, logs: logs ?? this.#note.logs }
    await this.#write(true)
  }

  async #claimWhenIdle(): Promise<void> {
    this.#timer = undefined
    const before = this.#writes
    // A write that is under way claims at its end.
    if (before % 2 === 1 || this.#note.closed) return
    const logs = await this.#sizes()
    if (this.#writes !== before || this.#note.closed) return
    this.#keep(logs)
  }

  async #claim(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#keep(await this.#sizes())
  }

  #keep(logs: CommitNote['logs'] | undefined): void {
    this.#claimedAt = performance.now()
    if (logs === undefined) return
    this.#note = { ...this.#note, logs }
    void this.#write(false)
  }

  #write(sync: boolean): Promise<void> {
    const write = (): Promise<void> => this.#notes.write(this.#note, sync)
    this.#writing = this.#writing.then(write).catch(() => undefined)
    return this.#writing
  }

  /** undefined when a log went away meanwhile: then LevelDB has just put it into a table. */
  async #sizes(): Promise<CommitNote['logs'] | undefined> {
    try {
      const sizes = (await this.#logNames()).map(async (name) =>
        [Number(name.slice(0, -'.log'.length)), (await stat(join(this.#directory, name))).size] as const)
      return await Promise.all(sizes)
    } catch {
      return undefined
    }
  }

  /** Listed anew only when the directory has changed: it may have thousands of tables. */
  async #logNames(): Promise<readonly string[]> {
    const { mtimeNs, mtimeMs } = await stat(this.#directory, { bigint: true })
    if (this.#names?.asOf === mtimeNs) return this.#names.logs
    const logs = (await readdir(this.#directory)).filter((name) => /^\d{6,}\.log$/.test(name)).toSorted()
    // A change in the same tick of the file system's clock would not show: what is so young is listed again.
    this.#names = BigInt(Date.now()) - mtimeMs > BigInt(CLAIM_EVERY_MS) ? { asOf: mtimeNs, logs } : undefined
    return logs
  }
}
