/**
 * Questions through a port, and their answers.
 *
 * Owns: numbering them, and what waits for an answer.
 * Does not own: what is asked.
 * Always holds: never more than MAX_QUESTIONS wait; an answer counts once; at the end all that wait fail.
 */
import { MAX_QUESTIONS } from './messages.js'

export interface Questions<Answer> {
  /** @throws when too many wait, and as `fail` and `failAll` say */
  ask(send: (id: number) => void): Promise<Answer>
  answer(id: number, value: Answer): void
  fail(id: number, message: string): void
  failAll(message: string): void
}

export function createQuestions<Answer>(): Questions<Answer> {
  const waiting = new Map<number, { resolve: (value: Answer) => void; reject: (error: Error) => void }>()
  let lastId = 0
  const take = (id: number) => {
    const found = waiting.get(id)
    waiting.delete(id)
    return found
  }
  return {
    ask: (send) =>
      new Promise((resolve, reject) => {
        if (waiting.size >= MAX_QUESTIONS) return reject(new Error(`more than ${MAX_QUESTIONS} questions wait for an answer`))
        const id = ++lastId
        waiting.set(id, { resolve, reject })
        send(id)
      }),
    answer: (id, value) => take(id)?.resolve(value),
    fail: (id, message) => take(id)?.reject(new Error(message)),
    failAll: (message) => {
      for (const id of [...waiting.keys()]) take(id)?.reject(new Error(message))
    },
  }
}
