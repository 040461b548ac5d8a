/**
 * Listening in on y-websocket's messages.
 *
 * Owns: the places where its handlers are wrapped, and the handler of message type 102.
 * Does not own: what the messages mean to sync and presence (y-websocket), or to saving (saved-questions.ts).
 * Always holds: y-websocket's own handling is unchanged; `messageHandlers` is its published place for
 * additions, and each provider has its own copy.
 */
import { MessageType, SyncType } from '@cowrite/protocol'
import * as decoding from 'lib0/decoding'
import type { WebsocketProvider } from 'y-websocket'
import { readSavedAnswer } from './saved-frames.js'

export interface MessageTaps {
  /** Any message came. */
  heard(): void
  /** The server asks for what it lacks. */
  lacking(): void
  /** The answer to that went out, or was lost with the connection. */
  exchanged(): void
  /** The server answered the question with this number. */
  answered(question: number): void
}

export function tapMessages(sync: WebsocketProvider, taps: MessageTaps): void {
  for (const [type, handle] of sync.messageHandlers.entries()) {
    sync.messageHandlers[type] = (encoder, decoder, ...rest) => {
      taps.heard()
      const isStep1 = type === MessageType.sync && decoding.peekVarUint(decoder) === SyncType.step1
      if (isStep1) taps.lacking()
      handle(encoder, decoder, ...rest)
      // y-websocket sends what is in the encoder, our step 2, right after this returns.
      if (isStep1) queueMicrotask(taps.exchanged)
    }
  }
  sync.messageHandlers[MessageType.saved] = (_encoder, decoder) => {
    taps.heard()
    const question = readSavedAnswer(decoder)
    if (question !== undefined) taps.answered(question)
  }
}
