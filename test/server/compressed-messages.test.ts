/**
 * Rules HS12 and HS13: compressed messages that come in, over raw sockets.
 */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { constants, deflateRawSync } from 'node:zlib'
import { encodeUpdate } from '@cowrite/protocol'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as Y from 'yjs'
import { compress, compressFinal, messageOf, shakeHandsCompressed } from '../support/deflate.js'
import { decodeServerFrame } from '../support/peer.js'
import { clientFrame, Opcode, RawSocket } from '../support/raw-socket.js'
import { useServers } from '../support/running-server.js'

const start = useServers()

const compressedFrame = (payload: Uint8Array): Buffer => clientFrame(Opcode.binary, payload, { compressed: true })

/** One compressed message in frames of this many bytes: only the first has RSV1 (RFC 7692 §6.1). */
function fragments(payload: Buffer, size: number): Buffer {
  const pieces = Array.from({ length: Math.ceil(payload.length / size) }, (_, i) => payload.subarray(i * size, (i + 1) * size))
  return Buffer.concat(pieces.map((piece, i) =>
    clientFrame(i === 0 ? Opcode.binary : Opcode.continuation, piece, { compressed: i === 0, fin: i === pieces.length - 1 })))
}

function updateOf(text: string): Uint8Array {
  const doc = new Y.Doc()
  doc.getText('text').insert(0, text)
  return encodeUpdate(Y.encodeStateAsUpdate(doc))
}

/** Reads until the document holds a text of this length. @returns the text and how often the server asked for more */
async function readText(raw: RawSocket, length: number): Promise<{ text: string; questions: number }> {
  const doc = new Y.Doc()
  let questions = 0
  while (doc.getText('text').length < length) {
    const frame = await raw.nextFrame()
    if (frame.opcode !== Opcode.binary) continue
    const { type, payload } = decodeServerFrame(messageOf(frame))
    if (type === 'step1') questions++
    if (type === 'update') Y.applyUpdate(doc, payload)
  }
  return { text: doc.getText('text').toString(), questions }
}

/** 99 MB of zeros in 101 kB: blocks that each stand alone. */
function bomb(): Buffer {
  const block = deflateRawSync(Buffer.alloc(1_000_000), { finishFlush: constants.Z_FULL_FLUSH })
  return Buffer.concat(Array.from({ length: 99 }, () => block))
}

/** Keeps every thread of libuv's pool waiting, until `release`: each opens a pipe that nobody writes to. */
function blockPool(): { release: () => Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'cowrite-pool-'))
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const readers = Array.from({ length: Number(process.env['UV_THREADPOOL_SIZE'] ?? 4) }, () => open(pipe, 'r'))
  let released: Promise<void> | undefined
  const release = async (): Promise<void> => {
    const writer = openSync(pipe, 'r+')
    for (const reader of readers) await (await reader).close()
    closeSync(writer)
    rmSync(folder, { recursive: true })
  }
  return { release: () => (released ??= release()) }
}

describe('a compressed message', () => {
  const text = 'to be or not to be, '.repeat(10)
  const message = updateOf(text)
  const bytesOfText = Buffer.from(message)
  const forms: Record<string, Buffer> = {
    'in one block': compressedFrame(compress(message)),
    'in a stored block': compressedFrame(compress(message, 0)),
    'with a final block': compressedFrame(compressFinal(message)),
    'in two blocks': compressedFrame(Buffer.concat([
      deflateRawSync(bytesOfText.subarray(0, 50), { finishFlush: constants.Z_FULL_FLUSH }), compress(bytesOfText.subarray(50)),
    ])),
    'in fragments of 10 bytes': fragments(compress(message), 10),
    'that is not compressed after all': clientFrame(Opcode.binary, message),
  }

  it.each(Object.keys(forms))('[HS13] %s is taken', async (form) => {
    const { port } = await start()
    const raw = await shakeHandsCompressed(port)
    raw.write(forms[form] as Buffer)
    expect((await readText(raw, text.length)).text).toBe(text)
    raw.end()
  })

  it('[HS13] keeps its place among large, fragmented and plain ones', async () => {
    const { port } = await start()
    const raw = await shakeHandsCompressed(port)
    const doc = new Y.Doc()
    const updates: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => updates.push(encodeUpdate(update)))
    const noise = randomBytes(60_000).toString('hex')
    for (let i = 0; i < 5; i++) for (const piece of [noise, 'small', noise, 'plain', 'small', 'small']) doc.getText('text').insert(0, piece)
    const frames = updates.map((update, i) => {
      if (i % 6 === 0) return compressedFrame(compress(update))
      if (i % 6 === 2) return fragments(compress(update), 20_000)
      return i % 6 === 3 ? clientFrame(Opcode.binary, update) : compressedFrame(compress(update))
    })
    raw.write(Buffer.concat(frames))
    const { text: read, questions } = await readText(raw, doc.getText('text').length)
    expect(read).toBe(doc.getText('text').toString())
    // An update that came too early would have been a gap, and asked for again. The one question is the greeting.
    expect(questions).toBe(1)
    raw.end()
  })

  it.skipIf(process.platform === 'win32')('[HS13] that is small waits for no thread of the pool', async () => {
    const { port } = await start()
    const raw = await shakeHandsCompressed(port)
    await raw.nextFrame()
    const pool = blockPool()
    onTestFinished(() => pool.release())
    let poolAnswers = false
    const probe = stat(tmpdir()).then(() => (poolAnswers = true))
    raw.write(compressedFrame(compress(message)))
    expect((await readText(raw, text.length)).text).toBe(text)
    expect(poolAnswers).toBe(false)
    await pool.release()
    await probe
    raw.end()
  })

  it('[HS12] that inflates to 99 MB is refused with 1009, and takes no memory for it', async () => {
    const { port } = await start()
    const sockets = await Promise.all(Array.from({ length: 10 }, () => shakeHandsCompressed(port)))
    const frame = compressedFrame(bomb())
    expect(frame.length).toBeLessThan(110_000)
    const before = process.resourceUsage().maxRSS
    for (const raw of sockets) raw.write(frame)
    for (const raw of sockets) expect(await raw.closeCode()).toBe(1009)
    // In kB. Two at a time, 32 MiB each; inflated whole they would take 990 MB.
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(200_000)
  })

  it('[HS12] that is small and inflates to more than the limit is refused: 4413, or 1009 over twice the limit', async () => {
    const { port } = await start({ maxMessageBytes: 4_096 })
    for (const [size, code] of [[5_000, 4413], [9_000, 1009], [70_000, 1009]] as const) {
      const raw = await shakeHandsCompressed(port)
      raw.write(compressedFrame(compress(Buffer.alloc(size))))
      expect(await raw.closeCode()).toBe(code)
    }
  })

  it('[HS12] that does not inflate closes the connection with 1007, also in fragments', async () => {
    const { port } = await start()
    const broken = Buffer.from('ffffffffffff', 'hex')
    for (const frame of [compressedFrame(broken), fragments(broken, 3)]) {
      const raw = await shakeHandsCompressed(port)
      raw.write(frame)
      expect(await raw.closeCode()).toBe(1007)
    }
  })

  it('[HS12] from who did not agree closes the connection with 1002', async () => {
    const { port } = await start()
    const raw = await RawSocket.shakeHands(port)
    raw.write(compressedFrame(compress(message)))
    expect(await raw.closeCode()).toBe(1002)
  })
})
