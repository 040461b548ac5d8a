/**
 * Listening in on y-websocket's messages.
 *
 * Owns: the places where its handlers are wrapped, and the handlers of Cowrite's own messages.
 * Does not own: what the messages mean to sync and presence (y-websocket), to saving (saved-questions.ts), to lineages
 * (lineage.ts), to seeds (seeds.ts), to rights (login.ts), to copies that drifted apart (comparison.ts).
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
  /** Whether a sync message of this kind may be taken in. */
  takes(kind: number): boolean
  /** The server asks for what it lacks. */
  lacking(): void
  /** The answer to that went out, or was lost with the connection. */
  exchanged(): void
  /** The server answered the question with this number. */
  answered(question: number): void
  /** The server told the document's epoch. */
  epoch(decoder: decoding.Decoder): void
  /** The server answered a seed. */
  seeded(decoder: decoding.Decoder): void
  /** The server told the digest of its copy. */
  told(decoder: decoding.Decoder): void
  /** The server told what this client may do. */
  access(decoder: decoding.Decoder): void
  /** The server refused a change, in the words of y-protocols. */
  denied(): void
}

export function tapMessages(sync: WebsocketProvider, taps: MessageTaps): void {
  for (const [type, handle] of sync.messageHandlers.entries()) {
    sync.messageHandlers[type] = (encoder, decoder, ...rest) => {
      taps.heard()
      const kind = type === MessageType.sync ? decoding.peekVarUint(decoder) : undefined
      const isStep1 = kind === SyncType.step1
      if (kind !== undefined && !taps.takes(kind)) return
      if (isStep1) taps.lacking()
      if (type === MessageType.auth) return taps.denied()
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
  const own = {
    [MessageType.epoch]: taps.epoch,
    [MessageType.seed]: taps.seeded,
    [MessageType.digest]: taps.told,
    [MessageType.token]: taps.access,
  }
  for (const [type, handle] of Object.entries(own)) {
    sync.messageHandlers[Number(type)] = (_encoder, decoder) => {
      taps.heard()
      handle(decoder)
    }
  }
}
