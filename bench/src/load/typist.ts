/**
 * Somebody who types: Yjs updates and awareness states, made without Yjs, since a thousand typists
 * with a Y.Doc each would cost the load generator more than the server under test.
 *
 * Owns: the bytes of appending text at the typist's own place, and of moving the cursor.
 * Does not own: when (pace.ts).
 * Always holds: the updates are what Yjs itself makes of the same edits; `proveTypists` shows it by
 * applying them before anything is measured.
 *
 * Format: Yjs v1 updates, https://github.com/yjs/yjs `UpdateEncoder.js`, `Item.js`; y-protocols `awareness.js`.
 */
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'

/** The root type everybody types into. */
export const TEXT_NAME = 'default'

const STRING_CONTENT = 4
const HAS_ORIGIN = 0x80

export class Typist {
  readonly client: number
  #clock = 0
  #presenceClock = 0

  constructor(client: number) {
    this.client = client
  }

  /** The update that appends this ASCII text to what this typist wrote before. */
  type(text: string): Uint8Array {
    const clock = this.#clock
    this.#clock += text.length
    return encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, 1)
      encoding.writeVarUint(encoder, 1)
      encoding.writeVarUint(encoder, this.client)
      encoding.writeVarUint(encoder, clock)
      if (clock === 0) {
        encoding.writeUint8(encoder, STRING_CONTENT)
        encoding.writeVarUint(encoder, 1)
        encoding.writeVarString(encoder, TEXT_NAME)
      } else {
        encoding.writeUint8(encoder, STRING_CONTENT | HAS_ORIGIN)
        encoding.writeVarUint(encoder, this.client)
        encoding.writeVarUint(encoder, clock - 1)
      }
      encoding.writeVarString(encoder, text)
      encoding.writeVarUint(encoder, 0)
    })
  }

  /** What a stock client says of itself when it connects: an empty state with clock 0. */
  arrive(): Uint8Array {
    return awareness(this.client, this.#presenceClock++, '{}')
  }

  /** The cursor stands behind what was typed last, as y-prosemirror tells it. */
  moveCursor(): Uint8Array {
    const item = { client: this.client, clock: Math.max(0, this.#clock - 1) }
    const position = { type: null, tname: TEXT_NAME, item, assoc: 0 }
    const user = { name: `Typist ${this.client}`, color: '#ffa500' }
    return awareness(this.client, this.#presenceClock++, JSON.stringify({ user, cursor: { anchor: position, head: position } }))
  }
}

const awareness = (client: number, clock: number, state: string): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, clock)
    encoding.writeVarString(encoder, state)
  })

/** Client ids as Yjs draws them (32 bits), but the same ones in each run. */
export const clientIdOf = (index: number): number => 1_000_000_000 + index * 1_237

/** @throws Error when the updates made here are not what Yjs reads as the same edits */
export function proveTypists(): void {
  const doc = new Y.Doc()
  const typists = [new Typist(clientIdOf(0)), new Typist(clientIdOf(1))]
  const written = ['', '']
  for (let i = 0; i < 100; i++) {
    const text = `~edit${i}`
    const update = (typists[i % 2] as Typist).type(text)
    written[i % 2] += text
    const before = Y.encodeStateVector(doc)
    Y.applyUpdate(doc, update)
    const same = Buffer.from(Y.encodeStateAsUpdate(doc, before)).equals(update)
    if (!same) throw new Error(`edit ${i} is not encoded as Yjs encodes it`)
  }
  if (doc.getText(TEXT_NAME).toJSON() !== written.join('')) throw new Error('the typed text is not what Yjs makes of it')
}
