/**
 * One run of the whole server by chance: people come, type, go and crash, frames are held up, storage
 * stalls, fails and tears, rooms are put away and compacted, the server dies.
 *
 * Owns: the dice, and what may happen.
 * Does not own: how anything is done (support/), what must hold (referee.ts), what is on disk (ledger.ts).
 * Always holds: the same seed gives the same run; everything is judged at the moment at which the server says it.
 */
import * as Y from 'yjs'
import { randomFrom, type Random } from '../protocol/random.js'
import { World } from '../support/room-world.js'
import { WatchedStorage } from './ledger.js'
import { Person } from './person.js'
import { Referee } from './referee.js'
import { emptyTally } from './tally.js'

/**
 * In every other run so little that snapshots are let go all the time. Dice of its own: the seeds that
 * failed once stay what they were.
 */
function snapshotBudgetOf(seed: number): number {
  const random = randomFrom(seed ^ 0x5eed)
  return random.chance(0.5) ? random.pick([0, 50, 300, 1_500]) : 1024 * 1024
}

export class Simulation {
  readonly tally = emptyTally()
  /** What happened, in words, for whoever has to find out why. */
  readonly story: string[] = []
  readonly #random: Random
  readonly #disk = new WatchedStorage()
  readonly #referee = new Referee(this.#disk.ledger)
  readonly #world: World
  readonly #snapshotBudget: number
  readonly #documents: readonly string[]
  readonly #people: Person[] = []
  /** Highest clock that each client ever gave away, of those who are gone as well. */
  readonly #written = new Map<number, number>()
  #nextClient = 1

