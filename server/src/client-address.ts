/**
 * Who a request comes from, as an address.
 *
 * Owns: which proxies are believed, and what of an address counts.
 * Does not own: the parsing of `X-Forwarded-For` (proxy-addr) and of addresses (ipaddr.js).
 * Always holds: a header counts only as far as proxies that the settings name have written it: the client's
 * own words stand further to the left. Without that setting it counts for nothing, and neither do addresses
 * of private networks: a proxy may stand there, and everybody behind it would be one.
 */
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import proxyAddr from 'proxy-addr'

/** Words of proxy-addr for whole ranges of addresses. */
const RANGES: ReadonlySet<string> = new Set(['loopback', 'linklocal', 'uniquelocal'])
/** Ranges of ipaddr.js in which a proxy of one's own may stand. */
const PRIVATE: ReadonlySet<string> = new Set(['unspecified', 'loopback', 'linkLocal', 'private', 'uniqueLocal', 'carrierGradeNat'])

type Trust = (address: string, hop: number) => boolean

/** Proxies one behind the other that can be named by their number. */
const MAX_HOPS = 32

/**
 * Which proxies are believed: so many, counted from this server, or those at these addresses.
 * @param text a number, or a list of addresses, networks (`10.0.0.0/8`) and the words `loopback`, `linklocal`, `uniquelocal`
 * @returns undefined when it is none of these
 */
export function readTrust(text: string): Trust | undefined {
  if (/^\d+$/.test(text)) {
    const hops = Number(text)
    return hops >= 1 && hops <= MAX_HOPS ? (_address, hop) => hop < hops : undefined
  }
  const list = text.split(',').map((entry) => entry.trim())
  // ipaddr.js takes `1` for 0.0.0.1 as well.
  if (!list.every((entry) => RANGES.has(entry) || isIP(entry.replace(/\/.*$/, '')) !== 0)) return undefined
  try {
    return proxyAddr.compile(list)
  } catch {
    return undefined
  }
}

/**
 * Makes the function that tells the address of who sent a request, as far as it says anything of them;
 * of IPv6 the network (/64), which is what one customer has.
 */
export function makeClientAddress(trustProxy: string): (request: IncomingMessage) => string | undefined {
  const trust = trustProxy === '' ? undefined : readTrust(trustProxy)
  // Many come from one address, or come again; reading it takes as long as reading all of a request's head.
  const told = new Map<string, string | undefined>()
  return (request) => {
    const text = trust ? proxyAddr(request, trust) : (request.socket.remoteAddress ?? '')
    if (told.has(text)) return told.get(text)
    if (isIP(text) === 0) return undefined
    if (told.size >= MOST_REMEMBERED) told.clear()
    const counted = countedOf(text, trust !== undefined)
    told.set(text, counted)
    return counted
  }
}

/** @returns undefined where the address says nothing of who it is */
function countedOf(text: string, isPrivateCounted: boolean): string | undefined {
  const address = ipaddr.process(text)
  if (!isPrivateCounted && PRIVATE.has(address.range())) return undefined
  return address.kind() === 'ipv4' ? address.toString() : ipaddr.fromByteArray(networkOf(address.toByteArray())).toString()
}

/** Addresses of which it is remembered what counts. */
const MOST_REMEMBERED = 1_000

const NETWORK_BYTES = 8

const networkOf = (bytes: number[]): number[] => bytes.map((byte, at) => (at < NETWORK_BYTES ? byte : 0))
