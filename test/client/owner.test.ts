/** For whom edits are kept in a browser that several people use, and when that is removed. */
import { type AccessNotice, encodeAccess, REFUSALS } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { tokenOf } from '../support/tokens.js'
import { greet } from './support/fake-socket.js'
import { endOfTask, SERVER } from './support/provider.js'
import { eventuallyKept, eventuallyOpens, kept, offlineVisit, provide, useFakeStorage } from './support/storage.js'

useFakeStorage()

const writes = (id: string): AccessNotice => ({ role: 'write', user: { id }, expiresIn: 600_000 })
const logsIn = (sub: string, claims: Record<string, unknown> = {}) => ({ getToken: () => tokenOf({ sub, ...claims }) })
const documents = async (): Promise<string[][]> => (await kept()).map(({ document }) => document)

/** A visit of this user that types, and ends before it is saved. */
async function visit(options: Parameters<typeof provide>[0], typed: string, epoch?: string): Promise<void> {
  const { provider, network, text } = provide(options)
  await eventuallyOpens(network)
  greet(network.last, new Y.Doc(), epoch)
  text.insert(0, typed)
  await provider.destroy()
}

describe('edits that were kept', () => {
  it.each([
    ['the token\'s `sub`', logsIn('ada'), logsIn('grâce')],
    ['what the app says', { ...logsIn('x'), user: 'ada' }, { ...logsIn('x'), user: 'grâce' }],
    ['the `sub` of a token among the parameters', { params: { token: tokenOf({ sub: 'ada' }) } }, { params: { token: tokenOf({ sub: 'grâce' }) } }],
  ])('[CL97] belong to %s: nobody else at this browser sees or sends them', async (_what, ada, grace) => {
    await visit(ada, 'by Ada')
    expect(await documents()).toEqual([[SERVER, 'doc', 'ada']])
    const other = provide(grace)
    await eventuallyOpens(other.network)
    greet(other.network.last)
    await endOfTask()
    expect(other.provider.status.unsaved).toBe(0)
    expect(other.text.toString()).toBe('')
    other.text.insert(0, 'by Grace')
    await eventuallyKept(2)
    expect(await documents()).toContainEqual([SERVER, 'doc', 'grâce'])
    await other.provider.destroy()
    // Nor does somebody who does not log in, and Ada finds them again.
    const nobody = provide()
    await eventuallyOpens(nobody.network)
    expect(nobody.text.toString()).toBe('')
    const again = provide(ada)
    await eventuallyOpens(again.network)
    expect(again.text.toString()).toBe('by Ada')
  })

  it('[CL97] under a token that does not show its user belong to who the server says it is, and are taken in then', async () => {
    const opaque = { getToken: () => 'opaque' }
    const first = provide(opaque)
    await eventuallyOpens(first.network)
    first.network.last.open()
    first.network.last.receive(encodeAccess(writes('ada')))
    first.text.insert(0, 'by Ada')
    await eventuallyKept(1)
    expect(await documents()).toEqual([[SERVER, 'doc', 'ada']])
    await first.provider.destroy()
    for (const [id, text] of [['grace', ''], ['ada', 'by Ada']] as const) {
      const next = provide(opaque)
      await eventuallyOpens(next.network)
      expect(next.text.toString()).toBe('')
      greet(next.network.last)
      next.network.last.receive(encodeAccess(writes(id)))
      await next.provider.setAside() // the storage was asked
      await expect.poll(() => next.text.toString()).toBe(text)
      await next.provider.destroy()
    }
  })

  it('[CL97] of another server, document or lineage stay away from this one', async () => {
    await visit(logsIn('ada'), 'elsewhere', 'one')
    for (const other of [{ doc: 'other' }, { server: 'ws://other.test' }]) {
      const { network, text, provider } = provide({ ...logsIn('ada'), ...other })
      await eventuallyOpens(network)
      greet(network.last, new Y.Doc(), 'one')
      expect(text.toString()).toBe('')
      await provider.destroy()
    }
    const replaced = provide(logsIn('ada'))
    await eventuallyOpens(replaced.network)
    greet(replaced.network.last, new Y.Doc(), 'two')
    expect(replaced.text.toString()).toBe('')
    await expect.poll(() => replaced.provider.status.setAside).toBe(1)
    // What was set aside is theirs alone, too.
    const other = provide(logsIn('grace'))
    await eventuallyOpens(other.network)
    expect(await other.provider.setAside()).toEqual([])
  })
})

