/** The lineage of a copy: told to the server, kept with edits, and what becomes of edits of another. */
import { typedText } from '@cowrite/client'
import { encodeEpoch, encodeStep1, encodeStep2, encodeUpdate } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { greet } from './support/fake-socket.js'
import { endOfTask, updateOf } from './support/provider.js'
import { confirmAll, eventuallyKept, eventuallyOpens, kept, provide, useFakeStorage } from './support/storage.js'

useFakeStorage()

const documentOf = (text: string): Y.Doc => {
  const ydoc = new Y.Doc()
  ydoc.getText('text').insert(0, text)
  return ydoc
}

/** A provider that was connected to this document, and what the server has. */
async function visit(epoch: string | undefined, text = 'base') {
  const server = documentOf(text)
  const made = provide()
  await eventuallyOpens(made.network)
  greet(made.network.last, server, epoch)
  await confirmAll(made.network.last)
  return { ...made, server }
}

const namedBy = (sent: readonly { type: string; epoch?: string | undefined }[]): unknown[] =>
  sent.filter(({ type }) => type === 'epoch').map(({ epoch }) => epoch)

describe('the epoch', () => {
  it('[CL70] is asked for before all else, and named from then on', async () => {
    const { network, text } = await visit('one')
    expect(network.last.types[0]).toBe('epoch')
    expect(namedBy(network.last.sent)).toEqual([undefined])
    network.last.drop()
    text.insert(0, 'x')
    await eventuallyOpens(network, 2)
    network.last.open()
    expect(network.last.types.slice(0, 2)).toEqual(['epoch', 'step1'])
    expect(namedBy(network.last.sent)).toEqual(['one'])
  })

  it('[CL70] of a document that has none yet is taken from the first update on', async () => {
    const { network } = await visit('', '')
    network.last.receive(encodeEpoch('two'))
    network.last.drop()
    await eventuallyOpens(network, 2)
    network.last.open()
    expect(namedBy(network.last.sent)).toEqual(['two'])
  })

  it('[CL71] until it is confirmed nothing is taken in; what came early comes with the step 2', async () => {
    const { network, text, server } = await visit('one')
    network.last.drop()
    await eventuallyOpens(network, 2)
    const socket = network.last
    socket.open()
    socket.receive(encodeStep1(Y.encodeStateVector(server)))
    socket.receive(encodeUpdate(updateOf((ydoc) => ydoc.getText('text').insert(0, 'foreign '))))
    expect(text.toString()).toBe('base')
    server.getText('text').insert(4, ' early')
    socket.receive(encodeUpdate(Y.encodeStateAsUpdate(server)))
    expect(text.toString()).toBe('base')
    socket.receive(encodeEpoch('one'))
    socket.receive(encodeStep2(Y.encodeStateAsUpdate(server)))
    expect(text.toString()).toBe('base early')
    server.getText('text').insert(0, 'late ')
    socket.receive(encodeUpdate(Y.encodeStateAsUpdate(server)))
    expect(text.toString()).toBe('late base early')
  })

  it('[CL71] a server that knows no epochs is as good as ever', async () => {
    const { network, text, server } = await visit('one')
    network.last.drop()
    await eventuallyOpens(network, 2)
    server.getText('text').insert(4, ' more')
    greet(network.last, server)
    server.getText('text').insert(0, 'and ')
    network.last.receive(encodeUpdate(Y.encodeStateAsUpdate(server)))
    expect(text.toString()).toBe('and base more')
  })

  it('[CL71] an answer that is none says nothing', async () => {
    const { network, provider } = await visit('one')
    network.last.receive(new Uint8Array([103, 200, 1]))
    expect(provider.status.connection).toBe('connected')
  })
})

