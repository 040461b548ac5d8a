/**
 * Every record of a database judged, one by one and against each other.
 *
 * Owns: what counts as wrong with a record or with what a document lacks.
 * Does not own: where the records come from (verify.ts, repair.ts), or mending.
 * Always holds: looks at all of them, whatever it finds; memory follows the number of documents and of
 * findings, not of records. It is stricter than `load`: it also decodes what the records hold.
 */
import { decodeStateVector, inspectUpdate, STORED_UPDATE_LIMITS } from '@cowrite/protocol'
import * as Y from 'yjs'
import { Kind, type KeyParts, partsOfKey } from './keys.js'
import { unexplained } from './level-load.js'
import { addAll, Numbering } from './level-log.js'
import { openLog } from './log-records.js'
import {
  FORMAT_VERSION, openFormat, openFormer, openHead, openPurge, openRestorePoint, openSnapshot, unseal,
} from './records.js'
import type { LogRecord, Snapshot } from './storage.js'

export interface RecordFinding {
  /**
   * `head`, `log`, `snapshot`, `quarantine`, `restore-point`: a record that is not what was written, or cannot be decoded.
   * `gap`: records that are missing. `file`: a file of the database, or a record that names no document.
   */
  readonly kind: 'head' | 'log' | 'snapshot' | 'quarantine' | 'restore-point' | 'gap' | 'file'
  readonly document?: string
  /** File name, for `file`. */
  readonly file?: string
  /** First and last sequence that it is about. */
  readonly from?: number
  readonly to?: number
  /** One sentence. Never content. */
  readonly reason: string
}

/** Findings that are kept, so that a directory in ruins does not fill the memory. */
const MAX_FINDINGS = 10_000

interface KnownDocument {
  head: 'sound' | 'damaged' | 'missing'
  removed: boolean
  erased: boolean
  /** Whether it was erased once or created explicitly: then a head may be all that it has. */
  hasFormer: boolean
  hasRecords: boolean
  /** Whether anything of it but the head is what was written. */
  hasSound: boolean
  readonly numbering: Numbering
  snapshotThrough: number
  lostSnapshotThrough: number
  readonly aside: Set<number>
}

type Judgement = 'sound' | 'damaged' | 'ours' | 'foreign' | 'newer'

export class RecordCheck {
  readonly findings: RecordFinding[] = []
  /** Findings beyond those that are kept. */
  findingsLeftOut = 0
  records = 0
  quarantined = 0
  bytes = 0
  readonly #documents = new Map<string, KnownDocument>()

