/**
 * Which files (files.ts) stored bytes refer to.
 *
 * Owns: finding `/files/<hash>` in records, whatever holds it: an update, a snapshot, a restore point, what is in quarantine.
 * Does not own: reading records (level-mentions.ts), what becomes of a file that nothing refers to (the server).
 * Always holds: no record is decoded, so what cannot be decoded counts as well. Yjs writes a value as one string of
 * UTF-8, so an address that an editor wrote stands in one piece.
 */
import { isFileHash } from './files.js'

const MARK = Buffer.from('/files/')
const HASH_BYTES = 64

export function addMentions(bytes: Uint8Array, into: Set<string>): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = buffer.indexOf(MARK); at !== -1; at = buffer.indexOf(MARK, at)) {
    at += MARK.length
    const hash = buffer.toString('latin1', at, at + HASH_BYTES)
    if (isFileHash(hash)) into.add(hash)
  }
}
