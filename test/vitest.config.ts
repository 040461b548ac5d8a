/**
 * How vitest runs the tests of all packages.
 *
 * Owns: which files are tests, how many run at once, time limits.
 * Always holds: what is under test runs natively in Node from the built `dist`, never through vite's
 * transform, and so do all dependencies: with one copy of a module, not one per loader, there is one
 * yjs (two of them break `instanceof` checks; see test/architecture/one-yjs.test.ts).
 */
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { SummaryReporter } from './support/summary-reporter.js'

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    // Vitest's own choice on two cores would be a single worker; many tests here wait for disks and sockets.
    maxWorkers: Math.min(8, Math.max(2, availableParallelism())),
    // A test that asserts nothing cannot fail; it fails for that.
    // Waiting for something ends as soon as it is there; Vitest's own second says more of the machine than of the product.
    expect: { requireAssertions: true, poll: { timeout: 60_000, interval: 30 } },
    // TE6. On a busy machine a real browser may once be too slow; a second try, with the same seed, tells that
    // from a fault, and is named at the end. At a desk there is none.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    // As long as what takes ten seconds here takes on a machine that is ten times slower, or as busy.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    server: {
      deps: { external: [/\/node_modules\//, /\/(?:protocol|persistence|client|editor|server)\/dist\//] },
    },
    reporters: ['default', new SummaryReporter()],
  },
})
