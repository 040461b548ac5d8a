/**
 * Many clients at once: opening them and closing them.
 *
 * Owns: how many connections are being opened at a time.
 * Always holds: `openAll` resolves when all are synced, or throws; nobody is left half open unnoticed.
 */
import { Client, type ClientOptions } from './client.js'
import { until } from '../waiting.js'

/** Beyond this the server's backlog of half-open connections (511 in Node) overflows and a second is lost. */
const AT_ONCE = 100
const OPEN_LIMIT_MS = 120_000

/** Opens clients, `atOnce` at a time, and waits until each is synced. */
export async function openAll(options: readonly ClientOptions[], atOnce: number = AT_ONCE): Promise<Client[]> {
  const clients: Client[] = []
  let next = 0
  const openNext = async (): Promise<void> => {
    for (let index = next++; index < options.length; index = next++) {
      const client = new Client(options[index] as ClientOptions)
      clients[index] = client
      await client.whenSynced
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, options.length) }, openNext))
  return clients
}

export async function closeAll(clients: readonly Client[]): Promise<void> {
  for (const client of clients) client.close()
  await until(() => clients.every((client) => client.ended), OPEN_LIMIT_MS)
}
