/**
 * One yjs: two copies of it in a process fail `instanceof` checks and corrupt documents silently.
 */
import { createRequire } from 'node:module'
import { describe, expect, it, vi } from 'vitest'
import { readManifest } from './sources.js'

/** Every module that brings yjs along: ours, and the clients that the tests use. */
const USERS_OF_YJS = [
  '@cowrite/persistence', '@cowrite/client', '@cowrite/server', '@tiptap/y-tiptap',
  'y-protocols/sync', 'y-protocols/awareness', 'y-websocket', 'y-websocket-v1', 'y-websocket-v2',
]

/** How vitest writes an import in code that it transformed; natively loaded code has none of it. */
const TRANSFORMED = /__vi_|__vite/

describe('yjs', () => {
  it.each(['yjs', 'lib0', 'y-protocols'])('[AR12] the lockfile holds exactly one %s', (name) => {
    const { packages } = readManifest('package-lock.json') as unknown as { packages: Record<string, unknown> }
    expect(Object.keys(packages).filter((path) => path.endsWith(`node_modules/${name}`))).toEqual([`node_modules/${name}`])
  })

  it('[AR12] tests, built packages and stock clients load one and the same module', async () => {
    const errors = vi.spyOn(console, 'error').mockReturnValue()
    await import('yjs')
    for (const name of USERS_OF_YJS) await import(name)
    // Yjs itself tells when it is loaded a second time.
    expect(errors.mock.calls.flat().join('\n')).not.toContain('Yjs was already imported')
    createRequire(import.meta.url)('yjs')
    expect(errors.mock.calls.flat().join('\n')).toContain('Yjs was already imported')
  })

  it('[AR12] the packages under test run natively from their build, not through a transform', async () => {
    const loaded: Record<string, unknown>[] = [
      await import('@cowrite/protocol'), await import('@cowrite/persistence'), await import('@cowrite/client'),
      await import('@cowrite/editor'), await import('@cowrite/server'),
    ]
    for (const module of loaded) {
      const functions = Object.values(module).filter((value) => typeof value === 'function').map(String)
      expect(functions.length).toBeGreaterThan(0)
      expect(functions.filter((text) => TRANSFORMED.test(text))).toEqual([])
    }
    // This file itself is transformed: the sign that is looked for is a real one.
    expect(String(() => readManifest)).toMatch(TRANSFORMED)
  })
})
