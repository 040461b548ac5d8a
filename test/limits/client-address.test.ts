/**
 * Rules LM20, LM21: whose address counts.
 */
import type { IncomingMessage } from 'node:http'
import { makeClientAddress, readTrust } from '@cowrite/server'
import { describe, expect, it } from 'vitest'
import { RawSocket } from '../support/raw-socket.js'
import { useServers } from '../support/running-server.js'

const start = useServers()

const requestFrom = (remoteAddress: string | undefined, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage

describe('without trusted proxies', () => {
  const addressOf = makeClientAddress('')

  it('[LM20] it is the one of the connection, whatever a header says', () => {
    expect(addressOf(requestFrom('192.0.2.7'))).toBe('192.0.2.7')
    expect(addressOf(requestFrom('192.0.2.7', '198.51.100.1'))).toBe('192.0.2.7')
    expect(addressOf(requestFrom('::ffff:192.0.2.7', '198.51.100.1, 10.0.0.1'))).toBe('192.0.2.7')
  })

  it('[LM20] nothing is said by one of a private network, where a proxy may stand', () => {
    for (const address of ['127.0.0.1', '::1', '10.1.2.3', '192.168.0.9', '::ffff:172.17.0.1', 'fd00::1', 'fe80::1', '100.64.0.1', undefined, '']) {
      expect(addressOf(requestFrom(address, '198.51.100.1')), address).toBeUndefined()
    }
  })

  it('[LM20] of IPv6 it is the network, which is what one customer has', () => {
    expect(addressOf(requestFrom('2001:db9:1:2:3:4:5:6'))).toBe(addressOf(requestFrom('2001:db9:1:2::1')))
    expect(addressOf(requestFrom('2001:db9:1:2::1'))).not.toBe(addressOf(requestFrom('2001:db9:1:3::1')))
  })
})

describe('with trusted proxies', () => {
  it('[LM21] by their number the address is that many steps from the right', () => {
    const one = makeClientAddress('1')
    expect(one(requestFrom('10.0.0.1', '192.0.2.1'))).toBe('192.0.2.1')
    expect(one(requestFrom('10.0.0.1', '6.6.6.6, 192.0.2.1'))).toBe('192.0.2.1')
    expect(makeClientAddress('2')(requestFrom('10.0.0.1', '6.6.6.6, 192.0.2.1, 10.0.0.2'))).toBe('192.0.2.1')
    // Fewer than there should be: the first that is known.
    expect(one(requestFrom('192.0.2.9'))).toBe('192.0.2.9')
  })

  it('[LM21] by their addresses it is the first from the right that is none of theirs', () => {
    const addressOf = makeClientAddress('10.0.0.0/8, 203.0.113.9')
    expect(addressOf(requestFrom('10.0.0.1', '6.6.6.6, 192.0.2.1, 203.0.113.9, 10.3.4.5'))).toBe('192.0.2.1')
    // Who comes past the proxies says what it likes, in vain.
    expect(addressOf(requestFrom('198.51.100.3', '192.0.2.1'))).toBe('198.51.100.3')
    expect(makeClientAddress('loopback')(requestFrom('::ffff:127.0.0.1', '192.0.2.1'))).toBe('192.0.2.1')
  })

  it('[LM21] what is no address is none, and a private one counts', () => {
    const addressOf = makeClientAddress('1')
    for (const text of ['unknown', '_hidden', 'a'.repeat(5_000), '192.0.2.1:4711', '<script>']) expect(addressOf(requestFrom('10.0.0.1', text)), text).toBeUndefined()
    expect(addressOf(requestFrom('10.0.0.1', '192.168.3.4'))).toBe('192.168.3.4')
  })

  it('[LM21] forged entries get nobody around the limit', async () => {
    const { port } = await start({ maxConnectionsPerAddress: 1, trustProxy: '1' })
    const first = await RawSocket.shakeHands(port, '/a', { 'X-Forwarded-For': '6.6.6.1, 192.0.2.1' })
    for (const forged of ['6.6.6.2, 192.0.2.1', '192.0.2.1', '10.0.0.1, 127.0.0.1, 192.0.2.1']) {
      const raw = await RawSocket.open(port)
      expect((await raw.request('/a', { 'X-Forwarded-For': forged })).status).toBe(429)
      raw.end()
    }
    first.end()
  })

  it('[LM21] words that name no proxy are none', () => {
    for (const text of ['', '0', '33', '-1', 'yes', '10.0.0.0/40', '1,2']) expect(readTrust(text), text).toBeUndefined()
  })
})
