/**
 * What an app may set.
 *
 * Owns: the options, their units and defaults.
 * Does not own: what follows from them.
 */
import type { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'

export interface CowriteProviderOptions {
  /** The server: `ws://host:1234`, `https://host`, with or without a base path. http becomes ws, https wss. */
  server: string
  /** Name of the document: 1 to 512 bytes of UTF-8; slashes are allowed, `.` and `..` between them are not. */
  doc: string
  /** The Yjs document; by default a new one, which `destroy()` then destroys. */
  ydoc?: Y.Doc
  /** Presence; by default a new one, which `destroy()` then destroys. */
  awareness?: Awareness
  /** Whether to connect at once; default true. */
  connect?: boolean
  /** Whether unsaved edits are kept in this browser until they are saved, where it has IndexedDB; default true. */
  keepUnsaved?: boolean
  /**
   * Whether a copy of the whole document is kept in this browser, too, and the next visit begins with it, before and without
   * a connection; default false, and nothing without `keepUnsaved`. Where the server has another document under the name
   * by then the provider is refused as `replaced`.
   */
  keepCopy?: boolean
  /**
   * Gives a token to log in with. Asked before the first connection, shortly before the token ends, and when the server
   * no longer takes it; should it throw, it is asked again.
   */
  getToken?: () => string | Promise<string>
  /**
   * Id of the user: edits kept in this browser are theirs alone. By default the token's `sub`; of a token that does not
   * show one, what the server says of it, and until then nothing is kept.
   */
  user?: string
  /** Query parameters of the WebSocket's URL. */
  params?: Record<string, string>
  /** The WebSocket to use where there is no global one (Node before 22): `WebSocket` of the package `ws`. */
  WebSocketPolyfill?: typeof WebSocket
  /** Whether the browser asks before the tab closes while something is unsaved; default true. */
  protectTab?: boolean
  /** How long saving may take before the status says `unsaved`, in milliseconds; default 1,500. */
  saveWarningMs?: number
}

export const DEFAULT_SAVE_WARNING_MS = 1_500

/**
 * How long to wait for the edits kept by an earlier visit before connecting without them, in milliseconds.
 * Some browsers never answer an IndexedDB request; edits that are found later are taken in then.
 */
export const READ_KEPT_LIMIT_MS = 2_000

/** Longest pause between two attempts to connect, in milliseconds; each pause is a random half to whole of its length. */
export const MAX_BACKOFF_MS = 2_500
