/**
 * Rule ME9: what open documents keep when nobody asks for it any more.
 */
import { DocumentState } from '@cowrite/server'
import { afterEach, beforeEach, expect, it } from 'vitest'
import * as Y from 'yjs'
import { World } from '../support/room-world.js'

let world: World
let loads = 0
beforeEach(() => {
  world = new World({ compactAfterUpdates: 10 })
  loads = 0
  world.faults.plan = ({ verb }) => {
    if (verb === 'load') loads++
    return undefined
  }
})
afterEach(() => world.end())

it('[ME9] a snapshot that nobody asked for in 4 s is let go, and whoever comes then is answered all the same', async () => {
  const author = await world.newcomer()
  for (let i = 0; i < 10; i++) {
    author.type(0, String(i).repeat(200))
    await world.settle()
  }
  await world.newcomer()
  expect(world.rooms.snapshotBytes).toBeGreaterThan(2_000)
  await world.pass(4_000)
  expect(world.rooms.snapshotBytes).toBe(0)
  const before = loads
  const late = await world.newcomer()
  expect(late.reads).toBe(author.reads)
  expect(loads).toBe(before + 1)
  expect(world.rooms.snapshotBytes).toBeGreaterThan(2_000)
  // While somebody comes every second it stays.
  for (let i = 0; i < 8; i++) {
    await world.pass(1_000)
    await world.newcomer()
  }
  expect(loads).toBe(before + 1)
})

it('[ME9] the set in which deletions were looked up is let go when it is not asked, and made again when it is', () => {
  const doc = new Y.Doc()
  doc.getText('text').insert(0, 'once upon a time')
  doc.getText('text').delete(4, 5)
  const made: Parameters<NonNullable<ConstructorParameters<typeof DocumentState>[2]>>[0][] = []
  const state = new DocumentState(undefined, [], (lookup) => made.push(lookup))
  const take = (update: Uint8Array): void => {
    const judgement = state.judge(update)
    if (judgement.verdict !== 'new') throw new Error(judgement.verdict)
    state.take(judgement.summary)
  }
  take(Y.encodeStateAsUpdate(doc))
  expect(state.judge(Y.encodeStateAsUpdate(doc)).verdict).toBe('nothing')
  const looked = made.length
  expect(looked).toBeGreaterThan(0)
  // It was asked since it was made; then it was not.
  expect(made.at(-1)?.forgetUnasked()).toBe(false)
  expect(made.at(-1)?.forgetUnasked()).toBe(true)
  expect(state.judge(Y.encodeStateAsUpdate(doc)).verdict).toBe('nothing')
  expect(made).toHaveLength(looked + 1)
})
