/**
 * Asking a running server to run an operation.
 *
 * Owns: finding the server of a data directory, and reading its answer.
 * Does not own: what to do when there is none (commands/).
 * Always holds: "no server" is said only when nothing listens; a server that listens and does not answer is an error,
 * since its data directory must not be touched.
 */
import { lstat } from 'node:fs/promises'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { OnProgress } from '@cowrite/persistence'
import { type FailureCode, OperationError } from './operation.js'
import { operatorAddresses } from './operator-address.js'

/** A server that listens begins its answer within this time, in milliseconds. */
const ANSWER_WITHIN_MS = 5_000

export const NO_SERVER = Symbol('no server')

type Line =
  | { readonly progress: { readonly done: number; readonly total?: number; readonly unit: string } }
  | { readonly result: unknown }
  | { readonly error: { readonly code: FailureCode; readonly message: string } }

/**
 * @returns the result, or NO_SERVER when no server of this data directory listens
 * @throws OperationError with the code that the server gave; `busy` when it does not answer
 */
export async function askServer(data: string, operation: string, args: object, onProgress: OnProgress): Promise<unknown> {
  for (const address of operatorAddresses(data)) {
    if (await isForeign(address)) continue
    const asking = request({ socketPath: address, path: `/${operation}`, method: 'POST' })
    asking.end(JSON.stringify(args))
    const response = await firstAnswer(asking)
    if (response !== undefined) return readAnswer(response, onProgress)
  }
  return NO_SERVER
}

/** Whether somebody else than this user or the superuser made the socket: in a shared temporary directory anybody could. */
async function isForeign(address: string): Promise<boolean> {
  const uid = process.getuid?.()
  if (uid === undefined || uid === 0) return false
  const found = await lstat(address).catch(() => undefined)
  return found !== undefined && found.uid !== uid && found.uid !== 0
}

/** undefined when nobody listens there. */
function firstAnswer(asking: ClientRequest): Promise<IncomingMessage | undefined> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new OperationError('busy', 'The server of this data directory does not answer. Is it stuck? Look into its log.'))
      asking.destroy()
    }, ANSWER_WITHIN_MS)
    asking.once('response', (response) => {
      clearTimeout(late)
      resolve(response)
    })
    asking.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(late)
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ENOTSOCK') resolve(undefined)
      else if (error.code === 'EACCES') {
        reject(new OperationError('busy', 'The server of this data directory belongs to another user. Run the command as that user.'))
      } else reject(new OperationError('failed', `The server broke off: ${error.message}.`, { cause: error }))
    })
  })
}

async function readAnswer(response: IncomingMessage, onProgress: OnProgress): Promise<unknown> {
  const brokeOff = (cause?: unknown): OperationError =>
    new OperationError('failed', 'The server broke off before it was done. Is it still running?', { cause })
  try {
    for await (const text of linesOf(response)) {
      const line = JSON.parse(text) as Line
      if ('result' in line) return line.result
      if ('error' in line) throw new OperationError(line.error.code, line.error.message)
      onProgress(line.progress.done, line.progress.total, line.progress.unit)
    }
  } catch (error) {
    throw error instanceof OperationError ? error : brokeOff(error)
  }
  throw brokeOff()
}

/** Not node:readline: its iterator waits for ever when the connection breaks off. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  response.setEncoding('utf8')
  let pieces: string[] = []
  for await (const chunk of response as AsyncIterable<string>) {
    const [first = '', ...others] = chunk.split('\n')
    pieces.push(first)
    for (const other of others) {
      yield pieces.join('')
      pieces = [other]
    }
  }
}