  /** Documents that are there or can be restored. */
  get documents(): number {
    return [...this.#documents.values()].filter(({ erased }) => !erased).length
  }

  /** Documents that are removed and not erased. */
  get removed(): number {
    return [...this.#documents.values()].filter(({ removed, erased }) => removed && !erased).length
  }

  /**
   * Documents that have sound records and no head, or one that cannot be read; `erased` where all else says that it
   * was. Where nothing is sound the very name may be garbled.
   */
  get headless(): { name: string; erased: boolean }[] {
    const without = [...this.#documents].filter(([, { head, hasSound }]) => head !== 'sound' && hasSound)
    return without.map(([name, known]) => ({ name, erased: known.hasFormer && !hasContent(known) }))
  }

  /**
   * To be called in the order of the keys.
   * @returns `damaged`: its bytes are not what was written; `ours`: one without a document;
   * `foreign`: none that this program writes; `newer`: the format record of a newer one.
   */
  take(key: Uint8Array, value: Uint8Array): Judgement {
    this.records++
    this.bytes += key.length + value.length
    const parts = partsOfKey(key)
    if (parts === undefined) return this.#takeOther(key, value)
    const document = this.#documentOf(parts.name)
    const { kind, sequence = 0, span } = parts
    if (kind === Kind.log || kind === Kind.snapshot) document.hasRecords = true
    if (kind === Kind.former) document.hasFormer = true
    if (kind === Kind.log && span) document.numbering.take(span)
    if (kind === Kind.quarantine) this.#takeAside(document, parts)
    let isWhole = false
    try {
      unseal(key, value)
      isWhole = true
      document.hasSound ||= kind !== Kind.head && kind !== Kind.quarantine
      if (kind === Kind.head) {
        const { removed, erased } = openHead(key, value)
        Object.assign(document, { removed: removed !== undefined, erased, head: 'sound' })
      } else if (kind === Kind.log && span) for (const update of openLog(key, value, span)) this.#judgeUpdate(parts, update)
      else if (kind === Kind.snapshot) {
        checkSnapshotContent(openSnapshot(key, value))
        document.snapshotThrough = Math.max(document.snapshotThrough, sequence)
      } else if (kind === Kind.former) decodeStateVector(openFormer(key, value), STORED_UPDATE_LIMITS)
      else if (kind === Kind.purge) openPurge(key, value)
      else if (kind === Kind.restorePoint) for (const update of openRestorePoint(key, value, sequence).updates) inspectUpdate(update, STORED_UPDATE_LIMITS)
    } catch (error) {
      if (kind === Kind.head) document.head = 'damaged'
      if (kind === Kind.log && !isWhole) addAll(document.aside, span?.from, span?.to)
      if (kind === Kind.snapshot) document.lostSnapshotThrough = Math.max(document.lostSnapshotThrough, sequence)
      const what = isWhole ? 'It cannot be decoded' : 'Its bytes are not what was written'
      this.#find(parts, `${what} (${messageOf(error)}).`)
    }
    return isWhole ? 'sound' : 'damaged'
  }

  add(finding: RecordFinding): void {
    if (this.findings.length < MAX_FINDINGS) this.findings.push(finding)
    else this.findingsLeftOut++
  }

  /** To be called when all were taken: what is missing shows only then. */
  finish(): void {
    for (const [document, known] of this.#documents) {
      if (known.head === 'missing') this.add({ kind: 'head', document, reason: 'Its head record is missing.' })
      for (const gap of known.numbering.gaps) this.#judgeGap(document, known, gap)
      if (known.hasFormer || hasContent(known)) continue
      this.add({ kind: 'gap', document, from: 1, reason: 'It has a head record and nothing else: all its updates are missing.' })
    }
  }

  #judgeGap(document: string, known: KnownDocument, gap: [from: number, to: number]): void {
    // What a snapshot covers may be gone from the start on; a hole in the middle of it is missing from the history.
    const through = Math.max(known.snapshotThrough, known.lostSnapshotThrough)
    const [start, end] = gap
    if (start === 1 && end <= through) return
    const [from, to] = unexplained([start === 1 ? through + 1 : start, end], known.aside, 0)
    if (from > to) return
    const reason = to <= known.snapshotThrough
      ? 'These updates are missing from the history; the snapshot has what they did.'
      : 'These updates are missing from the log.'
    this.add({ kind: 'gap', document, from, to, reason })
  }

  #takeOther(key: Uint8Array, value: Uint8Array): Judgement {
    const kind = key.length === 1 ? key[0] : undefined
    if (kind !== Kind.format && kind !== Kind.probe) {
      const reason = `A record of ${key.length + value.length} bytes is none that this program writes.`
      this.add({ kind: 'file', reason })
      return 'foreign'
    }
    try {
      if (kind === Kind.probe) unseal(key, value)
      else if (openFormat(key, value).version > FORMAT_VERSION) {
        this.add({ kind: 'file', reason: 'It was written by a newer version of the program.' })
        return 'newer'
      }
    } catch (error) {
      const what = kind === Kind.probe ? 'probe' : 'format'
      this.add({ kind: 'file', reason: `The ${what} record is not what was written (${messageOf(error)}).` })
      return 'damaged'
    }
    return 'ours'
  }

  /** Each by its number: of many in one record the others are sound. */
  #judgeUpdate(parts: KeyParts, { sequence, update }: LogRecord): void {
    try {
      inspectUpdate(update, STORED_UPDATE_LIMITS)
    } catch (error) {
      this.#find({ ...parts, sequence, span: undefined }, `It cannot be decoded (${messageOf(error)}).`)
    }
  }

  #documentOf(name: string): KnownDocument {
    let document = this.#documents.get(name)
    if (document === undefined) {
      document = {
        head: 'missing', removed: false, erased: false, hasFormer: false, hasRecords: false, hasSound: false, numbering: new Numbering(),
        snapshotThrough: 0, lostSnapshotThrough: 0, aside: new Set(),
      }
      this.#documents.set(name, document)
    }
    return document
  }

  #takeAside(document: KnownDocument, { sequence = 0, span, cameFrom }: KeyParts): void {
    this.quarantined++
    if (span) addAll(document.aside, span.from, span.to)
    if (cameFrom === Kind.snapshot) document.lostSnapshotThrough = Math.max(document.lostSnapshotThrough, sequence)
  }

  #find({ kind, name, sequence, span }: KeyParts, reason: string): void {
    const place = sequence === undefined ? {} : { from: span?.from ?? sequence, to: sequence }
    this.add({ kind: NAMED[kind], document: name, ...place, reason })
  }
}

const NAMED = {
  [Kind.head]: 'head', [Kind.log]: 'log', [Kind.snapshot]: 'snapshot', [Kind.quarantine]: 'quarantine',
  [Kind.former]: 'head', [Kind.purge]: 'head', [Kind.restorePoint]: 'restore-point',
} as const

const hasContent = ({ hasRecords, aside, lostSnapshotThrough }: KnownDocument): boolean =>
  hasRecords || aside.size > 0 || lostSnapshotThrough > 0

/** A snapshot is to load as a whole and to be what its state vector and its deletions say. */
function checkSnapshotContent({ update, stateVector, deletions }: Snapshot): void {
  const told = decodeStateVector(stateVector, STORED_UPDATE_LIMITS)
  const doc = new Y.Doc()
  try {
    Y.applyUpdate(doc, update)
    if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) throw new Error('parts of it are missing')
    const real = Y.decodeStateVector(Y.encodeStateVector(doc))
    const same = told.size === real.size && [...told].every(([client, clock]) => real.get(client) === clock)
    if (!same) throw new Error('its state vector is of another document')
    if (Buffer.compare(Y.diffUpdate(update, stateVector), deletions) !== 0) {
      throw new Error('its deletions are of another document')
    }
  } finally {
    doc.destroy()
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
