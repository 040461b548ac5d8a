/**
 * Presence across reconnects.
 *
 * Owns: the two things without which y-protocols hides people who are there.
 * Does not own: what a presence state says, sending it (y-websocket does).
 * Always holds: the local state itself never changes here, only its clock.
 *
 * y-protocols 1.0 takes a state only when its clock is above the last one it saw of that client, and 0
 * counts as seen. When a connection drops, y-websocket removes the others' states but leaves
 * their clocks: the same states, told again by the server, are then ignored until their clients
 * renew them, up to 15 s later.
 */
import type { Awareness } from 'y-protocols/awareness'
import type { WebsocketProvider } from 'y-websocket'

/** Looks after presence over all connections of this provider. */
export function keepPresence(sync: WebsocketProvider): void {
  const { awareness } = sync
  if (awareness.meta.get(awareness.clientID)?.clock === 0) renewOwnClock(awareness)
  sync.on('status', ({ status }) => {
    if (status !== 'disconnected') return
    forgetOthers(awareness)
    renewOwnClock(awareness) // goes out with the next connection's first messages
  })
}

/** Forgets the clocks of everybody else, whose states are gone, so that the next state told of them counts. */
function forgetOthers(awareness: Awareness): void {
  for (const client of awareness.meta.keys()) {
    if (client !== awareness.clientID && !awareness.states.has(client)) awareness.meta.delete(client)
  }
}

/** Raises the clock of the local state, if there is one, so that others take it as news. */
function renewOwnClock(awareness: Awareness): void {
  const state = awareness.getLocalState()
  if (state !== null) awareness.setLocalState(state)
}
