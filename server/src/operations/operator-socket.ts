/**
 * The operator's socket: the operations of a running server, for who may open its file.
 *
 * Owns: listening, one request per operation, telling how it goes.
 * Does not own: the operations. Always holds:
 *  - nothing is reachable by network: it is a file with mode 0600, and that is the whole protection;
 *  - POST /<operation> with JSON arguments is answered with NDJSON: any number of `{"progress":…}`, then one
 *    `{"result":…}` or `{"error":{"code":…,"message":…}}`;
 *  - who hangs up, and a server that stops, end the operation at its next step.
 */
import { chmod, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isMainThread } from 'node:worker_threads'
import type { Log } from '../log.js'
import { isOperation, runOperation } from './index.js'
import { failureOf, type OperationContext, OperationError } from './operation.js'
import { operatorAddresses } from './operator-address.js'

const MAX_ARGS_BYTES = 1024 * 1024
/** Progress is told no more often than this, in milliseconds. */
const PROGRESS_EVERY_MS = 100

export interface OperatorSocket {
  /** Where it listens; undefined when no address could be had. */
  readonly address: string | undefined
  /** Ends what is under way and takes the socket away. */
  close(): Promise<void>
}

export async function serveOperations(context: Omit<OperationContext, 'signal'>, log: Log): Promise<OperatorSocket> {
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  const server = createServer((request, response) => {
    const run = answer(context, request, response, stopping.signal, log).finally(() => running.delete(run))
    running.add(run)
  })
  // An operation may take hours.
  server.requestTimeout = 0
  const address = await listenSomewhere(server, context.data, log)
  return {
    address,
    close: async () => {
      stopping.abort(new OperationError('failed', 'The server stops.'))
      const closed = new Promise((resolve) => server.close(resolve))
      await Promise.all(running)
      server.closeAllConnections()
      await closed
    },
  }
}

async function listenSomewhere(server: Server, data: string, log: Log): Promise<string | undefined> {
  for (const address of operatorAddresses(data)) {
    try {
      await listen(server, address)
      server.on('error', (error) => log.error({ err: error }, 'operator socket error'))
      return address
    } catch (error) {
      log.warn({ err: error, address }, 'no operator socket here')
    }
  }
  log.error({}, 'no operator socket: commands work only while the server is stopped')
  return undefined
}

async function listen(server: Server, address: string): Promise<void> {
  const isFile = process.platform !== 'win32'
  // Whoever made it is gone: nobody else can have the data directory open at the same time.
  if (isFile) await rm(address, { force: true })
  await new Promise<void>((resolve, reject) => {
    // The file is made within `listen`; without this it could be opened by others until `chmod`. Worker threads may not.
    const before = isFile && isMainThread ? process.umask(0o177) : undefined
    server.once('error', reject)
    server.listen(address, () => {
      server.off('error', reject)
      resolve()
    })
    if (before !== undefined) process.umask(before)
  })
  if (isFile) await chmod(address, 0o600)
}

async function answer(
  context: Omit<OperationContext, 'signal'>,
  request: IncomingMessage,
  response: ServerResponse,
  stopping: AbortSignal,
  log: Log,
): Promise<void> {
  const hungUp = new AbortController()
  response.on('close', () => hungUp.abort(new OperationError('failed', 'The operator hung up.')))
  const name = (request.url ?? '/').slice(1)
  const write = (line: object): void => void response.write(`${JSON.stringify(line)}\n`)
  try {
    if (request.method !== 'POST') throw new OperationError('usage', 'An operation is asked for with POST.')
    if (!isOperation(name)) throw new OperationError('usage', `There is no operation '${name}'.`)
    const args = await readJson(request)
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
    response.flushHeaders()
    log.info({ operation: name }, 'operation begins')
    let toldAt = 0
    const signal = AbortSignal.any([stopping, hungUp.signal])
    const result = await runOperation(name, { ...context, signal }, args, (done, total, unit) => {
      const now = performance.now()
      if (now - toldAt < PROGRESS_EVERY_MS) return
      toldAt = now
      write({ progress: { done, total, unit } })
    })
    log.info({ operation: name }, 'operation ended')
    write({ result })
  } catch (error) {
    const failure = failureOf(error)
    log.warn({ operation: name, code: failure.code, ...(failure.code === 'failed' ? { err: error } : {}) }, 'operation failed')
    write({ error: failure })
    // What else is sent goes nowhere, so that who sends it comes to read the answer.
    request.resume()
  }
  await new Promise<void>((resolve) => {
    response.once('close', resolve)
    response.end()
  })
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  // Left alone on the way out, so that an answer can still be given.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_ARGS_BYTES) throw new OperationError('usage', 'The arguments are too long.')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString() || '{}') as unknown
  } catch (error) {
    throw new OperationError('usage', 'The arguments are no JSON.', { cause: error })
  }
}
