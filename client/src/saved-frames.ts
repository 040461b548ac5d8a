/**
 * The question "is all that I sent before this saved?" (message type 102) and its answer, as bytes.
 *
 * Owns: the payload that this client puts into the question.
 * Does not own: the frame around it (protocol); the server returns the payload without reading it.
 * Always holds: reading never throws, whatever came.
 *
 * The form, a number within a byte array, is the one that y-sweet's client sends.
 */
import { encodeSaved } from '@cowrite/protocol'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

/** The question with this number. */
export const encodeSavedQuestion = (question: number): Uint8Array =>
  encodeSaved(
    encoding.encode((encoder) => {
      encoding.writeVarUint8Array(encoder, encoding.encode((inner) => encoding.writeVarUint(inner, question)))
    }),
  )

/** The number of the question that is answered; undefined when it is no answer of ours. */
export function readSavedAnswer(decoder: decoding.Decoder): number | undefined {
  try {
    return decoding.readVarUint(decoding.createDecoder(decoding.readVarUint8Array(decoder)))
  } catch {
    return undefined
  }
}
