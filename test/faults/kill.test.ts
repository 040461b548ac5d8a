/**
 * `kill -9` at random moments while fifty people type.
 *
 * Proves SA7 on the real process and the real disk. Every typed character is unique in its document, so
 * that what came back can be compared one by one with what clients had been told and shown. Clients never
 * come back after the kill: what the server lost they could otherwise repair. The same data directory
 * serves all rounds, with compactions under way in most of them.
 *
 * COWRITE_RUNS sets the number of kills (6; with COWRITE_LONG=1 200), COWRITE_SEED the seed, which is printed.
 */
import { EventEmitter, once } from 'node:events'
import * as prng from 'lib0/prng'
import { expect, it, onTestFinished } from 'vitest'
import { Ledger } from '../support/ledger.js'
import { startServerProcess, type ServerProcess } from '../support/server-process.js'
import { Typist } from '../support/typist.js'
import { UniqueTyping } from '../support/unique-typing.js'

const LONG = process.env['COWRITE_LONG'] === '1'
const KILLS = Number(process.env['COWRITE_RUNS'] ?? (LONG ? 200 : 6))
const SEED = Number(process.env['COWRITE_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const CLIENTS = 50
/** A server that was killed takes connections again within this, in milliseconds. */
const OPEN_WITHIN_MS = 2_000
/** Documents that are typed in at once: both a lone writer's commits and crowded ones. */
const DOCUMENTS = 4
/** After so many kills the same documents are left, so that they do not run out of unique characters. */
const KILLS_PER_GENERATION = 10

const randomIndex = (random: prng.PRNG, length: number): number => prng.int32(random, 0, length - 1)

it(`[SA7] [DU6] nothing that was saved or seen is missing after ${KILLS} kills, seed ${SEED}`, { timeout: 60_000 + KILLS * 3_000 }, async () => {
  const random = prng.create(SEED)
  const server = await startServerProcess({ flags: ['--compact-after-updates', '50', '--log-level', 'debug'] })
  onTestFinished(() => server.remove())
  const totals = { sent: 0, saved: 0, sightings: 0, compactions: 0, unsavedAtKill: 0 }
  const allLedgers: Ledger[] = []
  const startsMs: number[] = []
  let ledgers: Ledger[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    if (kill % KILLS_PER_GENERATION === 0) {
      ledgers = Array.from({ length: DOCUMENTS }, (_, i) => new Ledger(`generation ${kill}/document ${i}`))
      allLedgers.push(...ledgers)
    }
    await typeUntilKilled(server, ledgers, random, kill % 2 === 1)
    totals.compactions += countCompactions(server)
    const starting = performance.now()
    await server.start()
    startsMs.push(performance.now() - starting)
    for (const ledger of ledgers) {
      const recovered = await textOf(server, ledger.document)
      expect(ledger.check(recovered), `kill ${kill}, ${ledger.document}`).toEqual({ lost: [], resurrected: [], invented: [] })
      totals.unsavedAtKill += ledger.settle(recovered)
    }
  }
  for (const ledger of allLedgers) {
    totals.sent += ledger.sent
    totals.saved += ledger.saved
    totals.sightings += ledger.sightings
  }
  startsMs.sort((a, b) => a - b)
  const [middleMs = 0, mostMs = 0, longestMs = 0] = [startsMs[Math.floor(KILLS / 2)], startsMs[Math.floor(KILLS * 0.9)], startsMs.at(-1)]
  console.log(`kill -9: ${KILLS} kills of ${CLIENTS} typing clients, seed ${SEED}, ${JSON.stringify(totals)}, 0 lost, ` +
    `restarted in ${middleMs.toFixed(0)} ms (half of them), ${mostMs.toFixed(0)} ms (nine of ten), ${longestMs.toFixed(0)} ms (the longest)`)
  // The longest depends on what else the machine does; in the short form, beside other tests, so do all.
  if (LONG) expect(mostMs).toBeLessThan(OPEN_WITHIN_MS)
  // The test proves nothing unless kills came while much was saved, seen, compacted and still on its way.
  expect(totals.saved).toBeGreaterThan(KILLS * 20)
  expect(totals.sightings).toBeGreaterThan(KILLS * 20)
  expect(totals.compactions).toBeGreaterThanOrEqual(Math.floor(KILLS / 2))
  expect(totals.unsavedAtKill).toBeGreaterThan(0)
})

/**
 * Fifty clients type until a random number of answers has come; then the server is gone, and so are they.
 *
 * @param compacted not before this server has compacted a document, however slow the machine
 */
async function typeUntilKilled(server: ServerProcess, ledgers: readonly Ledger[], random: prng.PRNG, compacted: boolean): Promise<void> {
  const killAfterAnswers = prng.int32(random, 1, 600)
  const killDelayMs = prng.int32(random, 0, 10)
  let answers = 0
  const answered = new EventEmitter()
  const due = once(answered, 'enough')
  const typings = Array.from({ length: CLIENTS }, (_, i) => {
    const ledger = ledgers[i % DOCUMENTS]
    if (!ledger) throw new Error('a document for every client')
    return new UniqueTyping(server, ledger, prng.create(randomIndex(random, 2 ** 31)), () => {
      if (++answers >= killAfterAnswers && (!compacted || countCompactions(server) > 0)) answered.emit('enough')
    })
  })
  await Promise.all(typings.map((typing) => typing.begin()))
  await due
  // The answer that set this off ended a commit; the kill may fall anywhere in the next ones.
  await new Promise((resolve) => setTimeout(resolve, killDelayMs))
  await server.kill('SIGKILL')
  await Promise.all(typings.map((typing) => typing.end()))
}

const countCompactions = (server: ServerProcess): number => server.stderr.split('"msg":"compacted"').length - 1

async function textOf(server: ServerProcess, document: string): Promise<string> {
  const reader = new Typist(server, document)
  await reader.synced
  const text = reader.doc.getText().toString()
  reader.drop()
  return text
}
