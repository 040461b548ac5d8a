/**
 * The status that everybody sees.
 *
 * Owns: making a status of the facts, the moment at which saving takes too long, the listeners.
 * Does not own: the facts (provider.ts gathers them).
 * Always holds: listeners are called only when something differs, and with what differs by time alone too;
 * one that throws neither keeps others from hearing nor edits from being counted.
 */
import type { LocalCopy } from './local-copy.js'
import type { Rights } from './login.js'
import { type ConnectionStatus, isSameStatus, type RefusalNotice, type Status } from './status.js'

export interface Facts {
  readonly connection: ConnectionStatus
  readonly refusal: RefusalNotice | undefined
  readonly synced: boolean
  readonly unsaved: number
  readonly kept: boolean
  /** This browser's copy of the whole document, where one is kept. */
  readonly copy: Pick<LocalCopy, 'isAlone' | 'isUnproven'> | undefined
  /** Copies that were set aside. */
  readonly setAside: number
  readonly rights: Rights
  /** Whether the app has to give a token before anything can be tried. */
  readonly isLoginAwaited: boolean
  /** Whether it is still unknown what an earlier visit left in this browser. */
  readonly isReading: boolean
  /** Since when the server could have saved the oldest change, in milliseconds of `performance.now()`. */
  readonly waitingSince: number
}

export class StatusBoard {
  readonly #facts: () => Facts
  readonly #saveWarningMs: number
  readonly #listeners = new Set<(status: Status) => void>()
  #overdueTimer: ReturnType<typeof setTimeout> | undefined
  #current: Status

  /** @param saveWarningMs how long saving may take before it is `unsaved`, in milliseconds. */
  constructor(facts: () => Facts, saveWarningMs: number) {
    this.#facts = facts
    this.#saveWarningMs = saveWarningMs
    this.#current = this.#make(facts())
  }

  get current(): Status {
    return this.#current
  }

  onChange(listener: (status: Status) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Looks at the facts again. */
  refresh(): void {
    const facts = this.#facts()
    const status = this.#make(facts)
    if (status.save === 'saving' && status.unsaved > 0) this.#overdueTimer ??= this.#lookAgainIn(this.#patience(facts))
    if (isSameStatus(status, this.#current)) return
    this.#current = status
    for (const listener of this.#listeners) tell(listener, status)
  }

  /** Lets go of listeners and timers. */
  close(): void {
    this.#listeners.clear()
    clearTimeout(this.#overdueTimer)
  }

  #make(facts: Facts): Status {
    const { connection, refusal, synced, copy, unsaved, kept, isReading, setAside, rights, isLoginAwaited } = facts
    const isUnderWay = connection === 'connected' && this.#patience(facts) > 0
    const save = unsaved === 0 ? (isReading || (copy?.isUnproven && connection === 'connected') ? 'saving' : 'saved') : isUnderWay ? 'saving' : 'unsaved'
    const isAwaited = isLoginAwaited && connection !== 'refused'
    return { connection, save, unsaved, kept, synced, setAside, ...(copy?.isAlone && { copy: true }), ...(refusal && { refusal }), ...(isAwaited && { loginAwaited: true }), ...rightsShown(rights) }
  }

  /** Milliseconds that the server may still take to save the oldest change. */
  #patience({ waitingSince }: Facts): number {
    return waitingSince + this.#saveWarningMs - performance.now()
  }

  #lookAgainIn(milliseconds: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#overdueTimer = undefined
      this.refresh()
    }, Math.ceil(milliseconds))
  }
}

/** An error is reported as any uncaught one is. */
function tell(listener: (status: Status) => void, status: Status): void {
  try {
    listener(status)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

/** What is not known is not shown. */
const rightsShown = ({ role, user, denied, because }: Rights): Pick<Status, 'role' | 'user' | 'denied' | 'because'> => ({
  ...(role && { role }),
  ...(user && { user }),
  ...(denied && { denied }),
  ...(because && { because }),
})
