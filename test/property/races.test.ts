/**
 * Documents deleted, brought back, erased and begun anew while people come, type and go, on a storage that is slow.
 *
 * Owns: the dice, the slow disk, and a referee that follows each lineage by the unique marks people write.
 * Does not own: faults of storage and of the network (simulation.ts).
 * Always holds: the same seed gives the same run; what the server says is judged at the moment at which it says it.
 */
import { type LogEntry, MemoryStorage, type Snapshot, StorageError, type StoredDocument } from '@cowrite/persistence'
import * as Y from 'yjs'
import { describe, expect, it } from 'vitest'
import { firstSeed, type Random, randomFrom, runCount } from '../protocol/random.js'
import { decodeServerFrame, type Peer } from '../support/peer.js'
import { QueuedSocket } from '../support/queued-socket.js'
import { World } from '../support/room-world.js'

const RUNS = runCount(150)
const STEPS = 60
const MOST_LATENCY_MS = 2_000

const marksOf = (doc: Y.Doc): string[] => [...doc.getMap('marks').keys()].sort()

/** A lineage as it lies on the disk, and what of it the server knows to be there. */
interface Account {
  onDisk: Y.Doc
  saved: Set<string>
  /** What storage answers to a reader. */
  isRemoved: boolean
  isErased: boolean
  /** A deletion has ended well, and nothing has begun since that could bring a document back. */
  isGone: boolean
}

/** Every call takes effect after a while, and is answered after another; a share of them at once. */
class SlowDisk extends MemoryStorage {
  readonly accounts = new Map<string, Account>()
  /** Marks of lineages that were erased. */
  readonly dead = new Set<string>()
  delay: () => Promise<void> = async () => {}

  account(name: string): Account {
    let account = this.accounts.get(name)
    if (!account) {
      account = { onDisk: new Y.Doc(), saved: new Set(), isRemoved: false, isErased: false, isGone: false }
      this.accounts.set(name, account)
    }
    return account
  }

  async #slowly<T>(work: () => Promise<T>): Promise<T> {
    await this.delay()
    try {
      return await work()
    } finally {
      await this.delay()
    }
  }

  override async append(entries: readonly LogEntry[]): Promise<number[]> {
    const written: { account: Account; onDisk: Y.Doc; marks: string[] }[] = []
    const sequences = await this.#slowly(async () => {
      const answer = super.append(entries)
      await answer
      for (const { name, update } of entries) {
        const account = this.account(name)
        Y.applyUpdate(account.onDisk, update)
        written.push({ account, onDisk: account.onDisk, marks: marksOf(account.onDisk) })
      }
      return answer
    })
    // The server hears of it some promises later; what it says between these two may be without it.
    setImmediate(() => {
      for (const { account, onDisk, marks } of written) if (account.onDisk === onDisk) for (const mark of marks) account.saved.add(mark)
    })
    return sequences
  }

  override load(name: string): Promise<StoredDocument | undefined> {
    return this.#slowly(() => super.load(name))
  }

  override compact(name: string, snapshot: Snapshot, through: number, epoch?: string): Promise<void> {
    return this.#slowly(() => super.compact(name, snapshot, through, epoch))
  }

  override remove(name: string, time?: number): Promise<void> {
    return this.#slowly(async () => {
      await super.remove(name, time)
      await this.#look(name)
    })
  }

  override restore(name: string): Promise<void> {
    return this.#slowly(async () => {
      this.account(name).isGone = false
      await super.restore(name)
      await this.#look(name)
    })
  }

  override erase(name: string, time?: number): Promise<void> {
    return this.#slowly(async () => {
      const account = this.account(name)
      await super.erase(name, time)
      await this.#look(name)
      if (!account.isRemoved || account.isErased) return
      for (const mark of marksOf(account.onDisk)) this.dead.add(mark)
      Object.assign(account, { onDisk: new Y.Doc(), saved: new Set<string>(), isErased: true })
    })
  }

  override create(name: string): Promise<void> {
    return this.#slowly(async () => {
      const account = this.account(name)
      account.isGone = false
      await super.create(name)
      account.isErased = false
      await this.#look(name)
    })
  }

  /** As it is there, at once. */
  async peek(name: string): Promise<Y.Doc> {
    const doc = new Y.Doc()
    const stored = await super.load(name)
    if (stored?.snapshot) Y.applyUpdate(doc, stored.snapshot.update)
    for (const { update } of stored?.tail ?? []) Y.applyUpdate(doc, update)
    return doc
  }

  async #look(name: string): Promise<void> {
    this.account(name).isRemoved = await super.load(name).then(() => false, () => true)
  }
}

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
      const former = [...told].filter((mark) => this.#disk.dead.has(mark) && !had.has(mark))
      if (former.length > 0 && account.isGone) this.#wrong.push(`${name} is told ${former} of an erased ${document}`)
      if (type === 'update' || answered) return
      answered = true
      this.tally.joins++
      const lacks = [...account.saved].filter((mark) => !told.has(mark) && !marksOf(peer.doc).includes(mark))
      if (lacks.length > 0) this.#wrong.push(`the first step 2 to ${name} of ${document} lacks ${lacks}`)
    }
    this.story.push(`${name} comes to ${document}`)
    this.#world.connect(peer, document, socket)
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
      expect(stored, `${document} on disk`).toEqual(marksOf(onDisk))
      expect([...saved].sort(), `saved in ${document}`).toEqual(stored)
      expect(stored.filter((mark) => this.#disk.dead.has(mark)), `of erased lineages in ${document}`).toEqual([])
      for (const { peer, name } of this.#people.filter((person) => person.document === document)) {
        expect(peer.isConnected, `${name} is back, closed with ${peer.closedWith}`).toBe(true)
        expect(marksOf(peer.doc), `${name} of ${document}`).toEqual(stored)
      }
    }
  }
}

describe('deletions in any order', () => {
  const first = firstSeed()

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
