/**
 * What lies on the disk of a server that is not running.
 *
 * Owns: reading a document straight from the data directory, with no server and no client between.
 * Always holds: reads only.
 */
import { CONTENT_FIELD } from '@cowrite/editor/schema'
import { LevelStorage } from '@cowrite/persistence'
import * as Y from 'yjs'

/** The editor's content of a document in this data directory, as XML; empty when there is none. */
export async function storedText(data: string, document: string): Promise<string> {
  const storage = await LevelStorage.open(data, { durability: 'fsync', history: 'keep' })
  try {
    const stored = await storage.load(document)
    const doc = new Y.Doc()
    if (stored?.snapshot) Y.applyUpdate(doc, stored.snapshot.update)
    for (const { update } of stored?.tail ?? []) Y.applyUpdate(doc, update)
    return doc.getXmlFragment(CONTENT_FIELD).toString()
  } finally {
    await storage.close()
  }
}
