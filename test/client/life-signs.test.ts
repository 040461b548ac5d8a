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

/** Connected to a server that has answered the first question; nobody looks at the page unless it is to be seen. */
async function connected(isVisible = false) {
  const tab = openTab()
  tab.show(isVisible)
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
  await vi.advanceTimersByTimeAsync(1_000) // silence is looked at every second
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

describe('a dead link', () => {
  it.each([['is shown to who looks at the page', true], ['is known to who waits for an edit to be saved', false]])('[CL57] %s within 10 s, whenever it dies', async (_what, isVisible) => {
    for (let after = 0; after < 7_000; after += 250) {
      const { provider, socket, network } = await connected(isVisible)
      const { questions } = socket
      // It lives, and answers, until it does not.
      for (let at = 0; at < after; at += 250) {
        await vi.advanceTimersByTimeAsync(250)
        if (socket.questions.length > questions.length) socket.confirm()
      }
      if (!isVisible) provider.ydoc.getText('text').insert(0, 'x')
      await vi.advanceTimersByTimeAsync(10_000)
      expect(provider.status.connection, `died after ${after} ms`).toBe('offline')
      expect(network.sockets).toHaveLength(2)
      await provider.destroy()
    }
  })

  it('[CL57] is not sought so soon where the server is not known to answer, or much is on its way', async () => {
    const stock = provide()
    openTab().show(true)
    greet(stock.network.last)
    await endOfTask()
    await vi.advanceTimersByTimeAsync(14_000)
    expect(stock.network.sockets).toHaveLength(1)

    const { network, provider } = await connected(true)
    provider.ydoc.getText('text').insert(0, 'x'.repeat(70_000))
    await vi.advanceTimersByTimeAsync(14_000)
    expect(network.sockets).toHaveLength(1)
  })

  it('[CL57] costs an idle page at most as many frames again', async () => {
    const frames: number[] = []
    for (const isVisible of [false, true]) {
      const { provider, socket, network } = await connected(isVisible)
      let received = 0
      let lastSent = Date.now()
      const before = socket.sent.length
      for (let at = 0; at < 600_000; at += 100) {
        await vi.advanceTimersByTimeAsync(50) // an answer takes its time
        const confirmed = socket.confirm()
        await vi.advanceTimersByTimeAsync(50)
        received += confirmed
        if (confirmed > 0) lastSent = Date.now()
        // As the server does (HS): a keep-alive after 17.5 s in which it sent nothing.
        if (Date.now() - lastSent < 17_500) continue
        socket.receive(KEEP_ALIVE_FRAME)
        received++
        lastSent = Date.now()
      }
      expect(network.sockets).toHaveLength(1)
      frames.push(socket.sent.length - before + received)
      await provider.destroy()
    }
    const [hidden, visible] = frames as [number, number]
    expect(visible / hidden, `${visible} frames instead of ${hidden} in 10 minutes`).toBeLessThanOrEqual(2)
  })

  it('[CL58] is not taken for one while what was sent is still going out', async () => {
    const { network, tab, socket } = await connected()
    Object.assign(socket, { bufferedAmount: 1_000_000 })
    tab.raise('online')
    for (let left = 900_000; left >= 0; left -= 100_000) {
      await vi.advanceTimersByTimeAsync(2_500)
      Object.assign(socket, { bufferedAmount: left })
    }
    expect(network.sockets).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(6_000)
    expect(network.sockets).toHaveLength(2)
  })
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
