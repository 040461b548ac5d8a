/**
 * The notice that something a person typed could not be saved, and is kept for them.
 *
 * Owns: the notice, the file that it offers, and asking twice before anything is discarded.
 * Does not own: when edits are set aside, and where they are kept (@cowrite/client).
 * Always holds: nothing is discarded by one press.
 */
import { type CowriteProvider, type SetAsideCopy, typedText } from '@cowrite/client'
import * as Y from 'yjs'
import type { EditorStatus } from '../core/options.js'
import { CONTENT_FIELD } from '../schema/index.js'
import type { Ui } from './context.js'
import { el, setAttr } from './dom.js'
import { icon } from './icons.js'

export interface SetAsideNotice {
  readonly element: HTMLElement
  show(status: EditorStatus): void
}

export function createSetAsideNotice({ t, announcer }: Pick<Ui, 't' | 'announcer'>, provider: () => CowriteProvider): SetAsideNotice {
  const words = el('span')
  const download = el('button', { class: 'ce-notice-button', attrs: { type: 'button' } }, t('aside.download'))
  const discard = el('button', { class: 'ce-notice-button', attrs: { type: 'button' } }, t('aside.discard'))
  const element = el('div', { class: 'ce-notice ce-notice-aside', attrs: { hidden: true } }, icon('alert'), words, download, discard)
  let isSure = false
  const ask = (sure: boolean): void => {
    isSure = sure
    discard.textContent = t(sure ? 'aside.discardForGood' : 'aside.discard')
  }
  download.addEventListener('click', () => void save(provider(), t('aside.file')))
  discard.addEventListener('click', () => {
    if (!isSure) return ask(true)
    ask(false)
    void discardAll(provider())
  })
  discard.addEventListener('blur', () => ask(false))
  return {
    element,
    show: ({ setAside, refusal, unsaved, kept }) => {
      const isDeleted = refusal?.code === 'deleted' && unsaved > 0
      const text = setAside > 0 ? t('aside.replaced') : isDeleted ? t(kept ? 'aside.deleted' : 'aside.deletedTab') : undefined
      setAttr(element, 'hidden', text === undefined)
      // What may come back with the document is not to be thrown away here.
      setAttr(discard, 'hidden', setAside === 0)
      if (text === undefined || words.textContent === text) return
      words.textContent = text
      announcer.say(text)
    },
  }
}

async function discardAll(provider: CowriteProvider): Promise<void> {
  for (const { id } of await provider.setAside()) if (id !== 'unsaved') await provider.discardSetAside(id)
}

/** Hands all copies to the browser as one text file. */
async function save(provider: CowriteProvider, name: string): Promise<void> {
  const text = (await provider.setAside()).map(textOf).join('\n\n')
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }))
  el('a', { attrs: { href: url, download: `${name}.txt` } }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** What was typed, and then the document as it stood, where that is known. */
export function textOf({ doc, time, edits, whole }: SetAsideCopy): string {
  const lines = [`${doc} · ${new Date(time).toLocaleString()}`, '', typedText(edits)]
  if (whole) lines.push('', '----', '', documentText(whole))
  return `${lines.join('\n')}\n`
}

function documentText(update: Uint8Array): string {
  const ydoc = new Y.Doc()
  Y.applyUpdate(ydoc, update)
  const blocks: string[] = []
  for (const node of ydoc.getXmlFragment(CONTENT_FIELD).createTreeWalker((item) => item instanceof Y.XmlText)) {
    const parts = (node as Y.XmlText).toDelta() as { insert: unknown }[]
    blocks.push(parts.map(({ insert }) => (typeof insert === 'string' ? insert : '')).join(''))
  }
  ydoc.destroy()
  return blocks.join('\n')
}
