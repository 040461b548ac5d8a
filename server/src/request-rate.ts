/**
 * How fast one address may ask over HTTP.
 *
 * Owns: counting requests by address, and the answer to one too many.
 * Does not own: whose address that is (client-address.ts), which routes count (http.ts). Handshakes of WebSockets are
 * admission's.
 * Always holds: nothing of a request that is one too many is read but its head; a second later there is room for another.
 */
import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import { answerRefusal } from './answer-refusal.js'
import { Buckets } from './buckets.js'
import type { Clock } from './clock.js'

/** What may come at once, in seconds of the rate: an office that opens a page, with all its files, at nine. */
const BURST_SECONDS = 30

export interface RequestRateOptions {
  /** Requests that one address may make for ever, in a second. */
  readonly maxRequestsPerSecond: number
  readonly clock: Clock
  /** The address of who sent a request, where it says anything of them. */
  readonly addressOf: (request: IncomingMessage) => string | undefined
}

export function requestRate({ maxRequestsPerSecond, clock, addressOf }: RequestRateOptions): RequestHandler {
  const buckets = new Buckets(maxRequestsPerSecond, maxRequestsPerSecond * BURST_SECONDS)
  return (request, response, next) => {
    const address = addressOf(request)
    if (address === undefined || buckets.spend(address, clock.now())) next()
    else answerRefusal(response, 'too-many-requests')
  }
}
