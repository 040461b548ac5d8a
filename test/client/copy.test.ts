/** A copy of the whole document in the browser: there before and without a connection, and never instead of the server. */
import { encodeAccess, encodeUpdate, REFUSALS } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { documentOf, logsIn, provide, texts, useLineage, visit } from './support/copies.js'
import { greet } from './support/fake-socket.js'
import { endOfTask, SERVER } from './support/provider.js'
import { confirmAll, copies, eventuallyKept, eventuallyOpens, putCopy, useFakeStorage } from './support/storage.js'

useFakeStorage()
const epoch = useLineage()

describe('the next visit', () => {
  it('[CL100] has the document at once, with what was typed and not saved, without a connection', async () => {
    const { provider, network, text } = await visit(documentOf('base'))
    network.last.drop()
    text.insert(4, ' and more')
    await provider.destroy()
    const next = provide()
    expect(next.text.toString()).toBe('')
    await eventuallyOpens(next.network)
    expect(next.text.toString()).toBe('base and more')
    expect(next.provider.status).toMatchObject({ connection: 'connecting', copy: true, synced: false, save: 'unsaved', unsaved: 1, kept: true })
    next.network.last.drop()
    expect(next.provider.status).toMatchObject({ connection: 'offline', copy: true, unsaved: 1, kept: true })
    next.text.insert(0, 'x')
    expect(next.provider.status).toMatchObject({ unsaved: 2, kept: true })
    await next.provider.destroy()

    const server = documentOf('')
    const last = provide()
    await eventuallyOpens(last.network)
    greet(last.network.last, server, epoch())
    last.network.last.applyTo(server)
    expect(last.provider.status).not.toHaveProperty('copy')
    expect(server.getText('text').toString(), 'the server gets all that it lacks').toBe('xbase and more')
    await confirmAll(last.network.last)
    expect(last.provider.status).toMatchObject({ save: 'saved', unsaved: 0 })
    await eventuallyKept(0)
  })

  it('[CL100] keeps no copy unless it is asked to, nor where unsaved edits are not kept', async () => {
    for (const options of [{ keepCopy: false }, { keepUnsaved: false }]) {
      const { provider } = await visit(documentOf('base'), options)
      await provider.destroy()
      expect(await copies()).toEqual([])
    }
  })

  it('[CL101] of another document, server or user does not see it, and a document that is not empty does not take it', async () => {
    const { provider } = await visit(documentOf('by Ada'), logsIn('ada'))
    await provider.destroy()
    expect((await copies()).map((copy) => [copy.document, copy.epoch])).toEqual([[[SERVER, 'doc', 'ada'], epoch()]])
    for (const other of [{ ...logsIn('ada'), doc: 'other' }, { ...logsIn('ada'), server: 'ws://other.test' }, logsIn('grace'), {}]) {
      const { network, text, provider: stranger } = provide(other)
      await eventuallyOpens(network)
      expect(text.toString()).toBe('')
      await stranger.destroy()
    }
    const own = provide({ ...logsIn('ada'), ydoc: documentOf('own') })
    await eventuallyOpens(own.network)
    expect(own.text.toString()).toBe('own')
    const again = provide(logsIn('ada'))
    await eventuallyOpens(again.network)
    expect(again.text.toString()).toBe('by Ada')
  })

  it('[CL101] names the lineage of the copy before it hears anything; of another document nothing is mixed, and the copy goes', async () => {
    const { provider, network, text } = await visit(documentOf('old'))
    network.last.drop()
    text.insert(3, ' words')
    await provider.destroy()
    const next = provide()
    await eventuallyOpens(next.network)
    next.network.last.open()
    expect(next.network.last.sent.find(({ type }) => type === 'epoch')).toMatchObject({ epoch: epoch() })
    next.network.last.drop(REFUSALS.outdated.closeCode, REFUSALS.outdated.text)
    expect(next.provider.status).toMatchObject({ connection: 'refused', refusal: { replaced: true } })
    await expect.poll(() => next.provider.status.setAside).toBe(1)
    next.text.insert(0, 'typed into what is over ')
    await next.provider.destroy()
    expect(await copies()).toEqual([])
    const anew = await visit(documentOf('new'), {}, 'the next')
    expect(anew.text.toString()).toBe('new')
    await anew.provider.destroy()
    expect(await texts()).toEqual(['new'])
  })

  it('[CL101] a copy of a lineage that ended is not used on this page, should it not have gone', async () => {
    const { provider } = await visit(documentOf('ended'))
    await provider.destroy()
    const [copy] = await copies()
    const next = provide()
    await eventuallyOpens(next.network)
    next.network.last.open()
    next.network.last.drop(REFUSALS.outdated.closeCode, REFUSALS.outdated.text)
    await next.provider.destroy()
    await putCopy(copy!)
    const anew = provide()
    await eventuallyOpens(anew.network)
    expect(anew.text.toString()).toBe('')
  })

  it('[CL102] calls nothing saved for being in the copy: connected it waits for the server to have said so', async () => {
    const { provider } = await visit(documentOf('base'))
    await provider.destroy()
    const next = provide()
    await eventuallyOpens(next.network)
    greet(next.network.last, documentOf(''), epoch())
    await endOfTask()
    expect(next.provider.status).toMatchObject({ connection: 'connected', synced: true, unsaved: 0, save: 'saving' })
    await confirmAll(next.network.last)
    expect(next.provider.status.save).toBe('saved')
  })

  it('[CL102] knows what the server said last of what this person may do', async () => {
    const { provider, network } = await visit(documentOf('base'), logsIn('ada'))
    network.last.receive(encodeAccess({ role: 'read', user: { id: 'ada' }, expiresIn: 600_000 }))
    network.last.receive(encodeUpdate(Y.encodeStateAsUpdate(documentOf('more '))))
    await provider.destroy()
    const next = provide(logsIn('ada'))
    await eventuallyOpens(next.network)
    expect(next.provider.status).toMatchObject({ copy: true, role: 'read' })
  })
})

it('[CL106] a copy that is damaged, or a storage that fails, leaves the document to the server', async () => {
  await putCopy({ document: [SERVER, 'doc'], epoch: epoch(), version: '1', time: 1, bytes: 3, update: new Uint8Array([9, 9, 9]) }).catch(() => undefined)
  const first = await visit(documentOf('base'))
  await first.provider.destroy()
  await putCopy({ document: [SERVER, 'doc'], epoch: epoch(), version: '1', time: 1, bytes: 3, update: new Uint8Array([9, 9, 9]) })
  const { network, text, provider } = provide()
  await eventuallyOpens(network)
  expect([text.toString(), provider.status.copy]).toEqual(['', undefined])
  greet(network.last, documentOf('base'), epoch())
  await confirmAll(network.last)
  expect([text.toString(), provider.status.save]).toEqual(['base', 'saved'])
})
