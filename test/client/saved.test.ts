/** What counts as unsaved, when the server is asked, and what its answer is worth. */
import { encodeSaved, encodeStep1, encodeUpdate } from '@cowrite/protocol'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { greet } from './support/fake-socket.js'
import { connected, endOfTask, provide, updateOf } from './support/provider.js'

beforeEach(() => {
  vi.useFakeTimers()
  return () => vi.useRealTimers()
})

describe('counting', () => {
  it('[CL20] every local change counts once, whoever made it; changes from the server do not', async () => {
    const { provider, text, socket } = await connected()
    text.insert(0, 'a')
    text.insert(1, 'b')
    Y.applyUpdate(provider.ydoc, updateOf((ydoc) => ydoc.getText('other').insert(0, 'c')), 'another provider')
    expect(provider.status.unsaved).toBe(3)
    socket.receive(encodeUpdate(updateOf((ydoc) => ydoc.getText('other').insert(0, 'd'))))
    expect(provider.ydoc.getText('other').length).toBe(2)
    expect(provider.status.unsaved).toBe(3)
    text.insert(0, '')
    expect(provider.status.unsaved).toBe(3)
  })

  it('[CL21] content that the document brings along is unsaved until the first exchange is confirmed', async () => {
    const ydoc = new Y.Doc()
    ydoc.getText('text').insert(0, 'from elsewhere')
    const { provider, network } = provide({ ydoc })
    expect(provider.status.unsaved).toBe(1)
    greet(network.last)
    await endOfTask()
    expect(network.last.confirm()).toBe(1)
    expect(provider.status.save).toBe('saved')
    const server = new Y.Doc()
    network.last.applyTo(server)
    expect(server.getText('text').toString()).toBe('from elsewhere')
    ydoc.destroy()
  })
})

describe('asking', () => {
  it('[CL22] the question follows what it asks about, one for all changes of a task', async () => {
    const { socket, text } = await connected()
    const before = socket.sent.length
    for (let at = 0; at < 20; at++) text.insert(at, 'x')
    expect(socket.types.slice(before)).toEqual(Array.from({ length: 20 }, () => 'update'))
    await endOfTask()
    expect(socket.types.slice(before + 20)).toEqual(['saved'])
  })

  it('[CL23] nothing is asked on a connection before our answer to its step 1 went out', async () => {
    const { text, network, provider } = provide()
    text.insert(0, 'before')
    network.last.open()
    text.insert(0, 'early')
    await vi.advanceTimersByTimeAsync(6_000)
    expect(network.last.questions).toHaveLength(0)
    network.last.receive(encodeStep1(Y.encodeStateVector(new Y.Doc())))
    await endOfTask()
    expect(network.last.types.slice(-2)).toEqual(['step2', 'saved'])
    network.last.confirm()
    expect(provider.status.save).toBe('saved')
  })

  it('[CL23] after a reconnect it is asked again, and what was asked on the old connection is void', async () => {
    const { provider, text, socket, network } = await connected()
    text.insert(0, 'x')
    await endOfTask()
    const [, lost] = socket.questions
    expect(lost).toBeDefined()
    socket.drop()
    await vi.advanceTimersByTimeAsync(200)
    greet(network.last)
    await endOfTask()
    network.last.receive(encodeSaved(lost ?? new Uint8Array()))
    expect(provider.status.unsaved).toBe(1)
    expect(network.last.confirm()).toBe(1)
    expect(provider.status.save).toBe('saved')
  })

  it('[CL24] while an answer may come there is no further question; the answer asks about the rest', async () => {
    const { provider, text, socket } = await connected()
    const before = socket.questions.length
    for (let at = 0; at < 5; at++) {
      text.insert(at, 'x')
      await endOfTask()
    }
    expect(socket.questions.length - before).toBe(1)
    socket.confirm()
    expect(provider.status.unsaved).toBe(4)
    expect(socket.questions.length - before).toBe(2)
    socket.confirm()
    expect(provider.status.save).toBe('saved')
    expect(socket.questions.length - before).toBe(2)
  })

  it('[CL24] a question that gets no answer is put again', async () => {
    const { provider, text, socket } = await connected()
    text.insert(0, 'x')
    await endOfTask()
    const before = socket.questions.length
    text.insert(1, 'y')
    // The connection lives, the answer to the question was lost within the server.
    for (let second = 0; second < 12; second++) {
      await vi.advanceTimersByTimeAsync(1_000)
      socket.receive(encodeUpdate(updateOf((ydoc) => ydoc.getText('other').insert(0, 'd'))))
    }
    const again = socket.questions.slice(before)
    expect(again.length).toBeGreaterThan(0)
    socket.receive(encodeSaved(again.at(-1) ?? new Uint8Array()))
    expect(provider.status.save).toBe('saved')
  })
})

describe('answers', () => {
  it('[CL25] only the answer saves, and only what was asked about', async () => {
    const { provider, text, socket } = await connected()
    text.insert(0, 'x')
    await endOfTask()
    text.insert(0, 'y')
    expect(provider.status).toMatchObject({ save: 'saving', unsaved: 2 })
    const question = socket.questions.at(-1) ?? new Uint8Array()
    socket.receive(encodeSaved(question))
    expect(provider.status).toMatchObject({ save: 'saving', unsaved: 1 })
    socket.receive(encodeSaved(question))
    expect(provider.status).toMatchObject({ save: 'saving', unsaved: 1 })
  })

  it.each([[[]], [[0]], [[1, 99]], [[9, 1]], [[1, 0xff]]])('[CL25] an answer to nothing (%j) says nothing', async (payload) => {
    const { provider, text, socket } = await connected()
    text.insert(0, 'x')
    await endOfTask()
    socket.receive(encodeSaved(Uint8Array.from(payload)))
    expect(provider.status.unsaved).toBe(1)
    socket.confirm()
    expect(provider.status.save).toBe('saved')
  })

  it('[CL26] when the server asks for what it lacks, answers to earlier questions count for nothing', async () => {
    const { provider, text, socket } = await connected()
    text.insert(0, 'x')
    await endOfTask()
    const before = socket.questions.at(-1) ?? new Uint8Array()
    socket.receive(encodeStep1(Y.encodeStateVector(new Y.Doc())))
    socket.receive(encodeSaved(before))
    expect(provider.status.unsaved).toBe(1)
    await endOfTask()
    expect(socket.types.slice(-2)).toEqual(['step2', 'saved'])
    socket.receive(encodeSaved(before))
    expect(provider.status.unsaved).toBe(1)
    socket.receive(encodeSaved(socket.questions.at(-1) ?? new Uint8Array()))
    expect(provider.status.save).toBe('saved')
  })
})
