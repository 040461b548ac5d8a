/**
 * A TCP proxy for the WebSocket of one client, which does to whole frames what a broken network does.
 *
 * Owns: carrying bytes both ways, and where in them a frame begins and ends.
 * Does not own: what becomes of which frame (frame-faults.ts).
 * Always holds: the handshake, pings, pongs and goodbyes pass; what is not late arrives in the order in which it was sent.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { constants, inflateRawSync } from 'node:zlib'
import type { Direction, FrameFaults } from './frame-faults.js'

/** How much later a frame comes that others overtake, in milliseconds. */
const LATE_MS = 200
const BINARY = 2
const HEAD_END = '\r\n\r\n'
/** What a compressed message lacks (RFC 7692 §7.2.2). */
const DEFLATE_END = Buffer.of(0, 0, 0xff, 0xff)

export class FrameProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server) {
    this.#server = server
  }

  /** @param target port of the server @param client number by which the faults know the client */
  static async start(target: number, faults: FrameFaults, client: number): Promise<FrameProxy> {
    const proxy = new FrameProxy(
      createServer((near) => {
        const far = connect(target, '127.0.0.1')
        proxy.#carry(near, far, (frame) => faults.fateOf(client, 'to server' satisfies Direction, frame))
        proxy.#carry(far, near, (frame) => faults.fateOf(client, 'to client' satisfies Direction, frame))
      }),
    )
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #carry(from: Socket, to: Socket, fateOf: (frame: Uint8Array) => string): void {
    this.#sockets.add(from)
    let isOpen = false
    let buffer = Buffer.alloc(0)
    from.setNoDelay().on('error', () => {})
    from.on('close', () => {
      this.#sockets.delete(from)
      to.end()
    })
    from.on('data', (chunk: Buffer) => {
      buffer = Buffer.concat([buffer, chunk])
      if (!isOpen) {
        const end = buffer.indexOf(HEAD_END)
        if (end === -1) return
        isOpen = true
        to.write(buffer.subarray(0, end + HEAD_END.length))
        buffer = buffer.subarray(end + HEAD_END.length)
      }
      for (let length = frameLength(buffer); length !== undefined; length = frameLength(buffer)) {
        const frame = buffer.subarray(0, length)
        buffer = buffer.subarray(length)
        const fate = isData(frame) ? fateOf(messageIn(frame)) : 'pass'
        if (fate === 'late') setTimeout(() => to.write(frame), LATE_MS)
        else if (fate !== 'drop') to.write(frame)
        if (fate === 'double') to.write(frame)
      }
    })
  }
}

const isData = (frame: Buffer): boolean => ((frame[0] ?? 0) & 0x0f) < 8

/** Bytes of head, mask included, and of content; undefined until the head is there. */
function lengthsOf(buffer: Buffer): { head: number; content: number } | undefined {
  const [, second] = buffer
  if (second === undefined) return undefined
  const mask = second & 0x80 ? 4 : 0
  const short = second & 0x7f
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0
  if (buffer.length < 2 + extended) return undefined
  const content = extended === 2 ? buffer.readUInt16BE(2) : extended === 8 ? Number(buffer.readBigUInt64BE(2)) : short
  return { head: 2 + extended + mask, content }
}

/** Of the frame with which this begins; undefined until all of it is there. */
function frameLength(buffer: Buffer): number | undefined {
  const lengths = lengthsOf(buffer)
  if (lengths === undefined || buffer.length < lengths.head + lengths.content) return undefined
  return lengths.head + lengths.content
}

/** @throws when it is not a whole message: nobody here sends messages in pieces */
function messageIn(frame: Buffer): Uint8Array {
  const [first = 0, second = 0] = frame
  if ((first & 0x8f) !== (0x80 | BINARY)) throw new Error('a message in pieces, or a text')
  const head = lengthsOf(frame)?.head ?? 0
  const content = Uint8Array.from(frame.subarray(head))
  if (second & 0x80) for (let i = 0; i < content.length; i++) content[i] = (content[i] ?? 0) ^ (frame[head - 4 + (i % 4)] ?? 0)
  return first & 0x40 ? new Uint8Array(inflateRawSync(Buffer.concat([content, DEFLATE_END]), { finishFlush: constants.Z_SYNC_FLUSH })) : content
}
