/** Which close codes are final, what is said about them, and when others are tried again. */
import { REFUSALS } from '@cowrite/protocol'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { greet } from './support/fake-socket.js'
import { failureOf, provide } from './support/provider.js'

beforeEach(() => {
  vi.useFakeTimers()
  return () => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
  }
})

/** The pauses between the first eight attempts, in milliseconds, when chance always says this. */
function pauses(random: number): number[] {
  vi.spyOn(Math, 'random').mockReturnValue(random)
  const { network } = provide()
  return [1, 2, 3, 4, 5, 6, 7].map(() => {
    const opened = network.sockets.length
    network.last.drop()
    let pause = 0
    while (network.sockets.length === opened) {
      vi.advanceTimersByTime(1)
      pause++
    }
    return pause
  })
}

describe('refusal', () => {
  it.each([
    [4401, 'unauthenticated', '', REFUSALS.unauthenticated.text],
    [4404, 'deleted', 'Gone.', 'Gone.'],
    [4499, undefined, '', 'The server refused the connection.'],
  ])('[CL6] close code %i is final', async (closeCode, code, reason, text) => {
    const { provider, network, seen } = provide()
    provider.ydoc.getText('text').insert(0, 'x')
    const failures = Promise.all([failureOf(provider.whenSynced()), failureOf(provider.flush())])
    network.last.drop(closeCode, reason)
    expect(await failures).toEqual([text, text])
    expect(await failureOf(provider.flush())).toBe(text)
    expect(provider.status).toMatchObject({ connection: 'refused', save: 'unsaved', refusal: { closeCode, code, text } })
    expect(seen.map(({ connection }) => connection)).not.toContain('offline')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(network.sockets).toHaveLength(1)
  })

  it('[CL6] connect tries again, also out of the listener that hears of the refusal', async () => {
    const { provider, network } = provide()
    let again = true
    provider.onStatus(({ connection }) => {
      if (connection !== 'refused' || !again) return
      again = false
      provider.connect()
    })
    network.last.drop(4403)
    expect(network.sockets).toHaveLength(2)
    expect(provider.status).not.toHaveProperty('refusal')
    expect(provider.status.connection).toBe('connecting')
    network.last.drop(4403)
    expect(provider.status.connection).toBe('refused')
    provider.connect()
    greet(network.last)
    expect(provider.status.connection).toBe('connected')
  })

  it.each([1000, 1001, 1006, 1011, 1012, 1013, 4399, 4500])('[CL7] close code %i is not', (closeCode) => {
    const { provider, network } = provide()
    greet(network.last)
    network.last.drop(closeCode)
    expect(provider.status.connection).toBe('offline')
    vi.advanceTimersByTime(2_500)
    expect(network.sockets).toHaveLength(2)
  })

  it('[CL8] pauses between attempts are drawn at random from half to whole, up to 2.5 s', () => {
    expect(pauses(0)).toEqual([100, 200, 400, 800, 1250, 1250, 1250])
    expect(pauses(1)).toEqual([200, 400, 800, 1600, 2500, 2500, 2500])
  })
})
