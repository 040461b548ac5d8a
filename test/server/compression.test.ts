/**
 * Rules HS9 to HS11 and HS14: permessage-deflate agreed, and what is sent then, over raw sockets.
 */
import { createHook } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import { encodeUpdate } from '@cowrite/protocol'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as Y from 'yjs'
import { messageOf, OFFER, shakeHandsCompressed, TAIL } from '../support/deflate.js'
import { decodeServerFrame } from '../support/peer.js'
import { type Frame, Opcode, RawSocket } from '../support/raw-socket.js'
import { useServers } from '../support/running-server.js'

const start = useServers()

const AGREED = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover'

async function answerTo(port: number, offer: string): Promise<{ status: number; agreed: string | undefined }> {
  const raw = await RawSocket.open(port)
  const { status, headers } = await raw.request('/doc', { 'Sec-WebSocket-Extensions': offer })
  raw.end()
  return { status, agreed: headers.get('sec-websocket-extensions') }
}

/** Parameters have no order. */
const sorted = (extension: string | undefined): string[] | undefined => extension?.split(';').map((part) => part.trim()).sort()

/** An update that is exactly this many bytes on the wire, of a text that repeats itself or of noise. */
function messageOfSize(bytes: number, what: 'text' | 'noise' = 'text'): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = 1
  const room = bytes - 40
  const content = what === 'text' ? new Uint8Array(Buffer.alloc(bytes, 'all work and no play ')) : new Uint8Array(randomBytes(bytes))
  for (let length = room; length < bytes; length++) {
    const copy = new Y.Doc()
    copy.clientID = 1
    copy.getArray('a').push([content.subarray(0, length)])
    const message = encodeUpdate(Y.encodeStateAsUpdate(copy))
    if (message.length === bytes) return message
  }
  throw new Error(`no update of ${bytes} bytes`)
}

/** The next frame that brings an update. */
async function updateFrame(raw: RawSocket): Promise<Frame> {
  for (;;) {
    const frame = await raw.nextFrame()
    if (frame.opcode === Opcode.binary && decodeServerFrame(messageOf(frame)).type === 'update') return frame
  }
}

describe('an offer of compression', () => {
  it.each([
    ['permessage-deflate', AGREED],
    ['permessage-deflate; client_max_window_bits', AGREED],
    ['permessage-deflate; client_max_window_bits=10', `${AGREED}; client_max_window_bits=10`],
    ['permessage-deflate; client_no_context_takeover; server_no_context_takeover', AGREED],
    ['permessage-deflate;server_max_window_bits=15', `${AGREED}; server_max_window_bits=15`],
    ['permessage-deflate; server_max_window_bits="15"', `${AGREED}; server_max_window_bits=15`],
    ['permessage-deflate; server_max_window_bits=10, permessage-deflate', AGREED],
    ['permessage-deflate; surprise, x-other; a=b, , permessage-deflate; client_max_window_bits', AGREED],
    ['x-other, permessage-deflate; client_max_window_bits=9, permessage-deflate', `${AGREED}; client_max_window_bits=9`],
  ])('[HS9] %s is answered with %s', async (offer, expected) => {
    const { status, agreed } = await answerTo((await start()).port, offer)
    expect(status).toBe(101)
    expect(sorted(agreed)).toEqual(sorted(expected))
  })

  it.each([
    'x-webkit-deflate-frame',
    'permessage-bzip2',
    'permessage-deflate; surprise',
    'permessage-deflate; surprise=1; client_max_window_bits',
    'permessage-deflate; server_max_window_bits',
    'permessage-deflate; server_max_window_bits=8',
    'permessage-deflate; server_max_window_bits=14',
    'permessage-deflate; server_max_window_bits=16',
    'permessage-deflate; client_max_window_bits=7',
    'permessage-deflate; client_max_window_bits=08',
    'permessage-deflate; client_max_window_bits=15.0',
    'permessage-deflate; server_no_context_takeover=1',
    'permessage-deflate; client_no_context_takeover=true',
    'permessage-deflate; client_max_window_bits; client_max_window_bits',
    'permessage-deflate; server_max_window_bits=15; server_max_window_bits=15',
  ])('[HS9] %s is passed over, and the connection opens', async (offer) => {
    expect(await answerTo((await start()).port, offer)).toEqual({ status: 101, agreed: undefined })
  })

  it.each(['', ',', 'permessage-deflate;', 'permessage-deflate; =1', 'permessage-deflate; a=', 'permessage deflate', 'a; b="c', 'a; b="c d"', 'permessage-deflate, (x)'])(
    '[HS9] "%s" breaks the grammar: 400',
    async (offer) => {
      expect((await answerTo((await start()).port, offer)).status).toBe(400)
    },
  )

  it('[HS9] nobody who does not ask gets it', async () => {
    const { port } = await start()
    const { headers } = await (await RawSocket.open(port)).request('/doc')
    expect(headers.has('sec-websocket-extensions')).toBe(false)
  })

  it('[HS14] is passed over where compression is off', async () => {
    const { port } = await start({ compression: 'off' })
    const raw = await RawSocket.open(port)
    const { status, headers } = await raw.request('/doc', OFFER)
    expect(status).toBe(101)
    expect(headers.has('sec-websocket-extensions')).toBe(false)
    raw.send(messageOfSize(1_000))
    expect((await updateFrame(raw)).compressed).toBe(false)
    raw.end()
  })
})

