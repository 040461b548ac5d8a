/**
 * Rules AC50 to AC52: presence cannot be forged or used to flood. On a virtual clock.
 */
import { decodeAwareness, encodeAwareness, encodeAwarenessStates } from '@cowrite/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Peer } from '../support/peer.js'
import { World } from '../support/room-world.js'
import { SECRET, tokenOf } from '../support/tokens.js'

let world: World
beforeEach(() => {
  world = new World({ login: { secret: SECRET } })
})
afterEach(() => world.end())

const join = (claims: Record<string, unknown>): Promise<Peer> => world.newcomer('story', { token: tokenOf(claims, world.clock.date()) })
const seen = (seer: Peer, peer: Peer): unknown => seer.awareness.getStates().get(peer.client)
const says = (client: number, clock: number, state: string): Uint8Array => encodeAwareness(encodeAwarenessStates([{ client, clock, state }]))

describe('the person of a presence state', () => {
  const token = { sub: 'u1', name: 'Ada', color: '#112233', picture: 'https://a.example/ada.png' }

  it('[AC50] is the one of the token, whatever the client says; the rest passes as it came', async () => {
    const [ada, bob] = [await join(token), await join({ sub: 'u2' })]
    for (const user of [{ name: 'Bob', id: 'u2', color: '#ffffff', avatar: 'https://evil.example/', extra: 1 }, {}, 'Bob', null, [1], 7]) {
      ada.awareness.setLocalState({ user, cursor: { anchor: 3 }, selection: null })
      await world.settle()
      expect(seen(bob, ada), JSON.stringify(user)).toMatchObject({
        user: { id: 'u1', name: 'Ada', color: '#112233', avatar: 'https://a.example/ada.png' }, cursor: { anchor: 3 }, selection: null,
      })
    }
  })

  it('[AC50] has the id for a name, and no picture, where the token has none; a color may be chosen', async () => {
    const [ada, bob] = [await join({ sub: 'u1' }), await join({ sub: 'u2' })]
    ada.awareness.setLocalState({ user: { name: 'Boss', avatar: 'https://boss.example/', picture: 'x', color: '#445566' } })
    await world.settle()
    expect(seen(bob, ada)).toEqual({ user: { id: 'u1', name: 'u1', color: '#445566' } })
  })

  it('[AC50] is not put where there was none, and `__proto__` stays a name like any other', async () => {
    const [ada, bob] = [await join(token), await join({ sub: 'u2' })]
    ada.awareness.setLocalState({ cursor: 1 })
    await world.settle()
    expect(seen(bob, ada)).toEqual({ cursor: 1 })
    ada.send(says(ada.client, 50, '{"__proto__":{"user":{"name":"Eve"}},"user":{"__proto__":{"name":"Eve"}}}'))
    await world.settle()
    expect(seen(bob, ada)).toMatchObject({ user: { id: 'u1', name: 'Ada' } })
    expect(({} as Record<string, unknown>)['user']).toBeUndefined()
  })

  it('[AC50] follows a name that a renewed token changes, from the next state on', async () => {
    const [ada, bob] = [await join(token), await join({ sub: 'u2' })]
    ada.awareness.setLocalState({ user: {} })
    await world.settle()
    await world.live.restrict('story', 'u1', 'read')
    ada.awareness.setLocalState({ user: {}, moved: true })
    await world.settle()
    expect(seen(bob, ada)).toMatchObject({ user: { name: 'Ada' }, moved: true })
  })
})

describe('the caret of somebody else', () => {
  it('[AC51] is neither set, moved nor removed, with a token of one\'s own either', async () => {
    const [ada, eve, bob] = [await join({ sub: 'ada' }), await join({ sub: 'eve' }), await join({ sub: 'bob' })]
    ada.awareness.setLocalState({ user: {}, cursor: 1 })
    await world.settle()
    for (const [clock, state] of [[5, '{"user":{},"cursor":99}'], [Number.MAX_SAFE_INTEGER, '{}'], [7, 'null']] as const) {
      eve.send(encodeAwareness(encodeAwarenessStates([{ client: ada.client, clock, state: state === 'null' ? undefined : state }])))
      await world.pass(3_000)
      expect(seen(bob, ada)).toMatchObject({ user: { id: 'ada' }, cursor: 1 })
    }
    ada.awareness.setLocalState({ user: {}, cursor: 2 })
    await world.settle()
    expect(seen(bob, ada)).toMatchObject({ user: { id: 'ada' }, cursor: 2 })
  })
})

describe('the caret of somebody who wrote, and is away', () => {
  it('[AC51] is nobody else\'s to set, so that no clock beyond all others hides it when they are back', async () => {
    const ada = world.peer()
    const socket = await world.join(ada, 'story', { token: tokenOf({ sub: 'ada' }, world.clock.date()) })
    const [eve, bob] = [await join({ sub: 'eve' }), await join({ sub: 'bob' })]
    ada.awareness.setLocalState({ user: {}, cursor: 1 })
    ada.type(0, 'Ada')
    await world.settle()
    socket.leave()
    await world.pass(40_000)
    expect(seen(bob, ada)).toBeUndefined()
    eve.send(says(ada.client, Number.MAX_SAFE_INTEGER, '{"user":{}}'))
    await world.pass(5_000)
    expect(seen(bob, ada)).toBeUndefined()
    await world.join(ada, 'story', { token: tokenOf({ sub: 'ada' }, world.clock.date()) })
    ada.awareness.setLocalState({ user: {}, cursor: 2 })
    await world.settle()
    expect(seen(bob, ada)).toMatchObject({ user: { id: 'ada' }, cursor: 2 })
  })
})

describe('a flood', () => {
  it('[AC52] a state of 1 MB closes that connection with 4400 and reaches nobody', async () => {
    const [eve, bob] = [await join({ sub: 'eve' }), await join({ sub: 'bob' })]
    const before = bob.heard.length
    eve.send(says(eve.client, 5, JSON.stringify({ user: { name: 'x'.repeat(1_000_000) } })))
    await world.settle()
    expect(eve.closedWith).toBe(4400)
    const heard = bob.heard.slice(before).flatMap(({ payload }) => decodeAwareness(payload))
    expect(heard).toEqual([{ client: eve.client, clock: 0, state: undefined }])
  })

  it('[AC52] of 1,000 states a second the others hear at most what the beat lets through, the latest last', async () => {
    const [eve, bob] = [await join({ sub: 'eve' }), await join({ sub: 'bob' })]
    const before = bob.heard.length
    for (let clock = 1; clock <= 1_000; clock++) eve.send(says(eve.client, clock, `{"user":{},"n":${clock}}`))
    await world.settle()
    const frames = bob.heard.slice(before)
    expect(frames.length).toBeLessThanOrEqual(3)
    expect(decodeAwareness(frames.at(-1)?.payload ?? Uint8Array.of(0)).at(-1)?.state).toContain('"n":1000')
  })
})
