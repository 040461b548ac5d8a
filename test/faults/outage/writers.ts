/**
 * People who go on typing through an outage, each with a Cowrite client of their own.
 *
 * Owns: who types what and when, what was typed while storage failed, and what each client showed of it.
 * Does not own: the outage.
 * Always holds: every character is typed once in its document, so that it can be told who has it.
 */
import { CowriteProvider } from '@cowrite/client'
import { onTestFinished, vi } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import * as Y from 'yjs'

/** Each of them types a character this often, in milliseconds. */
const TYPING_MS = 60
const FIRST_CODE = 0x4e00

// Every y-websocket client listens for the end of the process.
process.setMaxListeners(100)

class Writer {
  readonly document: string
  readonly text: Y.Text
  readonly provider: CowriteProvider
  /** Typed since the outage began. */
  during: string[] = []
  unsavedAt: number | undefined
  hasSaved = false

  constructor(url: string, document: string) {
    this.document = document
    const ydoc = new Y.Doc()
    this.text = ydoc.getText('text')
    this.provider = new CowriteProvider({ server: url, doc: document, ydoc, WebSocketPolyfill: NodeWebSocket as unknown as typeof WebSocket })
    this.provider.onStatus(({ save }) => {
      if (save === 'unsaved') this.unsavedAt ??= performance.now()
      if (save === 'saved') this.hasSaved = true
    })
  }
}

export class Writers {
  readonly all: readonly Writer[]
  #typing: ReturnType<typeof setInterval> | undefined
  #nextCode = FIRST_CODE
  #typed = new Map<string, number>()
  #isOutage = false

  /** @param documents how many they share */
  constructor(url: string, people: number, documents: number) {
    this.all = Array.from({ length: people }, (_, index) => new Writer(url, `outage/${index % documents}`))
    onTestFinished(() => this.leave())
  }

  /** Resolves when all of them have the document and have begun to type, and something was saved for each. */
  async begin(): Promise<void> {
    await Promise.all(this.all.map(({ provider }) => provider.whenSynced()))
    this.#typing = setInterval(() => this.all.forEach((writer) => this.#type(writer)), TYPING_MS)
    await vi.waitFor(() => {
      if (this.all.some(({ hasSaved, text }) => !hasSaved || text.length < 10)) throw new Error('nothing saved yet')
    }, 20_000)
  }

  #type(writer: Writer): void {
    const character = String.fromCharCode(this.#nextCode++)
    writer.text.insert(Math.floor(Math.random() * (writer.text.length + 1)), character)
    this.#typed.set(writer.document, (this.#typed.get(writer.document) ?? 0) + 1)
    if (this.#isOutage) writer.during.push(character)
  }

  /** From now on nothing that is typed can be saved. */
  outageBegan(): void {
    this.#isOutage = true
    for (const writer of this.all) writer.unsavedAt = undefined
  }

  /** From now on everything can be saved. @returns what was wrong until now */
  outageEnded(): string[] {
    const faults: string[] = []
    this.#isOutage = false
    for (const { document, during, provider, text } of this.all) {
      if (provider.status.save !== 'unsaved') faults.push(`in ${document} the status is ${provider.status.save}`)
      if (provider.status.connection !== 'connected') faults.push(`in ${document} it is ${provider.status.connection}`)
      if (provider.status.unsaved < during.length) faults.push(`in ${document} ${during.length} were typed, ${provider.status.unsaved} count as unsaved`)
      const others = this.all.filter((other) => other.document === document && other.text !== text)
      const relayed = during.filter((character) => others.some((other) => other.text.toString().includes(character)))
      if (relayed.length > 0) faults.push(`in ${document} ${relayed.length} unsaved characters were relayed`)
    }
    return faults
  }

  /** Resolves when all that was typed until now is saved; they go on typing. */
  async allSaved(): Promise<void> {
    await Promise.all(this.all.map(({ provider }) => provider.flush()))
  }

  /** They stop typing; resolves when everything is saved. */
  async stop(): Promise<void> {
    clearInterval(this.#typing)
    await this.allSaved()
    await vi.waitFor(() => {
      const texts = new Map(this.all.map(({ document, text }) => [document, text.toString()]))
      for (const { document, text } of this.all) if (text.toString() !== texts.get(document)) throw new Error(`different in ${document}`)
    }, 20_000)
  }

  /** What the documents hold; they must be all that was typed. @throws when they do not */
  contents(): Map<string, string> {
    const contents = new Map(this.all.map(({ document, text }) => [document, text.toString()]))
    for (const [document, text] of contents) {
      if (text.length !== this.#typed.get(document)) throw new Error(`${document} has ${text.length} characters of ${this.#typed.get(document)}`)
    }
    return contents
  }

  leave(): void {
    clearInterval(this.#typing)
    for (const { provider } of this.all) void provider.destroy()
  }
}