describe('what is sent', () => {
  it('[HS10] a compressed frame is what RFC 7692 says, and plain for who did not agree', async () => {
    const { port } = await start()
    const [plain, agreed] = [await RawSocket.shakeHands(port), await shakeHandsCompressed(port)]
    const message = messageOfSize(1_000)
    plain.send(message)
    const frame = await updateFrame(agreed)
    expect(frame).toMatchObject({ opcode: Opcode.binary, compressed: true })
    expect(frame.payload.length).toBeLessThan(120)
    expect(frame.payload.subarray(-TAIL.length).equals(TAIL)).toBe(false)
    expect(messageOf(frame)).toEqual(message)
    const uncompressed = await updateFrame(plain)
    expect(uncompressed.compressed).toBe(false)
    expect(messageOf(uncompressed)).toEqual(message)
    plain.end()
    agreed.end()
  })

  it.each([
    [383, 'text', false], [384, 'text', true], [65_536, 'text', true], [65_537, 'text', false], [4_000, 'noise', false],
  ] as const)('[HS10] of %s bytes of %s: compressed is %s', async (bytes, what, compressed) => {
    const { port } = await start()
    const agreed = await shakeHandsCompressed(port)
    const message = messageOfSize(bytes, what)
    agreed.send(message)
    const frame = await updateFrame(agreed)
    expect(frame.compressed).toBe(compressed)
    expect(Buffer.from(messageOf(frame)).equals(message)).toBe(true)
    agreed.end()
  })

  it('[HS11] to many is compressed once, and all who agreed get the same bytes', async () => {
    const { port } = await start()
    const agreed = await Promise.all(Array.from({ length: 20 }, () => shakeHandsCompressed(port)))
    const plain = await RawSocket.shakeHands(port)
    // A step 1 that asks for nothing compresses nothing.
    for (const raw of [...agreed, plain]) await raw.nextFrame()
    let compressions = 0
    const hook = createHook({ init: (_id, type) => void (type === 'ZLIB' && compressions++) }).enable()
    onTestFinished(() => void hook.disable())
    plain.send(messageOfSize(2_000))
    await updateFrame(plain)
    expect(compressions).toBe(1)
    hook.disable()
    const frames = await Promise.all(agreed.map((raw) => updateFrame(raw)))
    expect(new Set(frames.map(({ compressed, payload }) => `${compressed} ${payload.toString('hex')}`)).size).toBe(1)
    expect(frames[0]?.compressed).toBe(true)
    for (const raw of [...agreed, plain]) raw.end()
  })
})