describe('a document that was replaced', () => {
  it('[CL72] refuses with 4409: unsaved edits are set aside, and the status says that a new copy is needed', async () => {
    const { provider, network, text } = await visit('one')
    network.last.drop()
    text.insert(4, ' mine')
    text.insert(9, '!')
    await eventuallyKept(2)
    await eventuallyOpens(network, 2)
    network.last.open()
    network.last.drop(4409, 'outdated')
    expect(provider.status).toMatchObject({ connection: 'refused', unsaved: 0, save: 'saved', setAside: 1 })
    expect(provider.status.refusal).toMatchObject({ code: 'outdated', replaced: true })
    await eventuallyKept(0)
    const [copy, ...others] = await provider.setAside()
    expect(others).toEqual([])
    expect(copy).toMatchObject({ doc: 'doc', epoch: 'one', changes: 2, kept: true })
    expect(typedText(copy?.edits ?? new Uint8Array([0, 0]))).toBe(' mine!')
    const whole = new Y.Doc()
    Y.applyUpdate(whole, copy?.whole ?? new Uint8Array([0, 0]))
    expect(whole.getText('text').toString()).toBe('base mine!')
  })

  it('[CL72] copies outlive the visit, count in its status, and go when they are discarded', async () => {
    const { provider, network, text } = await visit('one')
    text.insert(0, 'mine ')
    network.last.drop(4409)
    const [copy] = await provider.setAside()
    await provider.destroy()
    const next = provide()
    await expect.poll(() => next.provider.status.setAside).toBe(1)
    expect(await next.provider.setAside()).toEqual([copy])
    await next.provider.discardSetAside(copy?.id ?? '')
    expect(next.provider.status.setAside).toBe(0)
    expect(await next.provider.setAside()).toEqual([])
  })

  it('[CL72] with nothing unsaved leaves no copy', async () => {
    const { provider, network } = await visit('one')
    network.last.drop(4409)
    expect(provider.status.refusal?.replaced).toBe(true)
    expect(await provider.setAside()).toEqual([])
  })

  it('[CL72] without a storage of the browser the copy stays with the page, also for the next provider', async () => {
    const { provider, network } = provide({ keepUnsaved: false, doc: 'unkept' })
    greet(network.last, documentOf('base'), 'one')
    provider.ydoc.getText('text').insert(0, 'mine ')
    network.last.drop(4409)
    await provider.destroy()
    const next = provide({ keepUnsaved: false, doc: 'unkept' })
    const [copy] = await next.provider.setAside()
    expect([copy?.kept, typedText(copy?.edits ?? new Uint8Array([0, 0]))]).toEqual([false, 'mine '])
    await next.provider.discardSetAside(copy?.id ?? '')
    expect(await next.provider.setAside()).toEqual([])
  })

  it('[CL72] who has no copy is not told so: the refusal is for something else', async () => {
    const { provider, network } = provide({ keepUnsaved: false })
    network.last.open()
    network.last.drop(4409)
    expect(provider.status.refusal).toMatchObject({ code: 'outdated' })
    expect(provider.status.refusal?.replaced).toBeUndefined()
  })
})

describe('edits that an earlier visit left', () => {
  const leave = async (epoch: string | undefined, text = 'base'): Promise<Y.Doc> => {
    const { provider, network, server, text: shared } = await visit(epoch, text)
    network.last.drop()
    shared.insert(shared.length, ' offline')
    await eventuallyKept(1)
    await provider.destroy()
    return server
  }

  it('[CL73] in the same lineage are taken in when the server has confirmed it', async () => {
    const server = await leave('one')
    const { provider, network, text } = provide()
    await eventuallyOpens(network)
    expect(provider.status).toMatchObject({ unsaved: 1, kept: true })
    greet(network.last, server, 'one')
    expect(text.toString()).toBe('base offline')
    await confirmAll(network.last)
    await eventuallyKept(0)
  })

  it('[CL73] in another are set aside, each lineage on its own; the document here has none of them', async () => {
    await leave('one')
    // This visit, too, finds edits of another lineage than its own.
    await leave('two', 'second')
    const { provider, network, text } = provide()
    await eventuallyOpens(network)
    await expect.poll(() => [provider.status.unsaved, provider.status.setAside]).toEqual([1, 1])
    const server = documentOf('new')
    greet(network.last, server, 'three')
    await endOfTask()
    expect(text.toString()).toBe('new')
    network.last.applyTo(server)
    expect(server.getText('text').toString()).toBe('new')
    await eventuallyKept(0)
    const copies = await provider.setAside()
    expect(copies.map(({ epoch, changes, edits, whole }) => [epoch, changes, typedText(edits), whole])).toEqual([
      ['one', 1, ' offline', undefined],
      ['two', 1, ' offline', undefined],
    ])
    expect(provider.status).toMatchObject({ unsaved: 0, setAside: 2 })
  })

  it('[CL73] wait while the document has no lineage, and are taken in by a server that knows none', async () => {
    const server = await leave('one')
    const { provider, network } = provide()
    await eventuallyOpens(network)
    greet(network.last, new Y.Doc(), '')
    await endOfTask()
    expect(provider.status.unsaved).toBe(1)
    await provider.destroy()
    const next = provide()
    await eventuallyOpens(next.network)
    greet(next.network.last, server)
    expect(next.text.toString()).toBe('base offline')
  })

  it('[CL73] before the document had a lineage fit any', async () => {
    const { provider, network, text } = await visit('', '')
    text.insert(0, 'early')
    await eventuallyKept(1)
    network.last.drop()
    await provider.destroy()
    const next = provide()
    await eventuallyOpens(next.network)
    expect(next.text.toString()).toBe('early')
    expect((await kept()).map((record) => 'epoch' in record)).toEqual([false])
  })

  it('[CL74] to a document that was deleted stay kept, can be had, and arrive if it is restored', async () => {
    const server = await leave('one')
    const { provider, network } = provide()
    await eventuallyOpens(network)
    network.last.open()
    network.last.drop(4404)
    expect(provider.status).toMatchObject({ connection: 'refused', unsaved: 1, kept: true, setAside: 0 })
    const [copy] = await provider.setAside()
    expect([copy?.id, copy?.changes, typedText(copy?.edits ?? new Uint8Array([0, 0]))]).toEqual(['unsaved', 1, ' offline'])
    provider.connect()
    greet(network.last, server, 'one')
    network.last.applyTo(server)
    expect(server.getText('text').toString()).toBe('base offline')
    expect(await provider.setAside()).toEqual([])
  })
})
