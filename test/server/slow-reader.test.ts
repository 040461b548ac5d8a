/**
 * Rule CN2 over a real network: a client that stops reading while another writes.
 */
import { encodeStep1, encodeUpdate } from '@cowrite/protocol'
import { WebSocket } from 'ws'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { decodeServerFrame } from '../support/peer.js'
import { Opcode, RawSocket } from '../support/raw-socket.js'
import { useServers } from '../support/running-server.js'

const start = useServers()

const PIECES = 3_000
const PIECE = 'x'.repeat(10_000)

describe('a client that hangs', () => {
  it('[CN2] costs the server its budget and no more, and has everything when it reads again, on the same connection', async () => {
    const { port } = await start({ sendBudgetBytes: 256 * 1024 })
    const hanging = await RawSocket.shakeHands(port, '/crowd')
    const copy = new Y.Doc()
    hanging.send(encodeStep1(Uint8Array.of(0)))
    await hanging.nextFrame()
    hanging.pause()

    const writer = new WebSocket(`ws://127.0.0.1:${port}/crowd`)
    await new Promise((resolve) => writer.once('open', resolve))
    let echoed = 0
    const doc = new Y.Doc()
    const all = new Promise<void>((resolve) => {
      writer.on('message', (data: Buffer) => {
        const { type, payload } = decodeServerFrame(new Uint8Array(data))
        if (type === 'update') echoed = Math.max(echoed, [...Y.parseUpdateMeta(payload).to.values()][0] ?? 0)
        if (echoed === PIECES) resolve()
      })
    })
    doc.on('update', (update: Uint8Array) => writer.send(encodeUpdate(update)))
    // Binary pieces in one map entry: the document stays small, the traffic is 30 MB.
    for (let i = 0; i < PIECES; i++) {
      doc.getMap('blob').set('piece', PIECE + String(i))
      if (i % 50 === 49) await new Promise((resolve) => setImmediate(resolve))
    }
    await all

    hanging.resume()
    let bytes = 0
    while (Y.getState(copy.store, doc.clientID) < PIECES) {
      const { opcode, payload } = await hanging.nextFrame()
      bytes += payload.length
      if (opcode !== Opcode.binary) continue
      const message = decodeServerFrame(new Uint8Array(payload))
      if (message.type === 'update' || message.type === 'step2') Y.applyUpdate(copy, message.payload)
    }
    expect(copy.getMap('blob').get('piece')).toBe(PIECE + String(PIECES - 1))
    expect(copy.store.pendingStructs).toBeNull()
    // What the system's own buffers took, the budget, and one difference: not all that was written.
    expect(bytes).toBeLessThan((PIECES * PIECE.length) / 2)
    hanging.end()
    writer.terminate()
  })
})
