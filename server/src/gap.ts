/**
 * What a client refers to and the document lacks, and asking that client for it.
 *
 * Owns: when to ask, how often, and who waits until the gap is closed.
 * Does not own: finding a gap (document-state.ts), sending the question (connection.ts).
 * Always holds: only a whole answer shows that nothing is missing any more: a live update may lie beside the gap.
 */
import { MalformedError } from '@cowrite/protocol'

/** How often a client is asked for what fills a gap before it is clear that it cannot. */
const MAX_QUESTIONS = 3

export class Gap {
  #open: { asked: number; waiting: boolean } | undefined
  #waiters: (() => void)[] = []

  /**
   * The client sent an update, and it had a gap or not.
   * @returns whether to ask the client for all that is missing
   * @throws MalformedError when it cannot supply it
   */
  shown(hasGap: boolean, type: 'step2' | 'update'): boolean {
    if (!hasGap) {
      if (this.#open && type === 'step2') this.#close()
      return false
    }
    const gap = (this.#open ??= { asked: 0, waiting: false })
    // Updates typed before our question arrived show the same gap again; only its answer counts.
    if (type === 'step2') gap.waiting = false
    if (gap.waiting) return false
    if (gap.asked === MAX_QUESTIONS) throw new MalformedError('refers to what it cannot supply')
    gap.asked++
    gap.waiting = true
    return true
  }

  /** Calls back at once, or when the gap is closed. */
  whenClosed(callback: () => void): void {
    if (this.#open) this.#waiters.push(callback)
    else callback()
  }

  #close(): void {
    this.#open = undefined
    for (const callback of this.#waiters.splice(0)) callback()
  }
}
