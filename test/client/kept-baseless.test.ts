/** Kept edits that came after something the document does not have yet. */
import { encodeStep2, encodeUpdate } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { greet } from './support/fake-socket.js'
import { SERVER } from './support/provider.js'
import { confirmAll, eventuallyKept, eventuallyOpens, kept, offlineVisit, provide, putRecord, useFakeStorage } from './support/storage.js'

useFakeStorage()

/** A server's document, and an offline visit that added to it. */
async function visitOnBase(): Promise<Y.Doc> {
  const server = new Y.Doc()
  server.getText('text').insert(0, 'base')
  const { provider, network, text } = provide()
  await eventuallyOpens(network)
  greet(network.last, server)
  await confirmAll(network.last)
  network.last.drop()
  text.insert(4, ' more')
  text.delete(0, 1)
  await provider.destroy()
  return server
}

describe('edits without their base', () => {
  it('[CL44] are counted and not sent until the server brings the base, then sent and saved', async () => {
    const server = await visitOnBase()
    const { provider, network, text } = provide()
    await eventuallyOpens(network)
    expect(provider.status).toMatchObject({ unsaved: 2, save: 'unsaved' })
    expect(text.toString()).toBe('')
    greet(network.last, server)
    expect(text.toString()).toBe('ase more')
    const step2 = network.last.sent.find((message) => message.type === 'step2')
    expect(step2).toMatchObject({ update: new Uint8Array([0, 0]) }) // no gap was sent
    network.last.applyTo(server)
    expect(server.getText('text').toString()).toBe('ase more')
    await confirmAll(network.last)
    expect(provider.status.save).toBe('saved')
    await eventuallyKept(0)
  })

  it('[CL44] what was saved of the same visit is a base as well', async () => {
    const server = new Y.Doc()
    const first = provide()
    await eventuallyOpens(first.network)
    greet(first.network.last, server)
    const map = first.provider.ydoc.getMap('map')
    map.set('a', 1)
    await confirmAll(first.network.last)
    first.network.last.applyTo(server)
    first.network.last.drop()
    map.set('b', 2) // refers to nothing, yet comes after a
    await first.provider.destroy()

    const { provider, network } = provide()
    await eventuallyOpens(network)
    expect(Y.encodeStateAsUpdate(provider.ydoc)).toEqual(new Uint8Array([0, 0]))
    greet(network.last, server)
    expect(provider.ydoc.getMap('map').toJSON()).toEqual({ a: 1, b: 2 })
    await confirmAll(network.last)
    expect(provider.status.save).toBe('saved')
  })

  it('[CL44] the base may come later, and in pieces', async () => {
    const server = await visitOnBase()
    const { provider, network, text } = provide()
    await eventuallyOpens(network)
    greet(network.last)
    await confirmAll(network.last)
    expect(provider.status).toMatchObject({ unsaved: 2 })
    network.last.receive(encodeUpdate(Y.encodeStateAsUpdate(new Y.Doc())))
    expect(provider.status).toMatchObject({ unsaved: 2 })
    network.last.receive(encodeStep2(Y.encodeStateAsUpdate(server)))
    expect(text.toString()).toBe('ase more')
    network.last.applyTo(server)
    expect(server.getText('text').toString()).toBe('ase more')
    await confirmAll(network.last)
    expect(provider.status.save).toBe('saved')
  })

  it('[CL44] stay kept and unsaved when the base never comes', async () => {
    await visitOnBase()
    const { provider, network } = provide()
    await eventuallyOpens(network)
    greet(network.last) // a server that lost everything
    provider.ydoc.getText('other').insert(0, 'x')
    await confirmAll(network.last)
    expect(provider.status).toMatchObject({ unsaved: 2, kept: true })
    expect(provider.status.save).not.toBe('saved')
    await eventuallyKept(2)
    await provider.destroy()
    expect(await kept()).toHaveLength(2)
  })

  it('[CL44] bytes that are no update are left where they are and hurt nothing', async () => {
    await offlineVisit(['good'])
    await putRecord({ id: ['bad', 0], document: [SERVER, 'doc'], update: new Uint8Array([7, 7, 7]) })
    const { provider, network, text } = provide()
    await eventuallyOpens(network)
    expect(text.toString()).toBe('good')
    greet(network.last)
    await confirmAll(network.last)
    expect(provider.status.save).toBe('saved')
    await eventuallyKept(1)
  })
})

