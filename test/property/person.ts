/**
 * One person in a simulated run: a tab with a document, who comes, types, asks and goes.
 *
 * Owns: one client, its connections, and what it sent on each.
 * Does not own: the dice (simulation.ts), what must hold (referee.ts).
 * Always holds: everything the server sends on any of its connections, dead ones included, is judged as it is sent.
 */
import { decodeClientMessage } from '@cowrite/protocol'
import * as Y from 'yjs'
import type { Random } from '../protocol/random.js'
import { decodeServerFrame, type Peer } from '../support/peer.js'
import { QueuedSocket } from '../support/queued-socket.js'
import type { World } from '../support/room-world.js'
import { editAtRandom, undoOf } from './edits.js'
import type { Referee, Visit } from './referee.js'

export class Person {
  readonly name: string
  /** How many questions "is it saved?" were answered. */
  answers = 0
  socket: QueuedSocket | undefined
  readonly #undo: Y.UndoManager
  #visit: Visit | undefined

  constructor(
    readonly peer: Peer,
    readonly document: string,
  ) {
    this.name = `p${peer.client}`
    this.#undo = undoOf(peer.doc)
  }

  /** Questions of the present connection that are not answered yet. */
  get openQuestions(): number {
    return this.#visit?.questions.length ?? 0
  }

  edit(random: Random): void {
    editAtRandom(this.peer.doc, this.#undo, random)
  }

  /** Opens a connection, unless one is open that lives. @returns whether it did */
  come(world: World, referee: Referee): boolean {
    const { peer, name, document } = this
    if (peer.isConnected && this.socket?.isDead !== true) return false
    referee.closed(name, peer.closedWith)
    this.socket?.abandon()
    const socket = (this.socket = new QueuedSocket(peer))
    const visit: Visit = (this.#visit = { sent: [], questions: [] })
    socket.onClientSend = (frame) => note(visit, frame)
    const before = Y.encodeStateAsUpdate(peer.doc)
    let answered = false
    socket.onSend = (frame) => {
      const { type, payload } = decodeServerFrame(frame)
      if (type === 'saved') {
        referee.saved(name, document, visit)
        this.answers++
      }
      if (type === 'update' || type === 'step2') referee.told(name, document, payload)
      if (type === 'step2' && !answered) {
        answered = true
        referee.firstStep2(name, document, before, payload)
      }
    }
    world.connect(peer, document, socket)
    return true
  }
}

function note({ sent, questions }: Visit, frame: Uint8Array): void {
  const message = decodeClientMessage(frame)
  if (message.type === 'step2' || message.type === 'update') sent.push(message.update)
  if (message.type === 'saved') questions.push(sent.length)
}
