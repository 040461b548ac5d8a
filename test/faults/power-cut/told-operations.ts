/**
 * What a recorded process said that it does and has done, and which contents a cut may therefore leave.
 *
 * Owns: the effect of each operation on the documents, and the comparison.
 * Does not own: the record (system-calls.ts), what the disk then holds (disk-model.ts).
 * Always holds: operations take effect one after the other, whole, over all documents at once; what is
 * recovered must stand after one of them, none before the last that was acknowledged.
 */
import type { Call } from './system-calls.js'

/** Numbers of the updates of each document, in order; removed documents are left out. */
export type Contents = ReadonlyMap<string, readonly number[]>

interface Effect {
  readonly number: number
  readonly append?: readonly (readonly [name: string, id: number])[]
  readonly erase?: string
  readonly remove?: string
  readonly restore?: string
}

interface Operation {
  readonly effect: Effect
  readonly begun: number
  acknowledged: number
}

interface State {
  readonly contents: Map<string, number[]>
  readonly removed: Set<string>
}

export class ToldOperations {
  readonly #operations: Operation[] = []
  readonly #openings: { readonly begun: number; done: number }[] = []
  readonly #before: Contents

  /** @param before what the documents held before the record */
  constructor(calls: readonly Call[], before: Contents) {
    this.#before = before
    for (const call of calls) {
      if (call.kind !== 'said') continue
      const [word, rest] = [call.line.slice(0, call.line.indexOf(' ')), call.line.slice(call.line.indexOf(' ') + 1)]
      if (word === 'do') this.#operations.push({ effect: JSON.parse(rest) as Effect, begun: call.start, acknowledged: Infinity })
      if (word === 'opening') this.#openings.push({ begun: call.start, done: Infinity })
      const opening = word === 'opened' && this.#openings.at(-1)
      if (opening) opening.done = call.start
      const done = word === 'done' && this.#operations.find(({ effect }) => effect.number === Number(rest))
      if (done) done.acknowledged = call.start
    }
  }

  get count(): number {
    return this.#operations.length
  }

  /** Places of the record at which an operation was acknowledged. */
  get acknowledgements(): number[] {
    return this.#operations.map(({ acknowledged }) => acknowledged).filter(Number.isFinite)
  }

  /** Whether the database was being opened at this place of the record. */
  isOpening(at: number): boolean {
    return this.#openings.some(({ begun, done }) => begun <= at && at < done)
  }

  /** How many operations were acknowledged, and how many begun, at this place of the record. */
  standing(at: number): { acknowledged: number; begun: number } {
    return {
      acknowledged: this.#operations.findLastIndex(({ acknowledged }) => acknowledged <= at) + 1,
      begun: this.#operations.filter(({ begun }) => begun <= at).length,
    }
  }

  /**
   * For what was salvaged, where an operation may be there in part.
   * @returns what was acknowledged and is missing, or is there and never was; undefined when neither is
   */
  loss(recovered: Contents, at: number): string | undefined {
    const states = this.#statesAfter(at)
    const wrong: string[] = []
    for (const name of new Set([...recovered.keys(), ...states.flatMap((state) => [...state.keys()])])) {
      const ofStates = states.map((state) => new Set(state.get(name)))
      const found = new Set(recovered.get(name))
      const missing = [...(ofStates[0] ?? [])].filter((id) => !found.has(id) && ofStates.every((ids) => ids.has(id)))
      const strange = [...found].filter((id) => !ofStates.some((ids) => ids.has(id)))
      if (missing.length + strange.length > 0) wrong.push(`${name} lacks ${missing.join(' ')} and has ${strange.join(' ')}`)
    }
    return wrong.length === 0 ? undefined : wrong.join('; ')
  }

  /** @returns what is wrong with these contents after a cut at this place; undefined when nothing is. */
  fault(recovered: Contents, at: number): string | undefined {
    const { acknowledged, begun } = this.standing(at)
    const found = textOf(recovered)
    const allowed = this.#statesAfter(at).map(textOf)
    if (allowed.includes(found)) return undefined
    return `${acknowledged} operations were acknowledged and ${begun} begun, and this was found:\n${found}\ninstead of\n${allowed.join('\nor\n')}`
  }

  /** As things stood after the last operation that was acknowledged, and after each that was begun since. */
  #statesAfter(at: number): Contents[] {
    const { acknowledged, begun } = this.standing(at)
    const state: State = { contents: new Map([...this.#before].map(([name, ids]) => [name, [...ids]])), removed: new Set() }
    const states: Contents[] = []
    for (let number = 0; number <= begun; number++) {
      const operation = this.#operations[number - 1]
      if (operation) apply(state, operation.effect)
      if (number < acknowledged) continue
      states.push(new Map([...state.contents].flatMap(([name, ids]) => (state.removed.has(name) ? [] : [[name, [...ids]]]))))
    }
    return states
  }
}

function apply({ contents, removed }: State, { append, erase, remove, restore }: Effect): void {
  for (const [name, id] of append ?? []) contents.set(name, [...(contents.get(name) ?? []), id])
  if (erase !== undefined) contents.delete(erase)
  if (erase !== undefined) removed.delete(erase)
  if (remove !== undefined && contents.has(remove)) removed.add(remove)
  if (restore !== undefined) removed.delete(restore)
}

/** An empty document counts as none. */
const textOf = (contents: Contents): string =>
  [...contents].filter(([, ids]) => ids.length > 0).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, ids]) => `${name}: ${ids.join(' ')}`).join('\n')
