/**
 * Documents deleted, brought back, erased and begun anew while people come, type and go, on a storage that is slow.
 *
 * Owns: the dice, and a referee that follows each lineage by the unique marks people write.
 * Does not own: the slow disk (slow-disk.ts), faults of storage and of the network (simulation.ts).
 * Always holds: the same seed gives the same run; what the server says is judged at the moment at which it says it.
 */
import { StorageError } from '@cowrite/persistence'
import * as Y from 'yjs'
import { describe, expect, it } from 'vitest'
import { firstSeed, type Random, randomFrom, runCount } from '../protocol/random.js'
import { decodeServerFrame, type Peer } from '../support/peer.js'
import { QueuedSocket } from '../support/queued-socket.js'
import { World } from '../support/room-world.js'
import { marksOf, SlowDisk } from './slow-disk.js'

const RUNS = runCount(150)
const STEPS = 60
const MOST_LATENCY_MS = 2_000

interface Person {
  peer: Peer
  readonly name: string
  readonly document: string
}

class Races {
  readonly story: string[] = []
  readonly tally = { marks: 0, joins: 0, refused: 0, outdated: 0, remove: 0, undelete: 0, erase: 0, create: 0 }
  readonly #random: Random
  readonly #disk = new SlowDisk()
  readonly #world: World
  readonly #documents: string[]
  readonly #people: Person[] = []
  readonly #wrong: string[] = []
  /** Marks of lineages whose erasure has ended well: nobody may be told of one again. */
  readonly #buried = new Set<string>()
  #lastMark = 0
  #lastClient = 0

  constructor(readonly seed: number) {
    const random = (this.#random = randomFrom(seed))
    this.#documents = random.chance(0.5) ? ['one', 'two'] : ['one', 'two', 'three']
    this.#world = new World({ disk: this.#disk, compactAfterUpdates: 3 + random.int(10), unloadAfterMs: random.int(3) * 500 })
    const slowShare = random.pick([0, 0.3, 1])
    this.#disk.delay = async () => {
      if (!random.chance(slowShare)) return
      await new Promise<void>((resolve) => this.#world.clock.after(random.int(MOST_LATENCY_MS / 2 + 1), resolve))
    }
    for (let people = 3 + random.int(3); people > 0; people--) {
      this.#people.push({ peer: this.#newPeer(), name: `p${people}`, document: random.pick(this.#documents) })
    }
  }

  async run(): Promise<void> {
    try {
      for (let step = 0; step < STEPS; step++) {
        this.#step()
        await this.#world.pass(this.#random.pick([0, 0, 1, 200, 1_000, 3_000]))
        this.#judge()
      }
      await this.#rest()
      this.#judge()
    } finally {
      this.#world.end()
    }
  }

  #newPeer(): Peer {
    return this.#world.peer(++this.#lastClient)
  }

  #judge(): void {
    if (this.#wrong.length > 0) throw new Error(this.#wrong.join('\n'))
  }

  #step(): void {
    const random = this.#random
    const person = random.pick(this.#people)
    const dice = random.int(100)
    if (dice < 40) {
      person.peer.doc.getMap('marks').set(`<${++this.#lastMark}>`, 1)
      this.tally.marks++
      this.story.push(`${person.name} writes <${this.#lastMark}>`)
    } else if (dice < 72) this.#come(person)
    else if (dice < 80) this.#world.sockets.forEach((socket) => random.chance(0.3) && socket.leave())
    else this.#administer(random.pick(this.#documents), random.pick(['remove', 'undelete', 'undelete', 'erase', 'create', 'create'] as const))
  }

