/**
 * A small HTTP server of a test: the host's backend, or whoever publishes keys.
 *
 * Owns: starting it, what it was asked, and its end after the test. Does not own: its answers.
 * Always holds: nothing of it outlives the test.
 */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach } from 'vitest'

export interface Question {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface SmallAnswer {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: string
  /** Never answered. */
  readonly silent?: true
}

export interface SmallHttp {
  readonly url: string
  readonly asked: Question[]
  /** May be exchanged at any time. */
  answer: (question: Question) => SmallAnswer
  /** Takes nobody in any more. */
  stop(): Promise<void>
}

/** Call once at the top of a test file. @returns starts a server that is stopped after the test */
export function useSmallHttp(): (answer: SmallHttp['answer']) => Promise<SmallHttp> {
  const running: SmallHttp[] = []
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()))
  })
  return async (answer) => {
    const asked: Question[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      request.on('end', () => {
        const question = { method: request.method ?? '', headers: request.headers, body }
        asked.push(question)
        const { status = 200, headers = {}, body: text = '', silent } = small.answer(question)
        if (!silent) response.writeHead(status, headers).end(text)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const small: SmallHttp = {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      asked,
      answer,
      stop: () =>
        new Promise((resolve) => {
          server.close(() => resolve())
          server.closeAllConnections()
        }),
    }
    running.push(small)
    return small
  }
}
