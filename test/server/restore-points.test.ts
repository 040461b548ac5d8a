/**
 * Rules RP1 to RP7: a deletion of most of a document leaves a restore point, and the way back.
 */
import { jsonOfUpdate, updateOfJson } from '@cowrite/editor/convert'
import { bringBack } from '@cowrite/server'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { firstSeed, randomFrom, runCount } from '../protocol/random.js'
import { randomDocument } from '../support/random-document.js'
import { useServers } from '../support/running-server.js'
import { StockClient } from '../support/stock-client.js'
import { SECRET, tokenOf } from '../support/tokens.js'

const startServer = useServers()

const clientOf = async ({ url }: { url: string }, document = 'notes'): Promise<StockClient> => {
  const client = new StockClient({ webSocketUrl: url.replace('http', 'ws') }, document)
  await client.synced()
  return client
}

interface Point {
  readonly id: number
  readonly time: number
  readonly reason: string
  readonly author?: string
}

const address = (url: string, document = 'notes'): string => `${url}/api/documents/${document}/restore-points`
const pointsOf = async (url: string, document?: string): Promise<Point[]> =>
  ((await (await fetch(address(url, document))).json()) as { restorePoints: Point[] }).restorePoints

const LONG = 'The quick brown fox jumps over the lazy dog. '.repeat(50)

describe('a restore point', () => {
  it.each(['keep', 'none'] as const)('[RP1] [RP3] is there after one edit that deletes most of a long document, with history %s, and brings it back to who is there', async (history) => {
    const server = await startServer({ history, compactAfterUpdates: 5 })
    const [ada, bob] = [await clientOf(server), await clientOf(server)]
    ada.text.insert(0, LONG)
    await ada.saved()
    ada.text.delete(10, LONG.length - 20)
    await ada.saved()
    for (let edit = 0; edit < 8; edit++) {
      ada.text.insert(0, '+')
      await ada.saved()
    }
    const points = await pointsOf(server.url)
    expect(points).toMatchObject([{ reason: 'deletion' }])
    const answer = await fetch(`${address(server.url)}/${points[0]!.id}/restore`, { method: 'POST' })
    expect(await answer.json()).toEqual({ restored: points[0]!.id, changed: true })
    await Promise.all([ada.saved(), bob.saved()])
    expect(ada.text.toString()).toBe(LONG)
    expect(bob.text.toString()).toBe(LONG)
    // What was there before the way back can be had, too; and again the same changes nothing.
    const [back] = await pointsOf(server.url)
    expect(back).toMatchObject({ reason: 'restore' })
    expect(await (await fetch(`${address(server.url)}/${points[0]!.id}/restore`, { method: 'POST' })).json()).toMatchObject({ changed: false })
    await fetch(`${address(server.url)}/${back!.id}/restore`, { method: 'POST' })
    await ada.saved()
    expect(ada.text.toString()).toBe(`${'+'.repeat(8)}${LONG.slice(0, 10)}${LONG.slice(-10)}`)
    ada.destroy()
    bob.destroy()
  })

  it('[RP1] is not made for less than half, for short documents, or for many small deletions', async () => {
    const server = await startServer()
    const ada = await clientOf(server)
    ada.text.insert(0, LONG)
    ada.text.delete(0, LONG.length / 2)
    for (let edit = 0; edit < 20; edit++) ada.text.delete(0, 50)
    await ada.saved()
    const short = await clientOf(server, 'short')
    short.text.insert(0, LONG.slice(0, 900))
    short.text.delete(0, 900)
    await short.saved()
    expect(await pointsOf(server.url)).toEqual([])
    expect(await pointsOf(server.url, 'short')).toEqual([])
    ada.destroy()
    short.destroy()
  })

  it('[RP2] can be asked for, and holds everything accepted before the question', async () => {
    const server = await startServer()
    const ada = await clientOf(server)
    expect(await (await fetch(address(server.url), { method: 'POST' })).json()).toEqual({ id: null })
    ada.text.insert(0, 'one')
    await ada.saved()
    const made = await fetch(address(server.url), { method: 'POST' })
    expect(made.status).toBe(201)
    expect(await pointsOf(server.url)).toMatchObject([{ id: ((await made.json()) as Point).id, reason: 'asked' }])
    ada.destroy()
  })

  it('[RP4] is for who may write: others neither see nor make nor use one', async () => {
    const server = await startServer({ secret: SECRET })
    const ask = (method: string, token: string, path = ''): Promise<Response> =>
      fetch(address(server.url) + path, { method, headers: token === '' ? {} : { authorization: `Bearer ${token}` } })
    const reader = tokenOf({ rights: [{ prefix: '', role: 'read' }] })
    for (const [token, status] of [['', 401], [reader, 403], [tokenOf({ rights: [{ document: 'other', role: 'write' }] }), 403]] as const) {
      expect((await ask('GET', token)).status).toBe(status)
      expect((await ask('POST', token)).status).toBe(status)
      expect((await ask('POST', token, '/1/restore')).status).toBe(status)
    }
    expect((await ask('GET', tokenOf())).status).toBe(200)
    expect((await ask('POST', tokenOf(), '/1/restore')).status).toBe(404)
    expect((await fetch(`${server.url}/api/documents/%ff/restore-points`)).status).toBe(400)
    expect((await fetch(address(server.url), { headers: { origin: 'https://evil.example' } })).status).toBe(403)
  })

  it('[RP5] none are made where the operator keeps none', async () => {
    const server = await startServer({ restorePoints: 0 })
    const ada = await clientOf(server)
    ada.text.insert(0, LONG)
    ada.text.delete(0, LONG.length)
    await ada.saved()
    expect(await pointsOf(server.url)).toEqual([])
    expect(await (await fetch(address(server.url), { method: 'POST' })).json()).toEqual({ id: null })
    ada.destroy()
  })
})

