/** Which address a provider opens, and which it refuses. */
import { CowriteProvider } from '@cowrite/client'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { provide } from './support/provider.js'

beforeEach(() => {
  vi.useFakeTimers()
  return () => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
  }
})

describe('address', () => {
  it.each([
    ['ws://host:1234', 'doc', 'ws://host:1234/doc'],
    ['http://host:1234/', 'doc', 'ws://host:1234/doc'],
    ['https://host/base/path//', 'doc', 'wss://host/base/path/doc'],
    ['wss://host', 'a/b c/d?e#f', 'wss://host/a/b%20c/d%3Fe%23f'],
    ['ws://host', '문서/ä', 'ws://host/%EB%AC%B8%EC%84%9C/%C3%A4'],
    ['ws://host', '100%', 'ws://host/100%25'],
  ])('[CL1] %s and %s open %s', (server, doc, url) => {
    expect(provide({ server, doc }).network.last.url).toBe(url)
  })

  it('[CL1] parameters follow as the query', () => {
    expect(provide({ params: { token: 'a b' } }).network.last.url).toBe('ws://server.test/doc?token=a%20b')
  })

  it.each([
    ['no URL', { server: 'host:x:y' }],
    ['another protocol', { server: 'ftp://host' }],
    ['a query', { server: 'ws://host/?a=b' }],
    ['an empty name', { doc: '' }],
    ['a name of 513 bytes', { doc: 'x'.repeat(513) }],
    ['a name that URLs would resolve', { doc: 'a/../b' }],
    ['a single dot', { doc: '.' }],
  ])('[CL2] %s is a TypeError and leaves no timer behind', (_, options) => {
    expect(() => provide(options)).toThrow(TypeError)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('[CL2] without any WebSocket it says what to pass', () => {
    vi.stubGlobal('WebSocket', undefined)
    expect(() => new CowriteProvider({ server: 'ws://host', doc: 'doc' })).toThrow(/WebSocketPolyfill/)
    expect(vi.getTimerCount()).toBe(0)
  })
})