describe('what is kept is removed', () => {
  it('[CL98] at a sign-out: of all documents of this user on this server, and of nobody and nothing else', async () => {
    await visit(logsIn('ada'), 'here', 'one')
    await visit({ ...logsIn('ada'), doc: 'other' }, 'there')
    await visit({ ...logsIn('ada'), server: 'ws://other.test' }, 'elsewhere')
    await visit(logsIn('grace'), 'by Grace')
    await offlineVisit(['by nobody'])
    const { provider, network, text } = provide(logsIn('ada'))
    await eventuallyOpens(network)
    greet(network.last, new Y.Doc(), 'two')
    await expect.poll(() => provider.status.setAside).toBe(1)
    text.insert(0, 'typed last')
    await provider.signOut()
    expect((await documents()).sort()).toEqual([['ws://other.test', 'doc', 'ada'], [SERVER, 'doc'], [SERVER, 'doc', 'grace']])
    const next = provide(logsIn('ada'))
    await eventuallyOpens(next.network)
    expect([await next.provider.setAside(), next.text.toString()]).toEqual([[], ''])
  })

  it('[CL98] when the right to the document is taken away; nothing more is kept until the server lets the client in again', async () => {
    await visit({ ...logsIn('ada'), doc: 'other' }, 'another document')
    const { provider, network, text } = provide(logsIn('ada'))
    await eventuallyOpens(network)
    greet(network.last)
    text.insert(0, 'kept')
    await eventuallyKept(2)
    network.last.drop(4403, REFUSALS.forbidden.text)
    await eventuallyKept(1)
    text.insert(0, 'not ')
    expect(provider.status).toMatchObject({ connection: 'refused', unsaved: 2, kept: false })
    await eventuallyKept(1)
    expect(await documents()).toEqual([[SERVER, 'other', 'ada']])
    provider.connect()
    await eventuallyOpens(network, 2)
    greet(network.last)
    text.insert(0, 'again ')
    await eventuallyKept(2)
    expect(network.sockets).toHaveLength(2)
  })

  it('[CL98] also of an earlier visit, when the right was taken away meanwhile', async () => {
    await visit(logsIn('ada'), 'kept', 'one')
    const { provider, network } = provide(logsIn('ada'))
    await eventuallyOpens(network)
    expect(provider.status).toMatchObject({ unsaved: 1, kept: true })
    network.last.open()
    network.last.drop(4403, REFUSALS.forbidden.text)
    await eventuallyKept(0)
    await endOfTask()
    expect(provider.status).toMatchObject({ connection: 'refused', unsaved: 1, kept: false })
  })

  it('[CL98] at either, also where the browser has no storage and the page keeps what was set aside', async () => {
    delete (globalThis as { indexedDB?: unknown }).indexedDB
    for (const end of ['sign-out', 'revocation']) {
      const { provider, network, text } = provide(logsIn('ada'))
      await eventuallyOpens(network)
      greet(network.last, new Y.Doc(), 'one')
      text.insert(0, end)
      network.last.drop(4409, REFUSALS.outdated.text)
      expect(await provider.setAside()).toHaveLength(1)
      const other = provide(logsIn('grace'))
      await eventuallyOpens(other.network)
      expect(await other.provider.setAside()).toEqual([])
      if (end === 'sign-out') await provider.signOut()
      else {
        provider.connect()
        await eventuallyOpens(network, 2)
        network.last.open()
        network.last.drop(4403, REFUSALS.forbidden.text)
        await endOfTask()
        expect(provider.status.setAside).toBe(0)
      }
      const next = provide(logsIn('ada'))
      await eventuallyOpens(next.network)
      expect(await next.provider.setAside()).toEqual([])
    }
  })
})