describe('bringing back', () => {
  const documentOf = (update: Uint8Array): Y.Doc => {
    const ydoc = new Y.Doc()
    Y.applyUpdate(ydoc, update)
    return ydoc
  }

  it('[RP6] any document becomes any other one, and one that is equal is not touched', () => {
    const seed = firstSeed()
    for (let run = 0; run < runCount(15); run++) {
      const random = randomFrom(seed + run)
      const [present, former] = [documentOf(updateOfJson(randomDocument(random))), documentOf(updateOfJson(randomDocument(random)))]
      bringBack(present, former)
      const [now, then] = [present, former].map((ydoc) => jsonOfUpdate(Y.encodeStateAsUpdate(ydoc)))
      expect(now, `seed ${seed + run}`).toEqual(then)
      let changes = 0
      present.on('update', () => changes++)
      bringBack(present, former)
      expect(changes).toBe(0)
    }
  })

  it('[RP6] texts, lists and maps of other editors, with what is in them', () => {
    const [present, former] = [new Y.Doc(), new Y.Doc()]
    former.getText('code').applyDelta([{ insert: 'a👍b' }, { insert: 'bold', attributes: { bold: true } }, { insert: { image: 'x' } }])
    former.getArray('list').insert(0, [1, 'two', { three: 3 }, new Y.Map([['k', new Y.Text('deep')]])])
    former.getMap('map').set('a', 1)
    former.getMap('map').set('nested', new Y.Array())
    const source = documentOf(Y.encodeStateAsUpdate(former))
    present.getText('code').insert(0, 'a👎b, other', { bold: true })
    present.getArray('list').insert(0, [1, 2])
    present.getMap('map').set('gone', true)
    present.getText('new').insert(0, 'since then')
    const target = documentOf(Y.encodeStateAsUpdate(present))
    bringBack(target, source)
    expect(target.getText('code').toDelta()).toEqual(former.getText('code').toDelta())
    expect(target.getArray('list').toJSON()).toEqual(former.getArray('list').toJSON())
    expect(target.getMap('map').toJSON()).toEqual(former.getMap('map').toJSON())
    expect(target.getText('new').toString()).toBe('')
  })

  it('[RP7] what somebody writes meanwhile stays', () => {
    const base = new Y.Doc()
    base.getText().insert(0, LONG)
    const former = documentOf(Y.encodeStateAsUpdate(base))
    base.getText().delete(100, LONG.length - 200)
    const [restorer, writer] = [documentOf(Y.encodeStateAsUpdate(base)), documentOf(Y.encodeStateAsUpdate(base))]
    writer.getText().insert(50, 'MEANWHILE')
    bringBack(restorer, former)
    Y.applyUpdate(writer, Y.encodeStateAsUpdate(restorer))
    expect(writer.getText().toString()).toBe(`${LONG.slice(0, 50)}MEANWHILE${LONG.slice(50)}`)
  })
})
