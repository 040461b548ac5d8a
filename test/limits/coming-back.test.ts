/**
 * Rule LM8: what somebody has spent of their rate is not forgotten when they come back.
 */
import { encodeSaved, MessageType } from '@cowrite/protocol'
import { Admission, Buckets, defaultSettings, MAX_BUCKETS, Throttle } from '@cowrite/server'
import { describe, expect, it } from 'vitest'
import { clientFrame, Opcode, RawSocket } from '../support/raw-socket.js'
import { useServers } from '../support/running-server.js'
import { SECRET, tokenOf } from '../support/tokens.js'
import { VirtualClock } from '../support/virtual-clock.js'

const start = useServers()

/** Ten messages in a second, and so three hundred at once. */
const RATES = { ...defaultSettings(), maxMessagesPerSecond: 10, maxBytesPerSecond: 1_000 }
const AT_ONCE = 300

describe('a connection of somebody who was here before', () => {
  const clock = new VirtualClock()
  const admission = new Admission(RATES, clock)
  const come = (user: string | undefined, address: string | undefined) => {
    let holds = 0
    const throttle = new Throttle({ hold: () => holds++, goOn: () => {}, close: () => {} }, RATES, clock)
    const connection = { throttle }
    admission.arrived(connection, address)
    admission.enters(connection, 'story', user)
    return {
      /** How many messages of so many bytes pass before it is held back. */
      sends(most: number, bytes = 0): number {
        for (let sent = 0; sent < most; sent++) {
          throttle.came(bytes, clock.now())
          if (holds > 0) return sent
        }
        return most
      },
      leave() {
        throttle.close()
        admission.left(connection)
      },
    }
  }

  it('[LM8] begins with what that left, and what has come in since; a user or an address of its own begins anew', () => {
    const first = come('ada', '192.0.2.1')
    expect(first.sends(1_000)).toBe(AT_ONCE)
    first.leave()
    expect(come('bob', '192.0.2.1').sends(1_000)).toBe(AT_ONCE)
    clock.spend(5_000)
    const second = come('ada', '192.0.2.9')
    // Fifty came in, less the one that was too much.
    expect(second.sends(1_000)).toBe(49)
    second.leave()
    clock.spend(60_000)
    expect(come('ada', '192.0.2.1').sends(1_000)).toBe(AT_ONCE)
  })

  it('[LM8] by its address where nobody logs in, and not at all where that says nothing', () => {
    const first = come(undefined, '198.51.100.1')
    first.sends(1_000)
    first.leave()
    expect(come(undefined, '198.51.100.1').sends(1_000)).toBe(0)
    expect(come(undefined, '198.51.100.2').sends(1_000)).toBe(AT_ONCE)
    const hidden = come(undefined, undefined)
    hidden.sends(1_000)
    hidden.leave()
    expect(come(undefined, undefined).sends(1_000)).toBe(AT_ONCE)
  })

  it('[LM8] however many there are at once, and whichever ends first: who had spent most counts, and nothing twice', () => {
    const [busy, quiet] = [come('cy', undefined), come('cy', undefined)]
    busy.sends(200)
    quiet.sends(10)
    busy.leave()
    quiet.leave()
    const [next, another] = [come('cy', undefined), come('cy', undefined)]
    next.leave()
    expect(another.sends(1_000)).toBe(100)
  })

  it('[LM8] owes what one large message cost more than there was', () => {
    const first = come('dee', undefined)
    expect(first.sends(1, 100_000)).toBe(0)
    first.leave()
    clock.spend(69_000)
    expect(come('dee', undefined).sends(1)).toBe(0)
    clock.spend(2_000)
    expect(come('dee', undefined).sends(1)).toBe(1)
  })

  it('[LM8] is remembered for as long as it says something, and of no more than there is room for', () => {
    const buckets = new Buckets(1, 10)
    for (let i = 0; i < 2 * MAX_BUCKETS; i++) buckets.spend(`user ${i}`, 0)
    expect(buckets.size).toBeLessThanOrEqual(MAX_BUCKETS)
    expect(buckets.size).toBeGreaterThan(MAX_BUCKETS / 2)
    expect(buckets.missing(`user ${2 * MAX_BUCKETS - 1}`, 0)).toBe(1)
    expect(buckets.missing('user 0', 0)).toBe(0)
    // Whoever comes when they are all full again leaves nobody else there.
    for (let i = 0; i < MAX_BUCKETS; i++) buckets.spend('one more', 20_000 + i) && buckets.spend(`later ${i}`, 20_000 + i)
    expect(buckets.missing(`user ${2 * MAX_BUCKETS - 1}`, 0)).toBe(0)
  })
})

describe('at a real server', () => {
  it('[LM8] who floods, leaves and comes back waits, while somebody else does not', async () => {
    const { port } = await start({ secret: SECRET, maxMessagesPerSecond: 100 })
    const come = (sub: string) => RawSocket.shakeHands(port, '/story', { Authorization: `Bearer ${tokenOf({ sub })}` })
    // All that may come at once, and more than is read at once.
    const questions = 3_000
    const question = clientFrame(Opcode.binary, encodeSaved(new Uint8Array(60)))
    const flood = (raw: RawSocket): void => raw.write(Buffer.concat(Array.from({ length: questions }, () => question)))
    const answersTo = async (raw: RawSocket, count: number): Promise<void> => {
      for (let answers = 0; answers < count; ) if ((await raw.nextFrame()).payload[0] === MessageType.saved) answers++
    }
    const flooder = await come('ada')
    flood(flooder)
    await answersTo(flooder, questions)
    flooder.end()
    const [again, other] = [await come('ada'), await come('bob')]
    let isThrough = false
    flood(again)
    const through = answersTo(again, questions).then(() => (isThrough = true), () => {})
    flood(other)
    await answersTo(other, questions)
    // What is not read at once would take it half a minute.
    expect(isThrough).toBe(false)
    again.end()
    other.end()
    await through
  })
})
