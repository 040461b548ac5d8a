/**
 * Somebody else's web site on this machine, with stock y-websocket clients in its page.
 *
 * Owns: bundling stock-page.ts as any site would, and serving it from an origin that is not Cowrite's.
 * Always holds: the bundle is made of the packages as they are on npm.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

export interface StockSite {
  readonly url: string
  close(): void
}

export async function startStockSite(): Promise<StockSite> {
  const script = await bundle()
  const server = createServer((request, response) => {
    const isScript = request.url === '/stock.js'
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html; charset=utf-8')
    // The icon stands in the page, since browsers ask for one by themselves and complain when there is none.
    response.end(isScript ? script : '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/stock.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('.', import.meta.url)),
    resolve: { dedupe: ['yjs', 'y-protocols', 'lib0'] },
    build: {
      write: false,
      minify: false,
      rolldownOptions: { input: fileURLToPath(new URL('stock-page.ts', import.meta.url)), output: { codeSplitting: false } },
    },
  })
  const outputs = Array.isArray(result) ? result : [result]
  const chunks = outputs.flatMap((output) => ('output' in output ? output.output : []))
  const script = chunks.find((chunk) => chunk.type === 'chunk')
  if (script?.type !== 'chunk') throw new Error('the bundler made no script')
  return script.code
}
