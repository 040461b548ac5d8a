/**
 * Small compressed messages inflated at once instead of on libuv's thread pool.
 *
 * Owns: the way around the pool, for one connection of `ws`.
 * Does not own: inflating what is large, broken or in fragments, its limits and its faults: `ws` does that.
 * Always holds: messages keep their order (`ws` reads on when it has the last one); nothing inflated
 * here is over 64 kB; between messages a connection keeps no inflater, which would be 50 kB each.
 *
 * Why: browsers compress every message, a keystroke as well. In the pool each would cost a change of
 * threads, and wait behind (and hold up) the syncs of the disk, for a few µs of work: with 200 people who
 * type and compress, the server took 1.35 times the CPU of an uncompressed run there, and takes 1.1 here.
 */
import { constants, inflateRawSync } from 'node:zlib'

/** What is larger goes to the pool, in bytes before and after inflating. */
const MAX_COMPRESSED_BYTES = 16_384
const MAX_INFLATED_BYTES = 65_536
/** The first guess at a message's size, in bytes; from Node's pool of small buffers. */
const CHUNK_BYTES = 1_024

type Done = (error: Error | null, data?: Buffer) => void

/** The part of `ws`'s permessage-deflate (lib/permessage-deflate.js) that is used here. */
interface Inflater {
  decompress(data: Buffer, final: boolean, done: Done): void
  cleanup(): void
}

const isInflater = (value: unknown): value is Inflater =>
  typeof value === 'object' && value !== null && 'decompress' in value && typeof value.decompress === 'function' &&
  'cleanup' in value && typeof value.cleanup === 'function'

/** Where `ws` 8 keeps a connection's extensions, by name. */
const EXTENSIONS = '_extensions'

/**
 * Takes the short way on this connection; one without the extension is left alone.
 * @param webSocket of `ws`. What is used of it is not part of its API: a `ws` that has it elsewhere goes on by
 *   itself, only slower (a test says so).
 */
export function inflateAtOnce(webSocket: object): void {
  const extensions = (webSocket as { [EXTENSIONS]?: Record<string, unknown> })[EXTENSIONS]
  const inflater = extensions?.['permessage-deflate']
  if (!isInflater(inflater)) return
  const inPool = inflater.decompress.bind(inflater)
  let inFragments = false
  inflater.decompress = (data, final, done) => {
    const whole = final && !inFragments
    inFragments = !final
    const message = whole ? inflated(data) : undefined
    // Not within this call: `ws` expects the answer later, and would end its turn twice.
    if (message) queueMicrotask(() => done(null, message))
    else inPool(data, final, final ? thenCleanUp(inflater, done) : done)
  }
}

function inflated(data: Buffer): Buffer | undefined {
  if (data.length > MAX_COMPRESSED_BYTES) return undefined
  try {
    // The four bytes that the sender left out (RFC 7692 §7.2.2) hold no data: a flush stands for them.
    return inflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_INFLATED_BYTES, chunkSize: CHUNK_BYTES })
  } catch {
    // Too large or broken: `ws` decides.
    return undefined
  }
}

/** Without context takeover nothing of an inflater is needed after its message. */
const thenCleanUp = (inflater: Inflater, done: Done): Done => (error, data) => {
  inflater.cleanup()
  done(error, data)
}
