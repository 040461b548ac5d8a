/**
 * Bringing a picture to the server.
 *
 * Owns: the request, its progress, and why it failed.
 * Does not own: what happens to the address that comes back (images.ts).
 * Always holds: a failure has a reason that can be told; nothing is tried again unasked.
 */

/** Kinds that the server takes. */
export const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'] as const

export const UPLOAD_PROBLEMS = ['too-large', 'wrong-type', 'forbidden', 'no-server', 'server-full'] as const
export type UploadProblem = (typeof UPLOAD_PROBLEMS)[number]

export const isUploadProblem = (value: unknown): value is UploadProblem => UPLOAD_PROBLEMS.some((problem) => problem === value)

export class UploadError extends Error {
  override readonly name = 'UploadError'
  constructor(
    readonly problem: UploadProblem,
    options?: ErrorOptions,
  ) {
    super(`the picture was not uploaded: ${problem}`, options)
  }
}

export interface UploadOptions {
  readonly signal: AbortSignal
  /** From 0 to 1. */
  progress(part: number): void
}

/** Brings a picture somewhere. @returns its address. @throws UploadError */
export type UploadFile = (file: File, options: UploadOptions) => Promise<string>

/** The server's HTTP address from whatever form of it the provider takes, without a slash at its end. */
export const httpAddress = (server: string): string => {
  const url = new URL(server, typeof location === 'undefined' ? undefined : location.href)
  url.protocol = url.protocol.replace(/^ws/, 'http')
  url.search = ''
  url.hash = ''
  return url.href.replace(/\/+$/, '')
}

/**
 * Uploads to a Cowrite server.
 * @param token asked at each upload; sent as `Authorization: Bearer`
 * @returns addresses without the server's own: every reader adds that under which they reach it
 */
export function uploadTo(server: string, doc: string, token?: () => string | undefined | Promise<string>): UploadFile {
  const address = `${httpAddress(server)}/api/files?doc=${encodeURIComponent(doc)}`
  return async (file, { signal, progress }) => {
    const bearer = await token?.()
    return new Promise((resolve, reject) => {
      // Not fetch: it tells nothing of the progress of a request.
      const request = new XMLHttpRequest()
      request.open('POST', address)
      request.responseType = 'json'
      request.setRequestHeader('Content-Type', 'application/octet-stream')
      if (bearer !== undefined && bearer !== '') request.setRequestHeader('Authorization', `Bearer ${bearer}`)
      request.upload.addEventListener('progress', ({ loaded, total }) => progress(total === 0 ? 0 : loaded / total))
      request.addEventListener('load', () => {
        const answer = request.response as { url?: unknown } | null
        if (request.status === 201 && typeof answer?.url === 'string') resolve(answer.url)
        else reject(new UploadError(problemOf(request.status)))
      })
      for (const name of ['error', 'timeout'] as const) request.addEventListener(name, () => reject(new UploadError('no-server')))
      request.addEventListener('abort', () => reject(signal.reason as Error))
      signal.addEventListener('abort', () => request.abort())
      request.send(file)
    })
  }
}

function problemOf(status: number): UploadProblem {
  if (status === 413) return 'too-large'
  if (status === 415) return 'wrong-type'
  if (status === 401 || status === 403) return 'forbidden'
  return status >= 500 && status !== 503 ? 'no-server' : 'server-full'
}
