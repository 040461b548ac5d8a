/** Copies that drifted apart, as the client finds it: digests now and then, and what their answers lead to. */
import { Digest, encodeDigest, encodeStep1, encodeStep2, encodeUpdate } from '@cowrite/protocol'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import type { FakeSocket } from './support/fake-socket.js'
import { greet } from './support/fake-socket.js'
import { endOfTask, provide, updateOf } from './support/provider.js'

beforeEach(() => {
  vi.useFakeTimers()
  return () => vi.useRealTimers()
})

const SECONDS = 1_000
const countOf = (socket: FakeSocket, type: string): number => socket.types.filter((sent) => sent === type).length

function digestOf(ydoc: Y.Doc): Uint8Array {
  const { sv, ds } = Y.snapshot(ydoc)
  const deleted = [...ds.clients].flatMap(([client, ranges]) => ranges.map(({ clock, len }) => ({ client, clock, end: clock + len })))
  return Digest.of(sv, deleted).bytes()
}

/** Connected to a server that has answered the first question, with some document. */
async function connected() {
  const made = provide()
  const socket = made.network.last
  const server = new Y.Doc()
  server.getText('text').insert(0, 'once upon a time')
  server.getText('text').delete(0, 5)
  greet(socket, server)
  await endOfTask()
  socket.confirm()
  return { ...made, socket, server }
}

/** Something comes every second, as from others at work: the client has no reason to ask for a sign of life. */
async function pass(socket: FakeSocket, seconds: number, each?: () => void): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    each?.()
    socket.receive(Uint8Array.of(1, 1, 0))
    await vi.advanceTimersByTimeAsync(SECONDS)
    socket.confirm()
  }
}

describe('the digest', () => {
  it('[DA4] is told every 10 s, every 5 s while the document changes', async () => {
    const { socket } = await connected()
    await pass(socket, 60)
    expect(countOf(socket, 'digest')).toBeGreaterThanOrEqual(6)
    expect(countOf(socket, 'digest')).toBeLessThanOrEqual(7)
    const before = countOf(socket, 'digest')
    await pass(socket, 60, () => socket.receive(encodeUpdate(updateOf((ydoc) => ydoc.getText('text').insert(0, 'x')))))
    expect(countOf(socket, 'digest') - before).toBeGreaterThanOrEqual(11)
    expect(countOf(socket, 'digest') - before).toBeLessThanOrEqual(12)
  })

  it('[DA3] [DA4] is that of what is there, deletions included', async () => {
    const { socket, server } = await connected()
    await pass(socket, 6)
    const digest = (): unknown => socket.sent.findLast((message) => message.type === 'digest')
    expect(digest()).toEqual({ type: 'digest', digest: digestOf(server) })
    const vector = Y.encodeStateVector(server)
    server.getText('text').delete(0, 5)
    socket.receive(encodeUpdate(Y.encodeStateAsUpdate(server, vector)))
    await pass(socket, 6)
    expect(digest()).toEqual({ type: 'digest', digest: digestOf(server) })
  })

  it('[DA4] is not told while anything is unsaved, nor to a server that has not answered on this connection', async () => {
    const { socket, text, network } = await connected()
    await pass(socket, 6)
    const before = countOf(socket, 'digest')
    text.insert(0, 'x')
    for (let second = 0; second < 20; second++) {
      socket.receive(Uint8Array.of(1, 1, 0))
      await vi.advanceTimersByTimeAsync(SECONDS)
    }
    expect(countOf(socket, 'digest')).toBe(before)
    socket.drop()
    await vi.advanceTimersByTimeAsync(3 * SECONDS)
    greet(network.last)
    for (let second = 0; second < 20; second++) {
      network.last.receive(Uint8Array.of(1, 1, 0))
      await vi.advanceTimersByTimeAsync(SECONDS)
    }
    expect(countOf(network.last, 'digest')).toBe(0)
  })
})

describe('an answer', () => {
  it('[DA4] with the same digest means that all there was on its way has come', async () => {
    const { socket, server } = await connected()
    await pass(socket, 6)
    const before = socket.sent.length
    socket.receive(encodeDigest(digestOf(server)))
    expect(socket.sent.length).toBe(before)
  })

  it('[DA4] with another one brings both sides to exchange everything, and what was lost comes back', async () => {
    const { socket, server, text } = await connected()
    await pass(socket, 6)
    server.getText('text').delete(0, 5)
    server.getText('text').insert(0, 'At ')
    const before = socket.sent.length
    socket.receive(encodeDigest(digestOf(server)))
    const [step1, differs] = socket.sent.slice(before)
    expect([step1?.type, differs?.type]).toEqual(['step1', 'differs'])
    socket.receive(encodeStep1(Y.encodeStateVector(server)))
    socket.receive(encodeStep2(Y.encodeStateAsUpdate(server, step1?.type === 'step1' ? step1.stateVector : undefined)))
    expect(text.toString()).toBe(server.getText('text').toString())
    expect(socket.sent.at(-1)?.type === 'step2' || socket.types.includes('step2')).toBe(true)
    const asked = socket.sent.length
    socket.receive(encodeDigest(digestOf(server)))
    expect(socket.sent.length).toBe(asked)
  })

  it('[DA4] that comes while something is unsaved says nothing', async () => {
    const { socket, text } = await connected()
    await pass(socket, 6)
    text.insert(0, 'x')
    const before = countOf(socket, 'step1')
    socket.receive(encodeDigest(new Uint8Array(16)))
    expect(countOf(socket, 'step1')).toBe(before)
    await endOfTask()
    socket.confirm()
    socket.receive(encodeDigest(new Uint8Array(16)))
    expect(countOf(socket, 'step1')).toBe(before + 1)
  })

  it('[DA4] that always differs is heeded less and less often, down to once a minute', async () => {
    const { socket } = await connected()
    const answer = (): void => {
      const asked = countOf(socket, 'digest')
      if (asked > answered) socket.receive(encodeDigest(new Uint8Array(16)))
      answered = asked
    }
    let answered = 0
    await pass(socket, 60, answer)
    const early = countOf(socket, 'differs')
    expect(early).toBeGreaterThan(5)
    await pass(socket, 300, answer)
    const late = countOf(socket, 'differs')
    await pass(socket, 300, answer)
    expect(countOf(socket, 'differs') - late).toBeLessThanOrEqual(6)
    expect(countOf(socket, 'differs') - late).toBeGreaterThanOrEqual(4)
  })
})

it('[DA7] a step 2 that never came is asked for again', async () => {
  const { provider, network } = provide()
  const socket = network.last
  socket.open()
  socket.receive(encodeStep1(Y.encodeStateVector(new Y.Doc())))
  await endOfTask()
  expect(countOf(socket, 'step1')).toBe(1)
  await pass(socket, 11)
  expect(countOf(socket, 'step1')).toBeGreaterThan(1)
  expect(provider.status.synced).toBe(false)
  socket.receive(encodeStep2(updateOf((ydoc) => ydoc.getText('text').insert(0, 'there'))))
  expect(provider.status.synced).toBe(true)
})
