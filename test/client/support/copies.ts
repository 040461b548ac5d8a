/**
 * Visits that leave a copy of the whole document in the browser.
 *
 * Always holds: each test has a lineage of its own, as each document of a server has.
 */
import type { CowriteProviderOptions } from '@cowrite/client'
import { beforeEach } from 'vitest'
import * as Y from 'yjs'
import { tokenOf } from '../../support/tokens.js'
import { greet } from './fake-socket.js'
import { confirmAll, copies, eventuallyOpens, provide as provideWith } from './storage.js'

let lineages = 0
let epoch = ''

/** Call at the top of a test file. @returns gives the lineage of the running test's document */
export function useLineage(): () => string {
  beforeEach(() => {
    epoch = `lineage-${++lineages}`
  })
  return () => epoch
}

/** A provider that keeps a copy. */
export const provide = (options: Partial<CowriteProviderOptions> = {}) => provideWith({ keepCopy: true, ...options })

export const documentOf = (text: string): Y.Doc => {
  const ydoc = new Y.Doc()
  ydoc.getText('text').insert(0, text)
  return ydoc
}

export const logsIn = (sub: string) => ({ getToken: () => tokenOf({ sub }) })

/** What stands in the copies of this browser. */
export const texts = async (): Promise<string[]> => (await copies()).map(({ update }) => {
  const ydoc = new Y.Doc()
  Y.applyUpdate(ydoc, update)
  return ydoc.getText('text').toString()
})

/** A visit to this document of a server, connected and with everything saved. */
export async function visit(server: Y.Doc, options: Partial<CowriteProviderOptions> = {}, lineage = epoch) {
  const made = provide(options)
  await eventuallyOpens(made.network)
  greet(made.network.last, server, lineage)
  await confirmAll(made.network.last)
  return made
}
