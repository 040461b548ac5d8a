/**
 * Unsigned integers as lib0 writes them, into bytes whose length was reckoned up before: 7 bits a byte, least significant first.
 *
 * Owns: their length and their writing. Does not own: reading them (update-reader.ts).
 * Always holds: what is written is as long as `uintLength` says.
 */

export function uintLength(value: number): number {
  let length = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++
  return length
}

/** @returns the offset behind it */
export function writeUint(target: Uint8Array, at: number, value: number): number {
  let pos = at
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) target[pos++] = 0x80 | (rest % 0x80)
  target[pos++] = rest
  return pos
}
