/**
 * Typed events of an object: who listens to what.
 *
 * Owns: the sets of listeners.
 * Always holds: a listener that throws neither stops the others nor the code that told them; its
 * error is reported like any uncaught one.
 */

export class Listeners<Events extends Record<string, unknown>> {
  readonly #sets = new Map<keyof Events, Set<(event: never) => void>>()

  /** @returns stops listening. */
  add<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    let set = this.#sets.get(name)
    if (set === undefined) this.#sets.set(name, (set = new Set()))
    set.add(listener)
    return () => set.delete(listener)
  }

  tell<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of [...(this.#sets.get(name) ?? [])]) {
      try {
        ;(listener as (event: Events[Name]) => void)(event)
      } catch (error) {
        reportError(error)
      }
    }
  }

  clear(): void {
    this.#sets.clear()
  }
}
