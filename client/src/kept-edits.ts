/**
 * Taking edits of an earlier visit back into a document.
 *
 * Owns: what an update needs a document to have already, and which of many can be taken in now.
 * Does not own: where the edits were kept (unsaved-store.ts), sending them (y-websocket does).
 * Always holds: an update goes into the document only when all it needs is there. Yjs would take it in
 * earlier and keep it aside as pending, but would then also send it: a server that lacks the
 * base finds a gap that this client cannot fill, and refuses it.
 */
import * as Y from 'yjs'
import type { KeptRecord } from './unsaved-store.js'

/** Clock by client id: a state vector. */
type Clocks = Map<number, number>

export interface HeldRecord extends KeptRecord {
  /** The state that a document must have reached before. */
  readonly needs: Clocks
  /** The state that it brings a document to. */
  readonly brings: Clocks
}

const raise = (clocks: Clocks, client: number, clock: number): void => {
  if (clock > (clocks.get(client) ?? 0)) clocks.set(client, clock)
}

/**
 * What this record needs and brings.
 * @returns undefined when its bytes are not an update: then it stays where it is and counts for nothing.
 */
export function holdRecord(record: KeptRecord): HeldRecord | undefined {
  try {
    const { from, to } = Y.parseUpdateMeta(record.update)
    const { structs, ds } = Y.decodeUpdate(record.update)
    const needs: Clocks = new Map()
    const need = (client: number, clock: number): void => {
      if (!(clock > (from.get(client) ?? Infinity) && clock <= (to.get(client) ?? 0))) raise(needs, client, clock)
    }
    for (const [client, clock] of from) raise(needs, client, clock)
    for (const struct of structs) {
      if (!(struct instanceof Y.Item)) continue
      // As decoded, a parent is the name of a root, the id of an item, or left to be found through the origins.
      const parent = struct.parent as unknown
      for (const id of [struct.origin, struct.rightOrigin, parent instanceof Y.ID ? parent : null]) {
        if (id) need(id.client, id.clock + 1)
      }
    }
    for (const [client, ranges] of ds.clients) for (const { clock, len } of ranges) need(client, clock + len)
    return { ...record, needs, brings: to }
  } catch {
    return undefined
  }
}

/** Splits records into those that the document can take in now, in a fitting order, and the others. */
export function sortByReadiness(records: readonly HeldRecord[], ydoc: Y.Doc): { ready: HeldRecord[]; held: HeldRecord[] } {
  const state: Clocks = new Map()
  const stateOf = (client: number): number => state.get(client) ?? Y.getState(ydoc.store, client)
  const ready: HeldRecord[] = []
  let held = [...records]
  for (let found = -1; found !== 0; ) {
    const waiting: HeldRecord[] = []
    for (const record of held) {
      if ([...record.needs].every(([client, clock]) => stateOf(client) >= clock)) {
        for (const [client, clock] of record.brings) state.set(client, Math.max(stateOf(client), clock))
        ready.push(record)
      } else waiting.push(record)
    }
    found = held.length - waiting.length
    held = waiting
  }
  return { ready, held }
}

/** `Y.mergeUpdates` takes time quadratic in their number, so many are merged group by group. */
const GROUP = 128

/** One update that says what all of these say. There must be at least one. */
export function mergeInGroups(updates: readonly Uint8Array[]): Uint8Array {
  let level = [...updates]
  while (level.length > 1) {
    const next: Uint8Array[] = []
    for (let at = 0; at < level.length; at += GROUP) next.push(Y.mergeUpdates(level.slice(at, at + GROUP)))
    level = next
  }
  return level[0] ?? new Uint8Array([0, 0])
}
