/**
 * Pages of somebody else, served as they are written, at an origin that is not Cowrite's.
 *
 * Owns: serving them, with the headers that a test wants.
 * Does not own: what stands in them. Bundled scripts: site.ts.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ServedPage {
  readonly body: string
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Pages {
  /** As `http://127.0.0.1:4321`. */
  readonly origin: string
  close(): void
}

/** @param pages by path, as `/` */
export async function startPages(pages: Readonly<Record<string, ServedPage | string>>): Promise<Pages> {
  const server = createServer((request, response) => {
    const found = pages[(request.url ?? '').replace(/\?.*/, '')]
    const page = typeof found === 'string' ? { body: found } : found
    response.statusCode = page ? 200 : 404
    response.setHeader('Content-Type', page?.type ?? 'text/html; charset=utf-8')
    for (const [name, value] of Object.entries(page?.headers ?? {})) response.setHeader(name, value)
    response.end(page?.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
