/** What the status says about saving, and when `flush` is done. */
import { encodeSaved, encodeUpdate } from '@cowrite/protocol'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { greet } from './support/fake-socket.js'
import { connected, endOfTask, provide, updateOf } from './support/provider.js'

beforeEach(() => {
  vi.useFakeTimers()
  return () => vi.useRealTimers()
})

describe('status', () => {
  it('[CL27] is saving for saveWarningMs, then unsaved, saved when the answer comes after all', async () => {
    const { provider, text, socket, seen } = await connected({ saveWarningMs: 500 })
    text.insert(0, 'x')
    await vi.advanceTimersByTimeAsync(499)
    expect(provider.status.save).toBe('saving')
    await vi.advanceTimersByTimeAsync(2)
    expect(provider.status.save).toBe('unsaved')
    expect(seen.at(-1)?.save).toBe('unsaved')
    socket.confirm()
    expect(provider.status.save).toBe('saved')
  })

  it('[CL27] the time runs from the oldest change that waits, and 1.5 s are the default', async () => {
    const { provider, text, socket } = await connected()
    text.insert(0, 'x')
    await vi.advanceTimersByTimeAsync(1_000)
    text.insert(0, 'y')
    socket.confirm() // the question about x alone
    await vi.advanceTimersByTimeAsync(1_499)
    expect(provider.status).toMatchObject({ save: 'saving', unsaved: 1 })
    await vi.advanceTimersByTimeAsync(2)
    expect(provider.status.save).toBe('unsaved')
  })

  it('[CL27] without a connection it is unsaved at once, and saving again after', async () => {
    const { provider, text, socket, network } = await connected()
    text.insert(0, 'x')
    socket.drop()
    expect(provider.status).toMatchObject({ connection: 'offline', save: 'unsaved', unsaved: 1 })
    await vi.advanceTimersByTimeAsync(10_000)
    greet(network.last)
    expect(provider.status).toMatchObject({ connection: 'connected', save: 'saving', unsaved: 1 })
  })

  it('[CL27] offline with nothing unsaved is saved', async () => {
    const { provider, socket } = await connected()
    socket.drop()
    expect(provider.status).toMatchObject({ connection: 'offline', save: 'saved', unsaved: 0 })
  })

  it('[CL28] of a server that does not know the question nothing is ever said to be saved', async () => {
    const { provider, network, text } = provide()
    greet(network.last)
    text.insert(0, 'x')
    const words = new Set<string>()
    provider.onStatus(({ save }) => words.add(save))
    for (let second = 0; second < 60; second++) {
      await vi.advanceTimersByTimeAsync(1_000)
      network.last.receive(encodeUpdate(updateOf((ydoc) => ydoc.getText('other').insert(0, 'd'))))
    }
    expect(provider.status).toMatchObject({ connection: 'connected', synced: true, save: 'unsaved', unsaved: 1 })
    expect(words).not.toContain('saved')
  })
})

describe('flush', () => {
  it('[CL29] resolves when what was known is saved, not waiting for what came later', async () => {
    const { provider, text, socket } = await connected()
    await provider.flush()
    text.insert(0, 'x')
    let done = false
    const flushed = provider.flush().then(() => (done = true))
    await endOfTask()
    expect(done).toBe(false)
    text.insert(0, 'later')
    socket.receive(encodeSaved(socket.questions.at(-1) ?? new Uint8Array()))
    await flushed
    expect(provider.status.unsaved).toBe(1)
  })

  it('[CL29] waits while offline and resolves after', async () => {
    const { provider, text, socket, network } = await connected()
    socket.drop()
    text.insert(0, 'x')
    const flushed = provider.flush()
    await vi.advanceTimersByTimeAsync(10_000)
    greet(network.last)
    await endOfTask()
    network.last.confirm()
    await flushed
    expect(provider.status.save).toBe('saved')
  })
})
