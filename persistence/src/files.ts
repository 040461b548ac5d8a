/**
 * The interface of what keeps files that documents refer to, such as pictures.
 *
 * Owns: the words and promises that every implementation answers for (contract/file-rules.ts tests them).
 * Does not own: what a file may hold, how large it may be, or who may store one (server/src/files.ts).
 * Always holds: a file is named by its content (SHA-256), so it never changes, the same content is kept
 * once, and whoever has the name has had the content, or was told of it.
 */

export interface StoredFile {
  /** SHA-256 of the content, 64 hexadecimal digits in lower case. */
  readonly hash: string
  readonly bytes: number
}

export interface FileContent {
  readonly bytes: number
  /** Readable once. */
  readonly content: AsyncIterable<Uint8Array>
}

export interface Files {
  /**
   * Keeps a content; when it resolves the file is on the disk, also after a power cut.
   * When the content throws, its error is thrown and nothing is kept.
   * @throws StorageError `io` when it cannot be written
   */
  put(content: AsyncIterable<Uint8Array>): Promise<StoredFile>

  /** Whether there is a file of this name; what is no name of a file is none. */
  has(hash: string): Promise<boolean>

  /** @returns undefined when there is no such file. @throws StorageError `io` when it cannot be read */
  get(hash: string): Promise<FileContent | undefined>

  /**
   * Notes that these may be removed; what is no file of this place is not noted. The note outlives a crash, but not
   * another `put` of the same content. @throws StorageError `io`
   */
  doom(hashes: Iterable<string>): Promise<void>

  /** What is noted. @throws StorageError `io` */
  doomed(): Promise<string[]>

  /** Forgets the note of these. @throws StorageError `io` */
  spare(hashes: Iterable<string>): Promise<void>

  /** Removes those of these that are noted still. @returns how many that were. @throws StorageError `io` */
  remove(hashes: Iterable<string>): Promise<number>

  /** Lets go. Idempotent; every later call throws `closed`. */
  close(): Promise<void>
}

export const isFileHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)
