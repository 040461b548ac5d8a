/**
 * Rules HS: handshake and frames, over real sockets.
 */
import { encodeStep1, encodeUpdate, MessageType, REFUSALS } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { decodeServerFrame, type Heard } from '../support/peer.js'
import { clientFrame, Opcode, RawSocket, SAMPLE_ACCEPT } from '../support/raw-socket.js'
import { useServers } from '../support/running-server.js'

const start = useServers()

/** Reads until a message of this type comes. */
async function hear(raw: RawSocket, type: Heard['type']): Promise<Uint8Array> {
  for (;;) {
    const { opcode, payload } = await raw.nextFrame()
    if (opcode !== Opcode.binary) continue
    const message = decodeServerFrame(payload)
    if (message.type === type) return message.payload
  }
}

function updateOf(text: string): Uint8Array {
  const doc = new Y.Doc()
  doc.getText('text').insert(0, text)
  return Y.encodeStateAsUpdate(doc)
}

/** What the document holds for somebody who comes now. */
async function textNow(port: number, path: string): Promise<string> {
  const raw = await RawSocket.shakeHands(port, path)
  raw.send(encodeStep1(Uint8Array.of(0)))
  const doc = new Y.Doc()
  Y.applyUpdate(doc, await hear(raw, 'step2'))
  raw.end()
  return doc.getText('text').toString()
}

describe('the handshake', () => {
  it('[HS1] any path names a document, decoded once, without its query', async () => {
    const { port, rooms } = await start()
    const names: Record<string, string> = {
      '/plain': 'plain',
      '/with/slashes/': 'with/slashes/',
      '/a%20b%2Fc?token=secret': 'a b/c',
      '/100%': '100%',
      '/%2525': '%25',
      '/d/x': 'd/x',
      '/livez': 'livez',
      '/%F0%9F%98%80': '😀',
      [`/${'n'.repeat(512)}`]: 'n'.repeat(512),
    }
    for (const [path, name] of Object.entries(names)) {
      const raw = await RawSocket.shakeHands(port, path)
      await hear(raw, 'step1')
      expect([...rooms].map((room) => room.name)).toContain(name)
      raw.end()
    }
  })

  it('[HS2] the sample of RFC 6455 is answered as the RFC says', async () => {
    const { port } = await start()
    const raw = await RawSocket.open(port)
    const { status, headers } = await raw.request('/chat')
    expect(status).toBe(101)
    expect(headers.get('sec-websocket-accept')).toBe(SAMPLE_ACCEPT)
    expect(headers.get('upgrade')?.toLowerCase()).toBe('websocket')
    raw.end()
  })

  it.each(['8', '0', '14', 'x', undefined])('[HS3] version %s is answered with 426 and the version spoken here', async (version) => {
    const { port } = await start()
    const { status, headers } = await (await RawSocket.open(port)).request('/chat', { 'Sec-WebSocket-Version': version })
    expect(status).toBe(426)
    expect(headers.get('sec-websocket-version')).toBe('13')
  })

  it.each([['missing', undefined], ['too short', 'c2hvcnQ='], ['not base64', '!!!!']])('[HS3] a key that is %s is answered with 400', async (_what, key) => {
    const { port } = await start()
    const { status } = await (await RawSocket.open(port)).request('/chat', { 'Sec-WebSocket-Key': key })
    expect(status).toBe(400)
  })

  it.each(['/', '/?x=1', '/%ff', `/${'n'.repeat(513)}`, `/${'%C3%A9'.repeat(257)}`])('[HS4] %s names no document: 400', async (path) => {
    const { port, log } = await start()
    const { status, body } = await (await RawSocket.open(port)).request(path)
    expect(status).toBe(400)
    expect(JSON.parse(body)).toEqual({ error: 'bad-name', message: REFUSALS['bad-name'].text })
    expect(log.lines.filter((line) => line.includes('"error"'))).toEqual([])
  })

  it('[HS5] pages of this machine may connect to a server on loopback, and foreign ones not', async () => {
    const { port } = await start()
    const statusFor = async (Origin: string, Host = `127.0.0.1:${port}`): Promise<number> => {
      const raw = await RawSocket.open(port)
      const { status } = await raw.request('/doc', { Origin, Host })
      raw.end()
      return status
    }
    expect(await statusFor(`http://127.0.0.1:${port}`)).toBe(101)
    expect(await statusFor('http://localhost:5173')).toBe(101)
    expect(await statusFor('http://[::1]:8080')).toBe(101)
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example', 'http://127.0.0.1.evil.example', 'x', 'file://']) {
      expect(await statusFor(origin), origin).toBe(403)
    }
    // A name of the attacker's that resolves to loopback: the Host header says what the page says.
    expect(await statusFor('http://evil.example', 'evil.example')).toBe(403)
  })

  it('[HS5] listed origins may connect as well', async () => {
    const { port } = await start({ origins: ['https://app.example'] })
    const statusFor = async (Origin: string): Promise<number> => {
      const raw = await RawSocket.open(port)
      const { status } = await raw.request('/doc', { Origin })
      raw.end()
      return status
    }
    expect(await statusFor('https://app.example')).toBe(101)
    expect(await statusFor('http://app.example')).toBe(403)
    expect(await statusFor('https://app.example:8443')).toBe(403)
  })

  it('[HS5] a server beyond loopback takes pages of its own host', async () => {
    const { port } = await start({ host: '0.0.0.0', auth: 'none' })
    const statusFor = async (Origin: string): Promise<number> => {
      const raw = await RawSocket.open(port)
      const { status } = await raw.request('/doc', { Origin, Host: 'docs.example:1234' })
      raw.end()
      return status
    }
    expect(await statusFor('https://docs.example:1234')).toBe(101)
    expect(await statusFor('https://docs.example')).toBe(403)
    expect(await statusFor('http://localhost:1234')).toBe(403)
  })
})

