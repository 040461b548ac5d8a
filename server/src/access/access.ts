/**
 * What one connection may do in its document.
 *
 * Owns: the value, and what each role may do.
 * Does not own: where it comes from (door.ts), when it changes (live.ts).
 * Always holds: it never changes; a new one takes its place.
 */
import { isAtLeast, type Role } from '@cowrite/protocol'
import type { Identity } from './identity.js'

export interface Access {
  /** Undefined where nobody logs in. */
  readonly identity: Identity | undefined
  readonly role: Role
}

/** Where nobody logs in everybody may do everything. */
export const OPEN_ACCESS: Access = { identity: undefined, role: 'admin' }

/** Before anything is known. */
export const NO_ACCESS: Access = { identity: undefined, role: 'none' }

export const mayRead = ({ role }: Access): boolean => isAtLeast(role, 'read')
/** Whether updates of the content are taken. Comments are records beside it. */
export const mayWrite = ({ role }: Access): boolean => isAtLeast(role, 'write')
export const mayAdminister = ({ role }: Access): boolean => isAtLeast(role, 'admin')
