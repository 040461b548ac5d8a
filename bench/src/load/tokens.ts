/**
 * Marks in the typed text by which an edit is recognised in whatever bytes carry it.
 *
 * Owns: making and finding them.
 * Always holds: a mark is 6 ASCII characters, opens with `~`, which no other text of the suite holds,
 * and closes with a check character, so that a stray `~` in a length or a client id is not taken for one.
 */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const OPENING = 0x7e
export const TOKEN_LENGTH = 6

const valueOf = new Int8Array(256).fill(-1)
for (let i = 0; i < ALPHABET.length; i++) valueOf[ALPHABET.charCodeAt(i)] = i

const checkOf = (sequence: number): number =>
  ((sequence & 63) * 7 + ((sequence >> 6) & 63) * 11 + ((sequence >> 12) & 63) * 13 + ((sequence >> 18) & 63) * 17 + 5) & 63

/** The mark of edit number `sequence`, below 2^24. */
export function tokenOf(sequence: number): string {
  const digits = [sequence >> 18, sequence >> 12, sequence >> 6, sequence].map((value) => ALPHABET[value & 63])
  return `~${digits.join('')}${ALPHABET[checkOf(sequence)]}`
}

/** The sequence of the token at `at`, or -1. */
function tokenAt(bytes: Uint8Array, at: number): number {
  let sequence = 0
  for (let i = 1; i < TOKEN_LENGTH - 1; i++) {
    const value = valueOf[bytes[at + i] as number] as number
    if (value < 0) return -1
    sequence = sequence * 64 + value
  }
  return valueOf[bytes[at + TOKEN_LENGTH - 1] as number] === checkOf(sequence) ? sequence : -1
}

/** Finds tokens in a stream of chunks, also those that lie across two. */
export class TokenScanner {
  readonly #found: (sequence: number) => void
  #carry = Buffer.alloc(0)

  constructor(found: (sequence: number) => void) {
    this.#found = found
  }

  push(bytes: Buffer, from: number, to: number): void {
    const start = Math.min(to, from + TOKEN_LENGTH - 1)
    if (this.#carry.length > 0) {
      const seam = Buffer.concat([this.#carry, bytes.subarray(from, start)])
      this.#scan(seam, 0, seam.length)
    }
    this.#scan(bytes, from, to)
    const kept = TOKEN_LENGTH - 1
    if (to - from >= kept) this.#carry = Buffer.from(bytes.subarray(to - kept, to))
    else this.#carry = Buffer.concat([this.#carry, bytes.subarray(from, to)]).subarray(-kept)
  }

  /** A token of which only a part is in the range is left for the seam. */
  #scan(bytes: Buffer, from: number, to: number): void {
    const end = to - TOKEN_LENGTH
    let at = bytes.indexOf(OPENING, from)
    while (at >= 0 && at <= end) {
      const sequence = tokenAt(bytes, at)
      if (sequence >= 0) {
        this.#found(sequence)
        at += TOKEN_LENGTH - 1
      }
      at = bytes.indexOf(OPENING, at + 1)
    }
  }
}

/** All tokens of a text. */
export function tokensOf(text: string): number[] {
  const found: number[] = []
  const bytes = Buffer.from(text)
  new TokenScanner((sequence) => found.push(sequence)).push(bytes, 0, bytes.length)
  return found
}
