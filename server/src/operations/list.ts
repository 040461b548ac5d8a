/**
 * `list`: the names of all documents.
 *
 * Always holds: in the order of their UTF-8 bytes, page by page, so that a large list holds nobody up.
 */
import { operation } from './operation.js'

const PAGE = 1_000

export const list = operation({}, async ({ storage, signal }, _args, progress): Promise<{ documents: string[] }> => {
  const documents: string[] = []
  for (;;) {
    signal.throwIfAborted()
    const after = documents.at(-1)
    const page = await storage.list({ ...(after === undefined ? {} : { after }), limit: PAGE })
    documents.push(...page)
    progress(documents.length, undefined, 'documents')
    if (page.length < PAGE) return { documents }
  }
})
