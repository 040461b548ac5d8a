/**
 * Signs of life, for one document and its connection.
 *
 * Owns: what is asked for a sign of life, and when short silence matters.
 * Does not own: how long silence may last (life-signs.ts), the connection.
 * Always holds: a server that holds back an answer, or does not know the question, is asked in a way that every
 * server answers before it is given up.
 */
import type { WebsocketProvider } from 'y-websocket'
import { LifeSigns } from './life-signs.js'
import type { SavedQuestions } from './saved-questions.js'
import { sendStep1 } from './stock-provider.js'
import { isTabVisible } from './tab.js'
import type { UnsavedEdits } from './unsaved-edits.js'

/** Unsaved edits of so many bytes are with the server within seconds on any line. */
const QUICKLY_SENT_BYTES = 65_536

export interface LifeLineOptions {
  readonly sync: WebsocketProvider
  readonly questions: SavedQuestions
  readonly edits: Pick<UnsavedEdits, 'size' | 'bytes'>
  reconnect(): void
  tick(): void
}

export function createLifeLine({ sync, questions, edits, reconnect, tick }: LifeLineOptions): LifeSigns {
  return new LifeSigns({
    ask: (isSecondTry) => {
      // A server that waits for its disk holds back the answer about saving, and others do not know
      // the question at all; step 1 is answered by every server.
      if (!isSecondTry && questions.answersHere && questions.askNow()) return
      sendStep1(sync)
    },
    // Silence misleads whoever looks on or waits; but while much is on its way, in or out, it is natural.
    isUrgent: () => sync.synced && questions.answersHere && edits.bytes <= QUICKLY_SENT_BYTES && (edits.size > 0 || isTabVisible()),
    unsent: () => sync.ws?.bufferedAmount ?? 0,
    reconnect,
    tick,
  })
}
