/**
 * What was done to one document, as its clients know it, to be held against what a crash left.
 *
 * Owns: the sets of characters sent, saved, seen and deleted, and the comparison.
 * Does not own: how any of it came about (unique-typing.ts).
 * Always holds: each character stands for one insertion, unique in the document for all time.
 */

/** First of the characters that are handed out; from here to the surrogates there are 35,000 of them. */
const FIRST_CODE = 0x4e00
const LAST_CODE = 0xd7ff

const charactersOf = (entries: readonly [string, Fate][]): string[] => entries.map(([character]) => character)

/** `sent`: on its way. `kept`: somebody was told or shown it, so it must stay. */
type Fate = 'sent' | 'kept'

export class Ledger {
  readonly document: string
  readonly #inserted = new Map<string, Fate>()
  readonly #deleted = new Map<string, Fate>()
  #nextCode = FIRST_CODE
  /** Insertions and deletions sent, of these those that their authors know to be saved, and how often an edit was seen. */
  sent = 0
  saved = 0
  sightings = 0

  constructor(document: string) {
    this.document = document
  }

  /** A character that was never used in this document. */
  newCharacter(): string {
    if (this.#nextCode > LAST_CODE) throw new Error('out of unique characters: use more documents')
    return String.fromCharCode(this.#nextCode++)
  }

  insertionSent(character: string): void {
    this.sent++
    this.#inserted.set(character, 'sent')
  }

  deletionSent(character: string): void {
    this.sent++
    // Another client may have deleted it before, and that may be saved already.
    if (!this.#deleted.has(character)) this.#deleted.set(character, 'sent')
  }

  /** A client was told that these edits of its own are saved. */
  wereSaved(insertions: readonly string[], deletions: readonly string[]): void {
    this.saved += insertions.length + deletions.length
    this.#keep(insertions, deletions)
  }

  /** A client was shown these edits of somebody else. */
  wereSeen(insertions: readonly string[], deletions: readonly string[]): void {
    this.sightings += insertions.length + deletions.length
    this.#keep(insertions, deletions)
  }

  #keep(insertions: readonly string[], deletions: readonly string[]): void {
    for (const character of insertions) this.#inserted.set(character, 'kept')
    for (const character of deletions) this.#deleted.set(character, 'kept')
  }

  /**
   * Compares with what the document holds now.
   * @returns `lost`: kept insertions that are not there though nobody deleted them; `resurrected`: kept
   *   deletions undone; `invented`: what nobody typed, or what stands there twice.
   */
  check(text: string): { lost: string[]; resurrected: string[]; invented: string[] } {
    const recovered = new Set(text)
    const lost = [...this.#inserted].filter(
      ([character, fate]) => fate === 'kept' && !this.#deleted.has(character) && !recovered.has(character),
    )
    const resurrected = [...this.#deleted].filter(([character, fate]) => fate === 'kept' && recovered.has(character))
    const invented = [...text].filter(
      (character, index) => !this.#inserted.has(character) || text.indexOf(character) !== index,
    )
    return { lost: charactersOf(lost), resurrected: charactersOf(resurrected), invented }
  }

  /**
   * Takes over what is there: from now on it must stay, and what the crash took with it is no longer expected.
   * @returns how many edits the crash took that no client had been promised
   */
  settle(text: string): number {
    const recovered = new Set(text)
    let taken = 0
    for (const [character, fate] of this.#deleted) {
      if (recovered.has(character)) {
        this.#deleted.delete(character)
        taken++
      } else if (fate === 'sent') this.#deleted.set(character, 'kept')
    }
    for (const character of this.#inserted.keys()) {
      if (recovered.has(character)) this.#inserted.set(character, 'kept')
      else if (!this.#deleted.has(character)) {
        this.#inserted.delete(character)
        taken++
      }
    }
    return taken
  }
}
