/**
 * The address of a server.
 *
 * Always holds: it can be reached from this machine; a server that listens on every address is
 * reached on loopback.
 */

/** As `http://127.0.0.1:1234`. */
export function addressOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
