/**
 * Rule LM5: how large a document may become. On a virtual clock.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { World } from '../support/room-world.js'

const LIMIT = 10_000

let world: World
beforeEach(() => {
  world = new World({ limits: { maxDocumentBytes: LIMIT }, compactAfterUpdates: 10 })
})
afterEach(() => world.end())

const storedLength = async (): Promise<number> => (await world.stored()).getText('text').length

describe('a document that is full', () => {
  it('[LM5] takes no more from anybody, tells who tries, and answers no "saved" for it', async () => {
    const [author, reader] = [await world.newcomer(), await world.newcomer()]
    author.type(0, 'x'.repeat(LIMIT))
    await world.settle()
    expect(reader.reads).toHaveLength(LIMIT)
    author.type(0, 'y')
    author.ask()
    await world.settle()
    expect(reader.reads).toHaveLength(LIMIT)
    expect(await storedLength()).toBe(LIMIT)
    expect(author.heard.filter(({ type }) => type === 'denied')).toHaveLength(1)
    expect(author.saved).toEqual([])
    expect(author.isConnected).toBe(true)
    // It is no matter of who brings it, nor of how.
    const late = await world.newcomer()
    expect(late.reads).toHaveLength(LIMIT)
    late.type(0, 'z')
    await world.settle()
    expect(await storedLength()).toBe(LIMIT)
  })

  it('[LM5] says why, to who understands that', async () => {
    const author = await world.newcomer('story', { speaksCowrite: true })
    author.type(0, 'x'.repeat(LIMIT))
    await world.settle()
    author.type(0, 'y')
    await world.settle()
    expect(author.notices.at(-1)).toMatchObject({ role: 'read', because: 'document-full', denied: true })
  })

  it('[LM5] takes deletions, and then everything that was refused', async () => {
    const [author, reader] = [await world.newcomer(), await world.newcomer()]
    author.type(0, 'x'.repeat(LIMIT))
    await world.settle()
    author.type(LIMIT, 'more')
    await world.settle()
    reader.erase(0, LIMIT - 10)
    await world.settle()
    expect(author.reads).toHaveLength(14)
    await world.rooms.compact('story')
    await world.settle()
    author.ask()
    // Copies are compared while the document changes; the answer brings what was refused.
    await world.pass(60_000)
    expect(reader.reads).toBe('x'.repeat(10) + 'more')
    expect(await storedLength()).toBe(14)
    expect(author.saved).toEqual([1])
  })
})