  constructor(seed: number) {
    this.#random = randomFrom(seed)
    this.#snapshotBudget = snapshotBudgetOf(seed)
    const random = this.#random
    this.#documents = random.chance(0.3) ? ['one', 'two'] : ['one']
    this.#world = new World({
      disk: this.#disk,
      compactAfterUpdates: 3 + random.int(30),
      unloadAfterMs: random.int(3) * 500,
      sendBudgetBytes: random.chance(0.5) ? 100 + random.int(1_000) : 1024 * 1024,
      maxUnsavedBytes: random.chance(0.2) ? 2_000 : 1024 * 1024,
      snapshotCacheBytes: this.#snapshotBudget,
    })
  }

  /** Plays `steps` random steps, then lets everything come to rest and judges the end. @throws when a rule is broken */
  async run(steps: number): Promise<void> {
    try {
      for (let people = 2 + this.#random.int(3); people > 0; people--) this.#newPerson()
      this.#mendStorage()
      for (let i = 0; i < steps; i++) {
        await this.#step()
        // Between two events of a real server all promises run as far as they can; so here.
        await this.#world.turn()
        this.#judgeMemory()
        this.#referee.settle()
      }
      await this.#rest()
      this.#referee.settle()
      await this.#judgeEnd()
    } finally {
      this.#world.end()
    }
  }

  async #step(): Promise<void> {
    const random = this.#random
    const person = random.pick(this.#people)
    const dice = random.int(100)
    if (dice < 30) this.#edit(person)
    else if (dice < 63) this.#deliver(person)
    else if (dice < 70) this.#come(person)
    else if (dice < 76) this.#ask(person)
    else if (dice < 79) this.#show(person)
    else if (dice < 86) await this.#wait()
    else if (dice < 91) this.#disturbStorage()
    else if (dice < 94) this.#go(person)
    else if (dice < 96) await this.#settle()
    else if (dice < 97) await this.#everybodyGoes()
    else if (dice < 99) this.#comeOrGoForGood(person)
    else await this.#crash()
  }

  #newPerson(): Person {
    const person = new Person(this.#world.peer(this.#nextClient++), this.#random.pick(this.#documents))
    this.#people.push(person)
    return person
  }

  #edit(person: Person): void {
    const { name, peer } = person
    person.edit(this.#random)
    this.#written.set(peer.client, Y.getState(peer.doc.store, peer.client))
    this.tally.edits++
    this.story.push(`${name} edits${peer.isConnected ? '' : ' offline'}`)
  }

  #deliver({ name, socket }: Person): void {
    if (socket === undefined) return
    const limit = this.#random.chance(0.3) ? undefined : 1 + this.#random.int(4)
    const toServer = this.#random.chance(0.5)
    const count = toServer ? socket.deliverToServer(limit) : socket.deliverToClient(limit)
    if (count > 0) this.story.push(`${count} ${toServer ? 'from' : 'to'} ${name}`)
  }

  #come(person: Person): void {
    if (!person.come(this.#world, this.#referee)) return
    this.tally.joins++
    this.story.push(`${person.name} comes to ${person.document}`)
  }

  #ask({ name, peer }: Person): void {
    if (!peer.isConnected) return
    peer.ask()
    this.story.push(`${name} asks`)
  }

  #show({ peer }: Person): void {
    peer.awareness.setLocalStateField('caret', this.#random.int(100))
  }

  async #wait(): Promise<void> {
    const ms = this.#random.pick([1, 20, 100, 500, 2_000, 7_000])
    this.story.push(`${ms} ms pass`)
    if (this.#random.chance(0.8)) await this.#world.elapse(ms)
    else await this.#world.pass(ms)
  }

  async #settle(): Promise<void> {
    this.story.push('everything arrives')
    await this.#world.settle()
  }

  #disturbStorage(): void {
    const { faults } = this.#world
    const random = this.#random
    faults.release()
    const share = random.pick([0.1, 0.5, 1])
    const kind = random.pick(['fail', 'stall', 'tear', 'none', 'none'] as const)
    this.story.push(`storage: ${kind} ${share}`)
    faults.plan = ({ entries }) => {
      this.#disk.expect(entries)
      if (kind === 'none' || !random.chance(share)) return undefined
      return kind === 'tear' ? { kind, entries: random.int(entries.length + 1) } : { kind }
    }
  }

  #mendStorage(): void {
    this.#world.faults.plan = ({ entries }) => (this.#disk.expect(entries), undefined)
    this.#world.faults.release()
  }

  #go({ name, socket }: Person): void {
    const how = this.#random.pick(['leave', 'reset', 'die'] as const)
    socket?.[how]()
    this.story.push(`${name}: ${how}`)
  }

  async #everybodyGoes(): Promise<void> {
    this.story.push('everybody goes')
    for (const { socket } of this.#people) this.#random.chance(0.8) ? socket?.leave() : socket?.reset()
    for (const { socket } of this.#people) socket?.deliverToServer()
    await this.#world.elapse(this.#random.pick([10, 1_000, 3_000]))
  }

  /** A tab is closed with all that it had not sent, or a new one opened. */
  #comeOrGoForGood(person: Person): void {
    if (this.#people.length < 6 && this.#random.chance(0.6)) {
      this.#come(this.#newPerson())
      return
    }
    if (this.#people.length < 3) return
    this.story.push(`${person.name} is gone for good`)
    this.#random.chance(0.5) ? person.socket?.leave() : person.socket?.abandon()
    this.#people.splice(this.#people.indexOf(person), 1)
    person.peer.destroy()
  }

  async #crash(): Promise<void> {
    this.story.push('the server dies')
    this.tally.crashes++
    await this.#world.crash()
    this.#mendStorage()
    this.#disk.ledger.reload()
    for (const document of this.#documents) {
      const stored = await this.#world.stored(document)
      this.#referee.must(`${document} after the crash`, this.#disk.ledger.lackIn(document, stored))
    }
  }

  /** Faults end, everybody is back, everything arrives. */
  async #rest(): Promise<void> {
    this.story.push('rest')
    this.#mendStorage()
    for (let i = 0; i < 5; i++) {
      for (const person of this.#people) this.#come(person)
      await this.#world.pass(8_000)
    }
    for (const { name, peer } of this.#people) {
      this.#referee.same(`${name} is connected`, peer.isConnected, true)
      peer.ask()
      peer.awareness.setLocalStateField('caret', -1)
    }
    await this.#world.pass(100)
  }

  #judgeMemory(): void {
    const { rooms } = this.#world
    const over = rooms.snapshotBytes > this.#snapshotBudget
    this.#referee.must('memory', over ? `${rooms.snapshotBytes} bytes, ${this.#snapshotBudget} allowed` : undefined)
    if ([...rooms].some(({ state }) => state.hasLetGo)) this.tally.letGo++
  }

  async #judgeEnd(): Promise<void> {
    const referee = this.#referee
    for (const document of this.#documents) {
      const here = this.#people.filter((person) => person.document === document)
      const ids = here.map(({ peer }) => peer.client).sort((a, b) => a - b)
      for (const { name, peer, openQuestions, answers } of here) {
        referee.whole(`${name} of ${document}`, document, peer.doc)
        referee.same(`${name} sees`, peer.sees, ids.filter((client) => client !== peer.client))
        referee.same(`open questions of ${name}`, openQuestions, 0)
        this.tally.saved += answers
      }
      const late = this.#world.peer(900_000)
      await this.#world.join(late, document)
      referee.whole(`a late joiner of ${document}`, document, late.doc)
      referee.whole(`${document} on disk`, document, await this.#world.stored(document))
      referee.written(document, this.#written)
      const stored = await this.#disk.load(document)
      this.tally.committed += stored?.snapshot?.through ?? 0
      this.tally.snapshots += stored?.snapshot ? 1 : 0
    }
    referee.must('quarantine', this.#disk.quarantined[0])
    // Nothing is lost on a connection that lives, so nobody may seem to have drifted apart.
    const strange = /message failed|broadcast failed|"code":"internal"|drifted apart/
    referee.must('the log', this.#world.log.lines.find((line) => strange.test(line)))
  }
}
