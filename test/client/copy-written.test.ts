/** When the copy of the whole document is written, how large it may be, and when it goes. */
import { MAX_COPIES_BYTES, MAX_COPY_BYTES } from '@cowrite/client'
import { encodeAccess, REFUSALS } from '@cowrite/protocol'
import { readFile } from 'node:fs/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import * as Y from 'yjs'
import { documentOf, logsIn, provide, texts, useLineage, visit } from './support/copies.js'
import { openTab } from './support/fake-tab.js'
import { SERVER } from './support/provider.js'
import { confirmAll, copies, eventuallyOpens, kept, putCopy, useFakeStorage } from './support/storage.js'

useFakeStorage()
const epoch = useLineage()

describe('the copy is removed', () => {
  it('[CL103] at a sign-out, of all documents of this user on this server', async () => {
    for (const [sub, doc] of [['ada', 'doc'], ['ada', 'other'], ['grace', 'doc']] as const) {
      const { provider } = await visit(documentOf(`${sub} in ${doc}`), { ...logsIn(sub), doc })
      await provider.destroy()
    }
    const { provider, text } = await visit(documentOf('ada in doc'), logsIn('ada'))
    text.insert(0, 'x')
    await provider.signOut()
    expect(await texts()).toEqual(['grace in doc'])
  })

  it('[CL103] when the right is taken away, and is not written again before the server lets this client in', async () => {
    const server = documentOf('secret')
    const { provider, network, text } = await visit(server, logsIn('ada'))
    await provider.destroy()
    const next = await visit(server, logsIn('ada'))
    next.network.last.drop(4403, REFUSALS.forbidden.text)
    next.text.insert(0, 'x')
    await next.provider.destroy()
    await vi.waitFor(async () => expect(await copies()).toEqual([]))
    expect([network.sockets.length, text.toString()]).toEqual([1, 'secret'])
  })

  it('[CL103] when the document is deleted; unsaved edits stay kept', async () => {
    const { provider, network, text } = await visit(documentOf('base'))
    text.insert(0, 'x')
    network.last.drop(REFUSALS.deleted.closeCode, REFUSALS.deleted.text)
    await provider.destroy()
    expect([(await copies()).length, (await kept()).length]).toEqual([0, 1])
  })
})

describe('the copy is written', () => {
  it('[CL104] soon after a change, and at once when the tab goes to the back', async () => {
    const tab = openTab()
    const { network, text } = await visit(documentOf('base'))
    tab.show(false)
    await vi.waitFor(async () => expect(await texts()).toEqual(['base']))
    tab.show(true)
    text.insert(0, 'x')
    await confirmAll(network.last)
    await vi.waitFor(async () => expect(await texts()).toEqual(['xbase']), { timeout: 20_000 })
  })

  it('[CL104] at once when the connection is lost: what is typed then needs it', async () => {
    const real = setTimeout
    vi.stubGlobal('setTimeout', (run: (...given: unknown[]) => void, pause = 0, ...given: unknown[]) => (pause < 1_000 ? real(run, pause, ...given) : undefined))
    onTestFinished(() => void vi.unstubAllGlobals())
    const { network } = await visit(documentOf('base'))
    expect(await copies()).toEqual([])
    network.last.drop()
    await vi.waitFor(async () => expect(await texts()).toEqual(['base']), { timeout: 20_000 })
  })

  it('[CL104] never of a document that the server has not brought, nor while it refuses what was changed here', async () => {
    const never = provide()
    await eventuallyOpens(never.network)
    never.text.insert(0, 'nobody has this')
    await never.provider.destroy()
    expect(await copies()).toEqual([])
    const { provider, network, text } = await visit(documentOf('base'), logsIn('ada'))
    text.insert(0, 'not allowed ')
    network.last.receive(encodeAccess({ role: 'read', user: { id: 'ada' }, expiresIn: 600_000, denied: true }))
    await provider.destroy()
    expect(await copies()).toEqual([])
  })

  it('[CL104] without a connection not over what another tab wrote meanwhile', async () => {
    const server = documentOf('base')
    const first = await visit(server)
    first.network.last.drop()
    const second = await visit(server)
    second.text.insert(4, ' and news')
    await confirmAll(second.network.last)
    await second.provider.destroy()
    first.text.insert(0, 'stale ')
    await first.provider.destroy()
    expect(await texts()).toEqual(['base and news'])
  })

  it('[CL105] up to a size, and of all documents together up to another: those written longest ago go', async () => {
    const { provider: small } = await visit(documentOf('small'))
    await small.destroy()
    const large = documentOf('x'.repeat(MAX_COPY_BYTES))
    const { provider } = await visit(large)
    await provider.destroy()
    expect(await texts(), 'neither that, nor what it was before').toEqual([])
    const update = Y.encodeStateAsUpdate(documentOf('old'))
    for (const [time, bytes] of [[3, MAX_COPIES_BYTES - 2000], [1, 1900], [2, 1900]] as const) {
      await putCopy({ document: [SERVER, `old ${time}`], epoch: epoch(), version: String(time), time, bytes, update })
    }
    const { provider: next } = await visit(documentOf('new'))
    await next.destroy()
    expect((await copies()).map(({ document }) => document[1]).sort()).toEqual(['doc', 'old 2', 'old 3'])
  })

  it('[CL105] the sizes are those that the documentation names', async () => {
    const page = await readFile(new URL('../../docs/embed.md', import.meta.url), 'utf8')
    for (const size of [MAX_COPY_BYTES, MAX_COPIES_BYTES]) expect(page).toContain(`${size / 1024 / 1024} MiB`)
  })
})
