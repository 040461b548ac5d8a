/**
 * Install and build, as `npm start`, `npm test` and the image do them.
 */
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Checkout } from './checkout.js'

const LIBRARIES = 'Building the libraries'
const PAGE = 'Building the page'

/** Of a package that is in the registry: only its form matters, since it is never fetched. */
const MS_INTEGRITY = `sha512-${Buffer.alloc(64).toString('base64')}`

describe('npm run build', { timeout: 90_000 }, () => {
  it('[RUN2] builds what is stale, and only that', async () => {
    const checkout = new Checkout()
    const build = async (): Promise<string> => {
      const { code, stdout, stderr } = await checkout.run(['scripts/build.mjs'])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      return stdout
    }

    const first = await build()
    expect(first).toMatch(new RegExp(`^${LIBRARIES} .* \\d+\\.\\d s\n${PAGE} .* \\d+\\.\\d s\n$`))
    expect(checkout.read('server/dist/index.js')).toContain('one = 1')
    expect(checkout.read('editor/dist/page/index.html')).toContain('Page')

    expect(await build()).toBe('')

    checkout.write('server/src/index.ts', '/** Another. */\nexport const one: number = 22\n')
    expect(await build()).toMatch(new RegExp(`^${LIBRARIES}[^\n]*\n$`))
    expect(checkout.read('server/dist/index.js')).toContain('22')

    checkout.write('editor/src/page/index.html', '<!doctype html><title>Changed</title>')
    expect(await build()).toContain(PAGE)
    expect(checkout.read('editor/dist/page/index.html')).toContain('Changed')

    checkout.remove('protocol/dist')
    expect(await build()).toMatch(new RegExp(`^${LIBRARIES}[^\n]*\n$`))
    expect(checkout.read('protocol/dist/index.js')).toContain('one = 1')
  })

  it('[RUN3] two builds of one checkout at once take turns', async () => {
    const checkout = new Checkout()
    const outcomes = await Promise.all([checkout.run(['scripts/build.mjs']), checkout.run(['scripts/build.mjs'])])
    expect(outcomes.map(({ code, stderr }) => ({ code, stderr }))).toEqual([{ code: 0, stderr: '' }, { code: 0, stderr: '' }])
    // The one that waited found everything built.
    expect(outcomes.filter(({ stdout }) => stdout.includes(LIBRARIES))).toHaveLength(1)
  })

  it('[RUN3] the lock of a process that was killed stops nobody', async () => {
    const checkout = new Checkout()
    // No process has this number: it is beyond the largest that systems give.
    checkout.write('.cache/building', '4194999')
    expect((await checkout.run(['scripts/build.mjs'])).code).toBe(0)
  })

  it('[RUN4] an error of the compiler is shown whole, without a stack, with exit code 1', async () => {
    const checkout = new Checkout()
    checkout.write('protocol/src/index.ts', "export const one: number = 'x'\n")
    const { code, stderr } = await checkout.run(['scripts/build.mjs'])
    expect(code).toBe(1)
    expect(stderr.split('\n')[0]).toBe("The build of the libraries failed; the compiler's output follows.")
    expect(stderr).toContain('protocol/src/index.ts(1,14): error TS2322')
    expect(stderr).not.toMatch(/^\s+at /m)
    // A failed build is not taken for a built one the next time.
    expect((await checkout.run(['scripts/build.mjs'])).code).toBe(1)
  })
})

describe('installing', { timeout: 90_000 }, () => {
  it('[RUN5] runs npm ci when node_modules is missing, and not again afterwards', async () => {
    const checkout = checkoutWithLink()
    const first = await checkout.run(['scripts/build.mjs'], { npm_config_offline: 'true' })
    expect(first.stdout).toMatch(/^Installing dependencies \(npm ci\) \.\.\. \d+\.\d s\n/)
    // There is no compiler in this checkout; what matters here is that the installation was not repeated.
    const second = await checkout.run(['scripts/build.mjs'], { npm_config_offline: 'true' })
    expect(second.stdout).not.toContain('Installing')
  })

  it('[RUN5] runs npm ci when the lockfile changed', async () => {
    const checkout = checkoutWithLink()
    await checkout.run(['scripts/build.mjs'], { npm_config_offline: 'true' })
    checkout.remove('node_modules/.package-lock.json')
    checkout.write('package-lock.json', `${checkout.read('package-lock.json')}\n`)
    const { stdout } = await checkout.run(['scripts/build.mjs'], { npm_config_offline: 'true' })
    expect(stdout).toContain('Installing dependencies (npm ci)')
  })

  it('[RUN6] without a network one line says what to do, with exit code 1', async () => {
    const checkout = bareCheckout({ dependencies: { ms: '2.1.3' } }, { 'node_modules/ms': { version: '2.1.3', integrity: MS_INTEGRITY } })
    const { code, stdout, stderr } = await checkout.run(['scripts/start.mjs'], {
      npm_config_registry: `http://127.0.0.1:${await closedPort()}/`, npm_config_fetch_retries: '0',
      npm_config_cache: checkout.path('.npm'), npm_config_userconfig: checkout.path('none'),
    })
    expect(stdout).toBe('Installing dependencies (npm ci) ... failed\n')
    expect(stderr).toBe('Could not install dependencies: the package registry cannot be reached (ECONNREFUSED). ' +
      'Connect to the network, or set npm\'s "proxy"/"registry", and run the same command again.\n')
    expect(code).toBe(1)
  })
})

/** As after `git clone`, with these dependencies only. */
function bareCheckout(wanted: { dependencies: Record<string, string> }, packages: Record<string, object>): Checkout {
  const checkout = new Checkout({ tools: false })
  const manifest = { name: 'bare', version: '1.0.0', ...wanted }
  checkout.write('package.json', JSON.stringify(manifest))
  checkout.write('package-lock.json', JSON.stringify({
    name: 'bare', version: '1.0.0', lockfileVersion: 3, requires: true, packages: { '': manifest, ...packages },
  }))
  return checkout
}

/** A checkout whose one dependency lies beside it: what `npm ci` does in it needs no network. */
function checkoutWithLink(): Checkout {
  const link = { resolved: 'one', link: true }
  const checkout = bareCheckout({ dependencies: { one: 'file:one' } }, { one: { version: '1.0.0' }, 'node_modules/one': link })
  checkout.write('one/package.json', JSON.stringify({ name: 'one', version: '1.0.0' }))
  return checkout
}

/** A port on which nobody listens: it was free a moment ago. */
function closedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 1))
    })
  })
}
