/**
 * Hocuspocus 4.7 with its database extension over LevelDB, otherwise as it comes.
 *
 * Owns: the whole peer. Run as a process of its own with its data directory as argument; prints `port N`.
 * Always holds: every setting is Hocuspocus' default (stores the whole document 2 to 10 s after an
 * edit); LevelDB writes without fsync, which is classic-level's default.
 */
import { Database } from '@hocuspocus/extension-database'
import { Server } from '@hocuspocus/server'
import { ClassicLevel } from 'classic-level'

const directory = process.argv[2]
if (directory === undefined) throw new Error('which data directory?')

const level = new ClassicLevel<string, Uint8Array>(directory, { valueEncoding: 'view' })
await level.open()

const server = new Server({
  port: 0,
  address: '127.0.0.1',
  quiet: true,
  extensions: [
    new Database({
      fetch: async ({ documentName }) => (await level.get(documentName)) ?? null,
      store: async ({ documentName, state }) => level.put(documentName, state),
    }),
  ],
})
await server.listen()
process.stdout.write(`port ${server.address.port}\n`)
