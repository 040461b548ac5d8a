/**
 * The restore points of a document, as its server has them.
 *
 * Owns: the requests. Does not own: what is shown of them (ui/restore-dialog.ts).
 * Always holds: a failure says whether the server could not be asked, or refused.
 */

export interface RestorePointInfo {
  readonly id: number
  /** In milliseconds since 1970. */
  readonly time: number
  /** `deletion`, `file`, `restore` or `asked`; later versions may have more. */
  readonly reason: string
  readonly author?: string
}

export class RestorePointError extends Error {
  override readonly name = 'RestorePointError'
  /** @param status of the answer; undefined where there was none */
  constructor(
    readonly status: number | undefined,
    options?: ErrorOptions,
  ) {
    super(status === undefined ? 'the server did not answer' : `the server answered ${status}`, options)
  }
}

export interface RestorePoints {
  /** Newest first. @throws RestorePointError */
  list(): Promise<readonly RestorePointInfo[]>
  /** Makes one of what the server has now. @throws RestorePointError */
  keep(reason: 'asked' | 'file'): Promise<void>
  /** Makes the document, for everybody, what it was. @throws RestorePointError */
  restore(id: number): Promise<void>
}

/**
 * @param server its HTTP address, without a slash at its end
 * @param token asked at each request
 */
export function restorePointsOf(server: string, doc: string, token?: () => string | Promise<string>): RestorePoints {
  const address = `${server}/api/documents/${doc.split('/').map(encodeURIComponent).join('/')}/restore-points`
  const ask = async (method: 'GET' | 'POST', path = ''): Promise<unknown> => {
    const bearer = (await token?.()) ?? ''
    const headers: HeadersInit = bearer === '' ? {} : { Authorization: `Bearer ${bearer}` }
    const answer = await fetch(address + path, { method, headers }).catch((cause: unknown) => Promise.reject(new RestorePointError(undefined, { cause })))
    if (!answer.ok) throw new RestorePointError(answer.status)
    return answer.json()
  }
  return {
    list: async () => ((await ask('GET')) as { restorePoints: RestorePointInfo[] }).restorePoints,
    keep: async (reason) => void (await ask('POST', `?reason=${reason}`)),
    restore: async (id) => void (await ask('POST', `/${id}/restore`)),
  }
}
