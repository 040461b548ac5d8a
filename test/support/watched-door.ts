/**
 * A door at which a test sees who is being looked at.
 *
 * Owns: keeping account of it. Does not own: waiting for it (room-world.ts). Always holds: the door does what it does.
 */
import type { Door } from '@cowrite/server'

/** @param identifying holds the looks that have not ended */
export function watched(door: Door, identifying: Set<Promise<unknown>>): Door {
  const { identify } = door
  if (!identify) return door
  const seen: typeof identify = (...of) => {
    const look = identify(...of)
    identifying.add(look)
    void look.catch(() => {}).finally(() => identifying.delete(look))
    return look
  }
  return { ...door, identify: seen }
}
