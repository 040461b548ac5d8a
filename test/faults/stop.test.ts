/**
 * SIGTERM under load: two thousand open documents, an edit of each on its way.
 *
 * Proves OP1 on the real process. A deploy does this to every user at once: they must come back spread
 * over a second rather than all together, and find what they were told is saved.
 */
import { expect, it, onTestFinished } from 'vitest'
import { PATIENCE } from '../support/patience.js'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'
import { Typist } from '../support/typist.js'

const DOCUMENTS = 2_000
/** Connections that are being opened at any time. */
const OPENING_AT_ONCE = 100

/** One writer of so many types on through the stop; the others have one edit on its way when it comes. */
const BUSY_SHARE = 20

/** Somebody who types; a busy one the next character as soon as the one before is saved. */
class Writer {
  readonly document: string
  readonly typist: Typist
  readonly firstSaved: Promise<void>
  typed = 0
  saved = 0

  constructor(server: ServerProcess, index: number) {
    this.document = `stop/${index}`
    let tellFirstSaved = (): void => {}
    this.firstSaved = new Promise((resolve) => (tellFirstSaved = resolve))
    this.typist = new Typist(server, this.document, {
      onSaved: (question) => {
        this.saved = question
        tellFirstSaved()
        if (index % BUSY_SHARE === 0) this.type()
      },
    })
  }

  type(): void {
    this.typist.doc.getText().insert(this.typed++, 'x')
    this.typist.ask()
  }
}

/** Does this for every item, so many at a time. */
async function forAll<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

it(`[OP1] [SA7] SIGTERM with ${DOCUMENTS} open documents and edits on their way`, { timeout: 90_000 }, async () => {
  const server = await startServerProcess()
  onTestFinished(() => server.remove())
  const writers: Writer[] = []
  await forAll(Array.from({ length: DOCUMENTS }, (_, i) => i), OPENING_AT_ONCE, async (index) => {
    const writer = new Writer(server, index)
    writers.push(writer)
    await writer.typist.synced
  })
  for (const writer of writers) writer.type()
  await Promise.all(writers.map((writer) => writer.firstSaved))

  for (const writer of writers) writer.type()
  const signalled = performance.now()
  const ending = server.kill('SIGTERM')
  const closes = await Promise.all(writers.map((writer) => writer.typist.closed))
  const { code, signal, ms } = await ending
  expect({ code, signal }).toEqual({ code: 0, signal: null })
  expect(ms).toBeLessThan(7_000 + 1_000 * PATIENCE)
  expect(server.stderr).not.toContain('stopped with unsaved changes')
  expect(new Set(closes.map((close) => close.code))).toEqual(new Set([1012]))
  const after = closes.map((close) => close.at - signalled).toSorted((a, b) => a - b)
  const [first, middle, last] = [after[0] ?? 0, after[DOCUMENTS / 2] ?? 0, after.at(-1) ?? 0]
  console.log(`SIGTERM with ${DOCUMENTS} documents: exit after ${ms.toFixed(0)} ms, clients closed after ` +
    `${first.toFixed(0)}, ${middle.toFixed(0)} (half of them) and ${last.toFixed(0)} ms`)
  // As the clients see it, which on a busy machine may be all at once; as the server does it: test/server/stop.test.ts.
  expect(middle - first).toBeGreaterThanOrEqual(250 / PATIENCE)
  expect(last - middle).toBeGreaterThanOrEqual(250 / PATIENCE)

  await server.start()
  const wrong: string[] = []
  let onTheWay = 0
  await forAll(writers, OPENING_AT_ONCE, async ({ document, saved, typed }) => {
    const reader = new Typist(server, document)
    await reader.synced
    const text = reader.doc.getText().toString()
    if (text.length < saved || text.length > typed || text !== 'x'.repeat(text.length)) {
      wrong.push(`${document}: ${saved} saved, ${typed} typed, ${text.length} there`)
    }
    onTheWay += typed - saved
    reader.drop()
  })
  expect(wrong).toEqual([])
  // Nothing is proved unless the stop came while edits were on their way.
  expect(onTheWay).toBeGreaterThan(0)
})
