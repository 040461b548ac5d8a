/**
 * Recorded writing, sent through the real server by stock clients, down to the last character.
 *
 * Proves the TR rules. The two authors' session is replayed with its real concurrency: each author
 * types in a document that holds exactly what the recording says they had; what the other has typed
 * meanwhile waits on its way, as it does on a slow line.
 */
import { describe, expect, it, onTestFinished } from 'vitest'
import { applyPatch } from '../support/generated-traces.js'
import { RecordedAuthor } from '../support/recorded-author.js'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'
import { StockClient } from '../support/stock-client.js'
import { concurrentTrace, othersKnown, sequentialTrace, sourceOf } from '../support/traces.js'

const DOCUMENT = 'recorded/session'

async function startServer(): Promise<ServerProcess> {
  const server = await startServerProcess()
  onTestFinished(() => server.remove())
  return server
}

/** The text that somebody sees who opens the document now. */
async function textOfLateJoiner(server: ServerProcess): Promise<string> {
  const client = new StockClient(server, DOCUMENT)
  await client.synced()
  const text = client.text.toString()
  client.destroy()
  return text
}

/** Where two texts part, with what stands there; undefined when they are the same. Says less than a diff of two books. */
function firstDifference(actual: string, expected: string): string | undefined {
  if (actual === expected) return undefined
  let at = 0
  while (actual[at] === expected[at]) at++
  return `at ${at}: '${actual.slice(at, at + 40)}' instead of '${expected.slice(at, at + 40)}'`
}

describe('recorded sessions', { timeout: 120_000 }, () => {
  it(`[TR1] [TR2] [TR3] two authors at once, ${sourceOf('friendsforever')}`, async () => {
    const trace = concurrentTrace()
    const server = await startServer()
    // Where both typed at one place, the recording puts the first author's text first; Yjs puts the lower
    // client id first. With ids in the authors' order the two agree in every such place.
    const authors = [1, 2].map((id) => new RecordedAuthor(new StockClient(server, DOCUMENT), id))
    const [first, second] = authors
    if (!first || !second) throw new Error('two authors')
    await Promise.all(authors.map((author) => author.client.synced()))
    const known = othersKnown(trace)
    let exchanges = 0
    for (const [index, { agent, patches }] of trace.txns.entries()) {
      const [author, other] = agent === 0 ? [first, second] : [second, first]
      const needed = known[index] ?? -1
      if (needed > other.sentThrough) {
        exchanges++
        await other.sendThrough(needed)
        await author.takeIn()
      }
      author.type(index, patches)
    }
    await Promise.all(authors.map((author) => author.sendThrough(trace.txns.length)))
    await Promise.all(authors.map((author) => author.takeIn()))

    expect(exchanges).toBeGreaterThan(1_000)
    for (const author of authors) expect(firstDifference(author.text.toString(), trace.endContent)).toBeUndefined()
    expect(firstDifference(await textOfLateJoiner(server), trace.endContent)).toBeUndefined()
    for (const author of authors) author.client.destroy()
    await server.restart()
    expect(firstDifference(await textOfLateJoiner(server), trace.endContent)).toBeUndefined()
  })

  it(`[TR4] [TR2] [TR3] one author as fast as possible, ${sourceOf('automerge-paper')}`, async () => {
    const trace = sequentialTrace()
    const server = await startServer()
    const writer = new StockClient(server, DOCUMENT)
    await writer.synced()
    for (const [index, { patches }] of trace.txns.entries()) {
      for (const patch of patches) applyPatch(writer.text, patch)
      if (index % 1_000 === 999) await writer.breathe()
    }
    await writer.saved()

    expect(firstDifference(writer.text.toString(), trace.endContent)).toBeUndefined()
    expect(firstDifference(await textOfLateJoiner(server), trace.endContent)).toBeUndefined()
    writer.destroy()
    await server.restart()
    expect(firstDifference(await textOfLateJoiner(server), trace.endContent)).toBeUndefined()
  })
})
