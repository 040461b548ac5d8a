/**
 * Questions through a port, and their answers.
 *
 * Owns: numbering them, what waits for an answer, and how long.
 * Does not own: what is asked.
 * Always holds: never more than MAX_QUESTIONS wait; an answer counts once; at the end all that wait fail.
 */
import { MAX_QUESTIONS } from './messages.js'

export interface Questions<Answer> {
  /** @throws when too many wait, and as `fail`, `failAll` and the limits say */
  ask(send: (id: number) => void, limits?: QuestionLimits): Promise<Answer>
  answer(id: number, value: Answer): void
  /** The question is worked on: its time begins anew. */
  goesOn(id: number): void
  fail(id: number, error: Error): void
  failAll(message: string): void
}

export interface QuestionLimits {
  /** How long an answer, or a sign of one, may take, in milliseconds. */
  readonly patienceMs: number
  /** Ends the waiting, as the end of the patience does. */
  readonly signal: AbortSignal
  /** Nobody waits any more. */
  forget(id: number): void
}

interface Waiting<Answer> {
  resolve(value: Answer): void
  reject(error: Error): void
  goesOn?(): void
  end?(): void
}

export function createQuestions<Answer>(): Questions<Answer> {
  const waiting = new Map<number, Waiting<Answer>>()
  let lastId = 0
  const take = (id: number): Waiting<Answer> | undefined => {
    const found = waiting.get(id)
    waiting.delete(id)
    found?.end?.()
    return found
  }
  /** @returns what begins the time anew, and what ends the watch. */
  const watch = (id: number, { patienceMs, signal, forget }: QuestionLimits): Pick<Waiting<Answer>, 'goesOn' | 'end'> => {
    const giveUp = (error: Error): void => {
      forget(id)
      take(id)?.reject(error)
    }
    const tooLate = (): void => giveUp(new Error(`no answer within ${patienceMs} ms`))
    const aborted = (): void => giveUp(signal.reason as Error)
    let timer = setTimeout(tooLate, patienceMs)
    signal.addEventListener('abort', aborted)
    return {
      goesOn: () => {
        clearTimeout(timer)
        timer = setTimeout(tooLate, patienceMs)
      },
      end: () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', aborted)
      },
    }
  }
  return {
    ask: (send, limits) =>
      new Promise((resolve, reject) => {
        if (limits?.signal.aborted) return reject(limits.signal.reason as Error)
        if (waiting.size >= MAX_QUESTIONS) return reject(new Error(`more than ${MAX_QUESTIONS} questions wait for an answer`))
        const id = ++lastId
        waiting.set(id, { resolve, reject, ...(limits && watch(id, limits)) })
        send(id)
      }),
    answer: (id, value) => take(id)?.resolve(value),
    goesOn: (id) => waiting.get(id)?.goesOn?.(),
    fail: (id, error) => take(id)?.reject(error),
    failAll: (message) => {
      for (const id of [...waiting.keys()]) take(id)?.reject(new Error(message))
    },
  }
}
