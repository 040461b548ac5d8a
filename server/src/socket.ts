/**
 * What a connection needs of a transport, and what a transport needs of a connection.
 *
 * Owns: the seam between them. WebSocket is one transport (websocket.ts); tests have a hand-flushed
 * one; SSE with POST is to come.
 * Always holds: frames arrive whole and in order; after `closed` nothing more arrives.
 */
export interface Socket {
  /**
   * Queues messages, each as a frame of its own, to go out in one write. Must not throw, also when the
   * peer is gone. The same array is passed for all who get the same: a transport may prepare it once.
   */
  send(messages: readonly Uint8Array[]): void
  /** Bytes queued here and not yet taken by the operating system. */
  readonly bufferedBytes: number
  /** Calls back once when all that was queued before has been taken by the operating system. */
  whenDrained(callback: () => void): void
  /** Says goodbye with a close code. */
  close(code: number, text: string): void
  /** Drops the peer without a goodbye. */
  terminate(): void
  /** Asks for a sign of life, in one write with these messages; the answer arrives as `heard`. */
  ping(messages?: readonly Uint8Array[]): void
  /** Stops and resumes the flow of incoming frames. */
  pause(): void
  resume(): void
}

export interface SocketEvents {
  /** One frame came in. The bytes belong to the receiver from now on. */
  received(frame: Uint8Array): void
  /** The peer showed that it lives, or asked for a sign of life, without a message. */
  heard(): void
  /** The peer is gone. Called exactly once, last. */
  closed(): void
}
