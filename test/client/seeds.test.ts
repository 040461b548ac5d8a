/** Content for an empty document: asked for when it is known to be empty, and never put in twice. */
import { encodeSeeded } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { greet } from './support/fake-socket.js'
import { connected, endOfTask, failureOf, provide } from './support/provider.js'

const seedsIn = (sent: readonly { type: string }[]): { question: number; update: Uint8Array }[] =>
  sent.filter((message): message is { type: 'seed'; question: number; update: Uint8Array } => message.type === 'seed')

const write = (ydoc: Y.Doc): void => ydoc.getText('text').insert(0, 'Welcome')

describe('a seed', () => {
  it('[CL80] is sent once the document is known to be empty, is not put in here, and the answer says what became of it', async () => {
    for (const taken of [true, false]) {
      const { provider, network, text } = provide()
      const seeded = provider.seed(write)
      greet(network.last, new Y.Doc(), '')
      await endOfTask()
      const [seed] = seedsIn(network.last.sent)
      const content = new Y.Doc()
      Y.applyUpdate(content, seed?.update ?? new Uint8Array([0, 0]))
      expect([content.getText('text').toString(), text.toString(), provider.status.unsaved]).toEqual(['Welcome', '', 0])
      network.last.receive(encodeSeeded(seed?.question ?? 0, taken))
      expect(await seeded).toBe(taken)
    }
  })

  it('[CL80] of a document that has content is not sent', async () => {
    const { provider, network } = provide()
    const server = new Y.Doc()
    write(server)
    greet(network.last, server, 'one')
    expect(await provider.seed(write)).toBe(false)
    expect(seedsIn(network.last.sent)).toEqual([])
  })

  it('[CL81] without an answer is sent again on the next connection, unless the document has content by then', async () => {
    const { provider, network } = provide()
    const seeded = [provider.seed(write), provider.seed(Y.encodeStateAsUpdate(new Y.Doc()))]
    greet(network.last, new Y.Doc(), '')
    await endOfTask()
    expect(seedsIn(network.last.sent)).toHaveLength(2)
    network.last.drop()
    await expect.poll(() => network.sockets.length).toBe(2)
    const server = new Y.Doc()
    write(server)
    greet(network.last, server, 'one')
    expect(await Promise.all(seeded)).toEqual([false, false])
    expect(seedsIn(network.last.sent)).toEqual([])
  })

  it('[CL82] fails where the server knows no seeds, at a refusal and at the end', async () => {
    const stock = await connected()
    expect(await failureOf(stock.provider.seed(write).then(() => undefined))).toMatch(/does not take content/)
    for (const end of ['refusal', 'destroy'] as const) {
      const { provider, network } = provide()
      const failure = failureOf(provider.seed(write).then(() => undefined))
      if (end === 'refusal') network.last.open()
      if (end === 'refusal') network.last.drop(4404)
      else await provider.destroy()
      expect(await failure).toMatch(end === 'refusal' ? /deleted/ : /destroyed/)
      expect(await failureOf(provider.seed(write).then(() => undefined))).toMatch(end === 'refusal' ? /deleted/ : /destroyed/)
    }
  })
})
