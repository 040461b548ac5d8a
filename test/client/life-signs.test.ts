/** Half-dead connections: found by silence, by waking up, and never where the server is merely busy. */
import { encodeStep1, encodeUpdate, KEEP_ALIVE_FRAME } from '@cowrite/protocol'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { greet } from './support/fake-socket.js'
import { openTab } from './support/fake-tab.js'
import { endOfTask, provide } from './support/provider.js'

beforeEach(() => {
  vi.useFakeTimers()
  return () => vi.useRealTimers()
})

/** Connected to a server that has answered the first question. */
async function connected() {
  const tab = openTab()
  const made = provide()
  greet(made.network.last)
  await endOfTask()
  made.network.last.confirm()
  return { ...made, tab, socket: made.network.last }
}

const wakes = [
  ['online', (tab) => tab.raise('online')],
  ['offline', (tab) => tab.raise('offline')],
  ['pageshow', (tab) => tab.raise('pageshow')],
  ['visibilitychange', (tab) => tab.show(true)],
] as const satisfies [string, (tab: ReturnType<typeof openTab>) => void][]

describe.each(wakes)('%s', (_, wake) => {
  it('[CL50] asks at once, and opens a new connection when nothing comes within 3 s', async () => {
    const { provider, network, tab, socket } = await connected()
    const asked = socket.questions.length
    wake(tab)
    expect(socket.questions).toHaveLength(asked + 1)
    await vi.advanceTimersByTimeAsync(2_999)
    expect(network.sockets).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(network.sockets).toHaveLength(2)
    expect(socket.readyState).toBe(socket.CLOSED)
    expect(provider.status.connection).toBe('offline')
    greet(network.last)
    expect(provider.status.connection).toBe('connected')
  })

  it('[CL51] ends the pause between two attempts', async () => {
    const { network, tab, socket } = await connected()
    socket.drop()
    expect(network.sockets).toHaveLength(1)
    wake(tab)
    expect(network.sockets).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(2_999)
    expect(network.sockets).toHaveLength(2)
  })

  it('[CL51] does not bring back what was ended or refused', async () => {
    const { provider, network, tab, socket } = await connected()
    socket.drop(4403)
    wake(tab)
    provider.disconnect()
    wake(tab)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(network.sockets).toHaveLength(1)
  })

  it('[CL52] gives an attempt that hangs 3 s more', async () => {
    const tab = openTab()
    const { network } = provide()
    await vi.advanceTimersByTimeAsync(5_000)
    wake(tab)
    await vi.advanceTimersByTimeAsync(2_999)
    expect(network.sockets).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(network.sockets).toHaveLength(2)
  })
})

it('[CL50] a tab that goes to the back asks nothing', async () => {
  const { tab, socket } = await connected()
  const sent = socket.sent.length
  tab.show(false)
  expect(socket.sent).toHaveLength(sent)
})

it('[CL50] any message will do as an answer', async () => {
  const { network, tab, socket } = await connected()
  for (const frame of [KEEP_ALIVE_FRAME, encodeUpdate(new Uint8Array([0, 0]))]) {
    tab.raise('online')
    await vi.advanceTimersByTimeAsync(2_000)
    socket.receive(frame)
    await vi.advanceTimersByTimeAsync(5_000)
  }
  expect(network.sockets).toHaveLength(1)
})

it('[CL52] an attempt that does not come to an end is given up after 10 s', async () => {
  const { network, provider } = provide()
  await vi.advanceTimersByTimeAsync(9_999)
  expect(network.sockets).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(network.sockets).toHaveLength(2)
  expect(network.sockets[0]?.readyState).toBe(network.last.CLOSED)
  expect(provider.status.connection).toBe('offline')
})

it('[CL53] 15 s of silence raise the question, and 3 s more end the connection', async () => {
  const { network, socket } = await connected()
  const asked = socket.questions.length
  await vi.advanceTimersByTimeAsync(14_999)
  expect(socket.questions).toHaveLength(asked)
  await vi.advanceTimersByTimeAsync(5_000) // silence is looked at every 5 s
  expect(socket.questions).toHaveLength(asked + 1)
  await vi.advanceTimersByTimeAsync(3_000)
  expect(network.sockets).toHaveLength(2)
})

it('[CL53] whoever is heard every 14 s is asked nothing', async () => {
  const { socket, network } = await connected()
  const asked = socket.questions.length
  for (let round = 0; round < 10; round++) {
    await vi.advanceTimersByTimeAsync(14_000)
    socket.receive(KEEP_ALIVE_FRAME)
  }
  expect(socket.questions).toHaveLength(asked)
  expect(network.sockets).toHaveLength(1)
})

it('[CL53] a clock that is set back raises it too, a clock that jumps ahead (sleep) at the next look', async () => {
  for (const jump of [-3_600_000, 8 * 3_600_000]) {
    const { socket } = await connected()
    const asked = socket.questions.length
    vi.setSystemTime(Date.now() + jump)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(socket.questions).toHaveLength(asked + 1)
  }
})

it('[CL54] a server that holds back the answer or does not know the question is asked with a step 1 before it is given up', async () => {
  const { network, tab, socket } = await connected()
  const before = socket.sent.length
  tab.raise('online')
  await vi.advanceTimersByTimeAsync(1_500)
  expect(socket.types.slice(before)).toEqual(['saved', 'step1'])

  const stock = provide()
  greet(stock.network.last)
  await endOfTask()
  const sent = stock.network.last.sent.length
  tab.raise('online')
  expect(stock.network.last.types.slice(sent)).toEqual(['step1'])
  expect(network.sockets).toHaveLength(1)
})

it('[CL55] a server that has not said anything yet is left to load', async () => {
  const tab = openTab()
  const { network, provider } = provide()
  network.last.open()
  tab.raise('online')
  await vi.advanceTimersByTimeAsync(25_000)
  expect(network.sockets).toHaveLength(1)
  network.last.receive(encodeStep1(Y.encodeStateVector(new Y.Doc())))
  expect(provider.status.connection).toBe('connected')
})
