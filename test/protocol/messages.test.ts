/** Frames: golden bytes both ways, what y-protocols reads of them, and what is refused. */
import {
  decodeClientMessage, DIFFERS_FRAME, encodeAwareness, encodeDigest, encodeEpoch, encodePermissionDenied, encodeSaved, encodeSeed, encodeSeeded, encodeStep1,
  encodeStep2, encodeToken, encodeUpdate,
  KEEP_ALIVE_FRAME, MalformedError, MAX_SAVED_PAYLOAD_BYTES, MessageType, SyncType, type ClientMessage,
} from '@cowrite/protocol'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { describe, expect, it } from 'vitest'
import { readAuthMessage } from 'y-protocols/auth'
import { readSyncMessage, writeSyncStep1, writeSyncStep2, writeUpdate } from 'y-protocols/sync'
import * as Y from 'yjs'
import { bytesOf, hex, raw, toHex } from './craft.js'
import { firstSeed, randomFrom, runCount } from './random.js'

const some = raw(1, 2, 3)

describe('client messages', () => {
  it.each<[string, string, ClientMessage]>([
    ['step 1', '00 00 03 010203', { type: 'step1', stateVector: some }],
    ['step 2', '00 01 03 010203', { type: 'step2', update: some }],
    ['update', '00 02 03 010203', { type: 'update', update: some }],
    ['awareness', '01 03 010203', { type: 'awareness', update: some }],
    ['query awareness', '03', { type: 'queryAwareness' }],
    ['saved', '66 010203', { type: 'saved', payload: some }],
    ['token', '69 03 612e62', { type: 'token', token: 'a.b' }],
    ['token without one', '69 00', { type: 'token', token: '' }],
    ['saved without a payload', '66', { type: 'saved', payload: raw() }],
    ['epoch, asked for', '67', { type: 'epoch', epoch: undefined }],
    ['epoch, named', '67 03 615f2d', { type: 'epoch', epoch: 'a_-' }],
    ['seed', '68 05 010203', { type: 'seed', question: 5, update: some }],
    ['digest', '6a 000102030405060708090a0b0c0d0e0f', { type: 'digest', digest: hex('000102030405060708090a0b0c0d0e0f') }],
    ['differs', '6a', { type: 'differs' }],
  ])('[WI1] [WI2] [WI3] %s is read from its golden bytes', (_, digits, message) => {
    expect(decodeClientMessage(hex(digits))).toEqual(message)
  })

  it('[WI2] the numbers are those of y-websocket, and 102 to 106', () => {
    expect(MessageType).toEqual({ sync: 0, awareness: 1, auth: 2, queryAwareness: 3, saved: 102, epoch: 103, seed: 104, token: 105, digest: 106 })
    expect(SyncType).toEqual({ step1: 0, step2: 1, update: 2 })
  })

  it('[WI2] what y-protocols writes is read', () => {
    const doc = new Y.Doc()
    doc.getText('t').insert(0, 'hello')
    const written = (write: (encoder: encoding.Encoder) => void) => {
      const encoder = encoding.createEncoder()
      encoding.writeVarUint(encoder, 0)
      write(encoder)
      return decodeClientMessage(encoding.toUint8Array(encoder))
    }
    const update = Y.encodeStateAsUpdate(doc)
    expect(written((encoder) => writeSyncStep1(encoder, doc))).toEqual({ type: 'step1', stateVector: Y.encodeStateVector(doc) })
    expect(written((encoder) => writeSyncStep2(encoder, doc))).toEqual({ type: 'step2', update })
    expect(written((encoder) => writeUpdate(encoder, update))).toEqual({ type: 'update', update })
  })

  it('[WI3] what a client may not send is refused', () => {
    for (const digits of ['02 00 00', '04', '65', '6b 00', '7f', '80 01 00', '00 03 00', '00 7f 00']) {
      expect(() => decodeClientMessage(hex(digits)), digits).toThrow(/unknown (sync )?message/)
    }
  })

  it('[WI1] a byte after the message is refused', () => {
    for (const digits of ['00 00 00 00', '00 02 01 00 00', '01 00 00', '03 00', '67 01 61 00', '69 00 00']) {
      expect(() => decodeClientMessage(hex(digits)), digits).toThrow(/after the end/)
    }
  })

  it('[WI4] truncation and lengths beyond the frame are refused, and nothing else is thrown', () => {
    for (const digits of ['', '00', '80', '00 00', '00 02 05 01', '01', '01 ff ff ff ff 0f', '00 02 ff ff ff ff ff ff ff ff ff ff 7f', '67 02 61', '68', '68 80']) {
      expect(() => decodeClientMessage(hex(digits)), digits).toThrow(MalformedError)
    }
    const first = firstSeed()
    for (let seed = first; seed < first + runCount(5000); seed++) {
      const random = randomFrom(seed)
      const frame = Uint8Array.from({ length: random.int(12) }, () => random.pick([0, 1, 2, 3, 102, 103, 104, random.int(256)]))
      try {
        decodeClientMessage(frame)
      } catch (error) {
        expect(error, `seed ${seed}`).toBeInstanceOf(MalformedError)
      }
    }
  })

  it('[WI5] a saved question carries up to 64 bytes', () => {
    expect(decodeClientMessage(encodeSaved(new Uint8Array(MAX_SAVED_PAYLOAD_BYTES)))).toMatchObject({ type: 'saved' })
    expect(MAX_SAVED_PAYLOAD_BYTES).toBe(64)
    expect(() => decodeClientMessage(encodeSaved(new Uint8Array(65)))).toThrow(/too long/)
  })

  it('[WI13] a token has up to 8,192 bytes of UTF-8', () => {
    expect(decodeClientMessage(encodeToken('x'.repeat(8_192)))).toMatchObject({ type: 'token' })
    expect(() => decodeClientMessage(encodeToken('x'.repeat(8_193)))).toThrow(/too long/)
    expect(() => decodeClientMessage(bytesOf(105, 1, raw(0xff)))).toThrow(MalformedError)
  })
})

