/**
 * How each server under test is started.
 *
 * Owns: command lines, environment and how the port is learnt.
 * Does not own: the process (server-under-test.ts).
 * Always holds: default settings, apart from port and data directory; variables of ours never reach a server.
 */
import { createServer, type AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServerName } from './scenario.js'

export interface ServerCommand {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Finds the port in what the server printed. */
  readonly port: RegExp
}

const fileBeside = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const cowrite = (...flags: string[]): string[] => [fileBeside('../../server/dist/main.js'), 'serve', '--port', '0', ...flags]

/** The command line of this server on this data directory. */
export async function commandOf(name: ServerName, data: string): Promise<ServerCommand> {
  switch (name) {
    case 'cowrite':
      return { args: cowrite('--data', data), env: {}, port: /http:\/\/127\.0\.0\.1:(\d+)\// }
    case 'cowrite-no-history':
      return { args: cowrite('--data', data, '--history', 'none'), env: {}, port: /http:\/\/127\.0\.0\.1:(\d+)\// }
    case 'hocuspocus':
      return { args: [fileBeside('servers/hocuspocus.js'), data], env: {}, port: /port (\d+)/ }
    case 'blind':
      return { args: [fileBeside('servers/blind.js')], env: {}, port: /port (\d+)/ }
    case 'y-websocket': {
      const manifest = createRequire(import.meta.url).resolve('y-websocket-v2/package.json')
      const env = { HOST: '127.0.0.1', PORT: String(await freePort()), YPERSISTENCE: data }
      return { args: [join(dirname(manifest), 'bin/server.cjs')], env, port: /on port (\d+)/ }
    }
  }
}

/** A port that is free now; its server cannot choose one by itself. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
