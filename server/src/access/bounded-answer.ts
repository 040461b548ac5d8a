/**
 * Answers of other services, taken with care.
 *
 * Owns: reading a body up to a length, and what of a failure may stand in the log.
 * Always holds: nothing of an answer's content is repeated: it may echo a token.
 */

/** The body of an answer. @throws when it is longer than that */
export async function boundedText(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > maxBytes) throw new Error(`an answer of more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** @throws Error that, unlike that of JSON.parse, does not quote the text */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('the answer is not JSON')
  }
}

/** Why a request failed. The reason of fetch stands in its cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const cause = error.cause instanceof Error ? ((error.cause as NodeJS.ErrnoException).code ?? error.cause.message) : undefined
  return cause === undefined ? error.message : `${error.message}: ${cause}`
}
