/**
 * Whose face stands on a presence state.
 *
 * Owns: putting what the token says in the place of what the client says about its person.
 * Does not own: which connection a state belongs to (presence.ts).
 * Always holds: `user.id` and `user.name` are the token's; a picture is the token's or none; the color is
 * the token's where it has one. Everything else (the caret) passes as it came. A state without `user`,
 * as of a program, gets none.
 */
import type { AwarenessEntry, Face } from '@cowrite/protocol'

export function stampPresence(entries: readonly AwarenessEntry[], face: Face): AwarenessEntry[] {
  return entries.map((entry) => (entry.state === undefined ? entry : { ...entry, state: stampState(entry.state, face) }))
}

/** @param state JSON text of an object: the reading of the message has checked it */
function stampState(state: string, { id, name, color, avatar }: Face): string {
  const shown = JSON.parse(state) as Record<string, unknown>
  if (!Object.hasOwn(shown, 'user')) return state
  const { avatar: _avatar, picture: _picture, ...said } = recordOf(shown['user'])
  // Not `shown.user = …` on the parsed object: a client may name a field `__proto__`.
  return JSON.stringify({ ...shown, user: { ...said, id, name: name ?? id, ...(color && { color }), ...(avatar && { avatar }) } })
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