describe('epochs and seeds', () => {
  it('[WI11] an epoch is 1 to 64 letters, digits, - or _; anything else is malformed', () => {
    const epoch = crypto.randomUUID()
    expect(decodeClientMessage(encodeEpoch(epoch))).toEqual({ type: 'epoch', epoch })
    expect(decodeClientMessage(encodeEpoch('x'.repeat(64)))).toMatchObject({ type: 'epoch' })
    for (const bad of ['', 'x'.repeat(65), 'a b', 'é', 'a\n']) expect(() => decodeClientMessage(encodeEpoch(bad)), bad).toThrow(/no epoch/)
    expect(toHex(encodeEpoch(''))).toBe('6700')
  })

  it('[WI12] a seed carries a number, which the answer repeats with whether it was taken', () => {
    expect(decodeClientMessage(encodeSeed(300, some))).toEqual({ type: 'seed', question: 300, update: some })
    expect(toHex(encodeSeeded(300, true))).toBe('68ac0201')
    expect(toHex(encodeSeeded(1, false))).toBe('680100')
  })

  it('[WI14] a digest has 16 bytes, or none', () => {
    for (const length of [1, 15, 17, 64]) {
      expect(() => decodeClientMessage(encodeDigest(new Uint8Array(length))), String(length)).toThrow(MalformedError)
    }
    expect(decodeClientMessage(DIFFERS_FRAME)).toEqual({ type: 'differs' })
  })
})

describe('server messages', () => {
  it('[WI6] golden bytes', () => {
    expect(toHex(encodeStep1(some))).toBe('000003010203')
    expect(toHex(encodeStep2(some))).toBe('000103010203')
    expect(toHex(encodeUpdate(some))).toBe('000203010203')
    expect(toHex(encodeAwareness(some))).toBe('0103010203')
    expect(toHex(encodePermissionDenied('no é'))).toBe('0200056e6f20c3a9')
    expect(toHex(encodeSaved(some))).toBe('66010203')
    expect(toHex(encodeDigest(some))).toBe('6a010203')
  })

  it('[WI6] y-protocols reads them', () => {
    const doc = new Y.Doc()
    doc.getText('t').insert(0, 'hello')
    const read = (frame: Uint8Array, target: Y.Doc) => {
      const decoder = decoding.createDecoder(frame)
      expect(decoding.readVarUint(decoder)).toBe(0)
      return readSyncMessage(decoder, encoding.createEncoder(), target, 'test')
    }
    for (const encode of [encodeStep2, encodeUpdate]) {
      const copy = new Y.Doc()
      read(encode(Y.encodeStateAsUpdate(doc)), copy)
      expect(copy.getText('t').toString()).toBe('hello')
    }
    expect(read(encodeStep1(Y.encodeStateVector(doc)), doc)).toBe(0)
    const denied = decoding.createDecoder(encodePermissionDenied('why'))
    decoding.readVarUint(denied)
    let heard = ''
    readAuthMessage(denied, doc, (_doc, reason) => (heard = reason))
    expect(heard).toBe('why')
  })

  it('[WI7] the keep-alive frame is an awareness message about nobody', () => {
    expect(toHex(KEEP_ALIVE_FRAME)).toBe('010100')
  })

  it('[WI1] payloads of any length come through', () => {
    for (const length of [0, 127, 128, 16_384, 70_000]) {
      const update = new Uint8Array(length).fill(7)
      for (const [type, frame] of [['update', encodeUpdate(update)], ['awareness', bytesOf(1, length, update)]] as const) {
        const message = decodeClientMessage(frame)
        expect(message.type).toBe(type)
        expect('update' in message && toHex(message.update) === toHex(update)).toBe(true)
      }
    }
  })
})