describe('a frame', () => {
  it('[HS6] of text closes the connection with 1003', async () => {
    const { port } = await start()
    const raw = await RawSocket.shakeHands(port)
    raw.write(clientFrame(Opcode.text, Buffer.from('hello')))
    expect(await raw.closeCode()).toBe(1003)
  })

  it('[HS6] without a mask closes the connection with 1002', async () => {
    const { port } = await start()
    const raw = await RawSocket.shakeHands(port)
    raw.write(clientFrame(Opcode.binary, Buffer.of(0, 0, 1, 0), { masked: false }))
    expect(await raw.closeCode()).toBe(1002)
  })

  it.each([2n * 4096n + 1n, 2n ** 40n])('[HS6] that claims %s bytes closes the connection with 1009', async (claims) => {
    const { port } = await start({ maxMessageBytes: 4096 })
    const raw = await RawSocket.shakeHands(port)
    raw.write(clientFrame(Opcode.binary, Buffer.alloc(10), { claims }))
    expect(await raw.closeCode()).toBe(1009)
  })

  it('[HS6] over the limit for messages closes the connection with 4413, one at the limit does not', async () => {
    const { port } = await start({ maxMessageBytes: 4096 })
    const fits = await RawSocket.shakeHands(port)
    const update = encodeUpdate(updateOf('x'.repeat(4_096 - 40)))
    expect(update.length).toBeGreaterThan(4_060)
    expect(update.length).toBeLessThanOrEqual(4_096)
    fits.send(update)
    expect((await hear(fits, 'update')).length).toBeGreaterThan(4_000)
    const over = await RawSocket.shakeHands(port)
    over.send(encodeUpdate(updateOf('x'.repeat(4_096))))
    expect(await over.closeCode()).toBe(4413)
    fits.end()
  })

  it('[HS6] with reserved bits or a stray continuation closes the connection with 1002', async () => {
    const { port } = await start()
    for (const first of [0xf2, 0x80, 0x8b]) {
      const raw = await RawSocket.shakeHands(port)
      raw.write(Buffer.of(first, 0x80, 0, 0, 0, 0))
      expect(await raw.closeCode()).toBe(1002)
    }
  })

  const good = updateOf('good')
  const malformed: Record<string, Uint8Array> = {
    'of no bytes': Uint8Array.of(),
    'of an unknown type': Uint8Array.of(99),
    'of an unknown sync type': Uint8Array.of(0, 3, 0),
    'cut off': encodeUpdate(good).subarray(0, 12),
    'with bytes after its end': Uint8Array.of(...encodeUpdate(good), 0),
    'whose length goes beyond its end': Uint8Array.of(0, 2, 100, 0, 0),
    'with an update that is none': encodeUpdate(Uint8Array.of(1, 2, 3)),
    'with an update cut off': encodeUpdate(good.subarray(0, good.length - 3)),
    'with a struct of length zero': encodeUpdate(Uint8Array.of(1, 1, 5, 0, 0, 0, 0)),
    'that claims millions of structs': encodeUpdate(Uint8Array.of(1, 0xff, 0xff, 0xff, 0x0f, 5, 0)),
    'with a state vector that is none': encodeStep1(Uint8Array.of(5, 1)),
    'with awareness that is none': Uint8Array.of(MessageType.awareness, 3, 1, 1, 1),
    'with an awareness state that is no object': Uint8Array.of(MessageType.awareness, 5, 1, 5, 1, 1, 0x31),
  }

  it.each(Object.keys(malformed))('[HS7] %s closes that connection with 4400, and nobody else notices', async (what) => {
    const { port, log } = await start()
    const bystander = await RawSocket.shakeHands(port)
    await hear(bystander, 'step1')
    const raw = await RawSocket.shakeHands(port)
    raw.send(malformed[what] as Uint8Array)
    expect(await raw.closeCode()).toBe(4400)
    bystander.send(encodeUpdate(good))
    expect([...(await hear(bystander, 'update'))]).toEqual([...good])
    expect(await textNow(port, '/raw')).toBe('good')
    expect(log.lines.filter((line) => line.startsWith('["error"'))).toEqual([])
    bystander.end()
  })

  it('[HS7] with a gap is not stored, and the connection goes on', async () => {
    const { port } = await start()
    const doc = new Y.Doc()
    doc.getText('text').insert(0, 'first')
    const vector = Y.encodeStateVector(doc)
    doc.getText('text').insert(5, ' second')
    const raw = await RawSocket.shakeHands(port)
    await hear(raw, 'step1')
    raw.send(encodeUpdate(Y.encodeStateAsUpdate(doc, vector)))
    expect([...(await hear(raw, 'step1'))]).toEqual([0])
    expect(await textNow(port, '/raw')).toBe('')
    raw.send(encodeUpdate(Y.encodeStateAsUpdate(doc)))
    await hear(raw, 'update')
    expect(await textNow(port, '/raw')).toBe('first second')
    raw.end()
  })
})
