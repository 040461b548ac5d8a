/**
 * Somebody else's web site on this machine, at an origin that is not Cowrite's.
 *
 * Owns: bundling its one script as any site would, and serving it.
 * Does not own: what the script does.
 * Always holds: the bundle is made of the packages as they are published.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

export interface Site {
  readonly url: string
  close(): void
}

/** @param script the source of the page's script, with imports by package name; @param body the page's HTML */
export async function startSite(script: string, body = ''): Promise<Site> {
  const bundled = await bundle(script)
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html; charset=utf-8')
    // The icon stands in the page, since browsers ask for one by themselves and complain when there is none.
    response.end(isScript ? bundled : `<!doctype html><link rel="icon" href="data:,">${body}<script type="module" src="/page.js"></script>`)
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

/** Under this name the bundler is given the script, as if it were a file of this folder. */
const SCRIPT = fileURLToPath(new URL('page-script.js', import.meta.url))

async function bundle(script: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('.', import.meta.url)),
    resolve: { dedupe: ['yjs', 'y-protocols', 'lib0'] },
    plugins: [{
      name: 'page-script',
      enforce: 'pre',
      resolveId: (id) => (id === SCRIPT ? id : undefined),
      load: (id) => (id === SCRIPT ? script : undefined),
    }],
    build: {
      write: false,
      minify: false,
      rolldownOptions: { input: SCRIPT, output: { codeSplitting: false } },
    },
  })
  const outputs = Array.isArray(result) ? result : [result]
  const chunks = outputs.flatMap((output) => ('output' in output ? output.output : []))
  const chunk = chunks.find((candidate) => candidate.type === 'chunk')
  if (chunk?.type !== 'chunk') throw new Error('the bundler made no script')
  return chunk.code
}
