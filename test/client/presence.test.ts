/** People who are there are seen, also right after a reconnect. */
import { encodeAwareness } from '@cowrite/protocol'
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import * as Y from 'yjs'
import { type FakeSocket, greet } from './support/fake-socket.js'
import { endOfTask, provide } from './support/provider.js'

beforeEach(() => {
  vi.useFakeTimers()
  return () => vi.useRealTimers()
})

/** Somebody else, as a stock client holds presence. */
function somebody(): Awareness {
  const ydoc = new Y.Doc()
  onTestFinished(() => ydoc.destroy())
  return new Awareness(ydoc)
}

const stateFrame = (awareness: Awareness): Uint8Array =>
  encodeAwareness(encodeAwarenessUpdate(awareness, [awareness.clientID]))

/** Lets `other` hear the presence messages that the client sent. */
function pass(socket: FakeSocket, other: Awareness): void {
  for (const message of socket.sent) if (message.type === 'awareness') applyAwarenessUpdate(other, message.update, 'net')
}

it('[CL60] after a reconnect the states of others count at once, though their clocks were seen', async () => {
  const { provider, network } = provide()
  const other = somebody()
  other.setLocalState({ name: 'Ann' })
  greet(network.last)
  network.last.receive(stateFrame(other))
  expect(provider.awareness.getStates().get(other.clientID)).toEqual({ name: 'Ann' })

  network.last.drop()
  expect(provider.awareness.getStates().has(other.clientID)).toBe(false)
  await vi.advanceTimersByTimeAsync(200)
  greet(network.last)
  network.last.receive(stateFrame(other)) // the very same state
  expect(provider.awareness.getStates().get(other.clientID)).toEqual({ name: 'Ann' })
})

it('[CL60] who has left while we were away is forgotten altogether', () => {
  const { provider, network } = provide()
  const other = somebody()
  other.setLocalState({ name: 'Ann' })
  greet(network.last)
  network.last.receive(stateFrame(other))
  network.last.drop()
  expect([...provider.awareness.meta.keys()]).toEqual([provider.awareness.clientID])
})

it.each(['drop', 'disconnect'] as const)('[CL61] after %s others see us with the first messages of the new connection', async (end) => {
  const { provider, network } = provide()
  const own = provider.awareness.clientID
  const other = somebody()
  provider.awareness.setLocalState({ name: 'me' })
  greet(network.last)
  pass(network.last, other)
  expect(other.getStates().get(own)).toEqual({ name: 'me' })
  if (end === 'drop') network.last.drop()
  else provider.disconnect()
  // The server tells that we left, with the clock that we had.
  const clock = other.meta.get(own)?.clock ?? 0
  applyAwarenessUpdate(other, encodeAwarenessUpdate(other, [own], new Map()), 'net')
  expect(other.getStates().has(own)).toBe(false)

  provider.connect()
  await vi.advanceTimersByTimeAsync(200)
  expect(network.sockets).toHaveLength(2)
  greet(network.last)
  pass(network.last, other)
  expect(other.getStates().get(own)).toEqual({ name: 'me' })
  expect(other.meta.get(own)?.clock).toBeGreaterThan(clock)
})

it('[CL61] a state that was never set anew is seen too', async () => {
  const { provider, network } = provide()
  const other = somebody()
  greet(network.last)
  await endOfTask()
  pass(network.last, other)
  expect(other.getStates().get(provider.awareness.clientID)).toEqual({})
})

it('[CL61] who wants to be unseen stays so', async () => {
  const { provider, network } = provide()
  provider.awareness.setLocalState(null)
  greet(network.last)
  network.last.drop()
  await vi.advanceTimersByTimeAsync(200)
  greet(network.last)
  const other = somebody()
  pass(network.last, other)
  expect(other.getStates().has(provider.awareness.clientID)).toBe(false)
  expect(provider.awareness.getLocalState()).toBeNull()
})