  #administer(document: string, verb: 'remove' | 'undelete' | 'erase' | 'create'): void {
    this.story.push(`${verb} ${document}`)
    this.#world.rooms[verb](document).then(
      () => {
        this.tally[verb]++
        this.story.push(`${verb} ${document} ended`)
        const account = this.#disk.account(document)
        if ((verb === 'remove' || verb === 'erase') && account.isRemoved) account.isGone = true
        if (verb === 'erase') for (const [mark, of] of this.#disk.dead) if (of === document) this.#buried.add(mark)
      },
      (error: unknown) => {
        const isRefusal = verb === 'create' && error instanceof StorageError && error.code === 'removed'
        if (!isRefusal) this.#wrong.push(`${verb} ${document}: ${String(error)}`)
      },
    )
  }

  #come(person: Person): void {
    const { document, name } = person
    if (person.peer.isConnected) return
    const code = person.peer.closedWith
    if (code === 4404) this.tally.refused++
    if (code === 4409) this.tally.outdated++
    if (code !== undefined && ![4404, 4409, 1011].includes(code)) this.#wrong.push(`${name} was closed with ${code}`)
    // Who is told that it has another document begins with an empty one; who is refused may well come back as it is.
    if (code === 4409) person.peer = this.#newPeer()
    const { peer } = person
    const before = Y.encodeStateAsUpdate(peer.doc)
    const had = new Set(marksOf(peer.doc))
    const socket = new QueuedSocket(peer)
    let answered = false
    socket.onSend = (frame) => {
      const { type, payload } = decodeServerFrame(frame)
      if (type !== 'step2' && type !== 'update') return
      const account = this.#disk.account(document)
      if (account.isGone) this.#wrong.push(`${name} is told something of ${document}, which is deleted`)
      const doc = new Y.Doc()
      Y.applyUpdate(doc, before)
      Y.applyUpdate(doc, payload)
      const told = new Set(marksOf(doc))
      const former = [...told].filter((mark) => this.#buried.has(mark) && !had.has(mark))
      if (former.length > 0) this.#wrong.push(`${name} is told ${former} of an erased ${document}`)
      if (type === 'update' || answered) return
      answered = true
      this.tally.joins++
      const lacks = [...account.saved].filter((mark) => !told.has(mark) && !marksOf(peer.doc).includes(mark))
      if (lacks.length > 0) this.#wrong.push(`the first step 2 to ${name} of ${document} lacks ${lacks}`)
    }
    this.story.push(`${name} comes to ${document}`)
    this.#world.connect(peer, document, socket)
  }

  #same(what: string, is: unknown, should: unknown): void {
    const [one, other] = [JSON.stringify(is), JSON.stringify(should)]
    if (one !== other) this.#wrong.push(`${what}: ${one} instead of ${other}`)
  }

  /** Every document is there again, everybody is back, everything arrives. */
  async #rest(): Promise<void> {
    await this.#world.pass(30_000)
    for (const verb of ['undelete', 'create'] as const) {
      for (const document of this.#documents) this.#administer(document, verb)
      await this.#world.pass(30_000)
    }
    for (let i = 0; i < 5; i++) {
      for (const person of this.#people) this.#come(person)
      await this.#world.pass(20_000)
    }
    for (const document of this.#documents) {
      const { onDisk, saved } = this.#disk.account(document)
      const stored = marksOf(await this.#disk.peek(document))
      this.#same(`${document} on disk`, stored, marksOf(onDisk))
      this.#same(`saved in ${document}`, [...saved].sort(), stored)
      this.#same(`of erased lineages in ${document}`, stored.filter((mark) => this.#disk.dead.has(mark)), [])
      for (const { peer, name } of this.#people.filter((person) => person.document === document)) {
        this.#same(`${name} is back, closed with ${peer.closedWith}`, peer.isConnected, true)
        this.#same(`${name} of ${document}`, marksOf(peer.doc), stored)
      }
    }
  }
}

describe('deletions in any order', () => {
  const first = firstSeed()

  // Found by long runs: a broadcast of a first word, and a joiner's answer, that crossed the erasure of their document.
  it.each([94, 840])('[DE10] seed %i: what was erased was still told', async (seed) => {
    const races = new Races(seed)
    await races.run()
    expect(races.tally.erase).toBeGreaterThan(0)
  })

  it(`[DE10] from seed ${first}, ${RUNS} runs: a joiner gets 4404 or all that was saved, and nothing is told of what is deleted`, async () => {
    const sum = new Races(0).tally
    for (let seed = first; seed < first + RUNS; seed++) {
      const races = new Races(seed)
      await races.run().catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${String(error)}\n${races.story.slice(-40).join('\n')}`, { cause: error })
      })
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += races.tally[key]
    }
    // A generator that never gets anywhere would find nothing wrong.
    for (const [what, count] of Object.entries(sum)) expect(count, what).toBeGreaterThan(0)
  }, 30_000 + RUNS * 1_000)
})
