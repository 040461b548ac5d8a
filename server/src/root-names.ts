/**
 * The root types that are written into while a document is open.
 *
 * Owns: how many that may be. Does not own: how many one update may name (protocol/limits).
 * Always holds: Yjs looks through all of them for each item that it loads, so 40,000 take every reader nine
 * seconds; one update after the other must not get there.
 */
import { MalformedError } from '@cowrite/protocol'

/** A document of an editor has one to ten; one for each row of a table is an error of the app. */
export const MAX_ROOT_NAMES = 1_024

export class RootNames {
  readonly #names = new Set<string>()

  /** @throws MalformedError when these would be too many */
  require(names: ReadonlySet<string>): void {
    if (this.#names.size + names.size <= MAX_ROOT_NAMES) return
    const fresh = [...names].filter((name) => !this.#names.has(name)).length
    if (this.#names.size + fresh > MAX_ROOT_NAMES) throw new MalformedError('too many root types')
  }

  add(names: ReadonlySet<string>): void {
    for (const name of names) this.#names.add(name)
  }
}
