/**
 * How the editor behaves towards the person at this keyboard and the people at the others.
 *
 * Owns: three small rules that Tiptap leaves open: no automatic edits because of a remote change,
 * Escape then Tab always leaves the editor, a click below the last block gives a line to write on.
 * Does not own: commands and key maps of the nodes.
 */
import { Extension } from '@tiptap/core'
import { Plugin, PluginKey, TextSelection, type Transaction } from '@tiptap/pm/state'
import { ySyncPluginKey } from '@tiptap/y-tiptap'

/** Whether this transaction only shows what came from Yjs. */
export const isRemote = (tr: Transaction): boolean =>
  (tr.getMeta(ySyncPluginKey) as { isChangeOrigin?: boolean } | undefined)?.isChangeOrigin === true

/**
 * Autolinking looks at every changed range, so each reader would write links into text that somebody
 * else typed, and even into a document that was merely opened.
 */
const onlyOwnAutolinks = Extension.create({
  name: 'onlyOwnAutolinks',
  dispatchTransaction({ transaction, next }) {
    if (isRemote(transaction)) transaction.setMeta('preventAutolink', true)
    next(transaction)
  },
})

/** Tab moves in tables and lists; pressed after Escape it moves the focus on (WCAG 2.1.2). */
const tabEscape = Extension.create({
  name: 'tabEscape',
  priority: 10_000,
  addProseMirrorPlugins() {
    let escaped = false
    return [
      new Plugin({
        key: new PluginKey('cowrite-tab-escape'),
        props: {
          handleDOMEvents: {
            keydown: (_view, event) => {
              // True without preventDefault: ProseMirror stays out of it and the browser moves the focus.
              if (event.key === 'Tab' && escaped) return true
              if (event.key !== 'Shift') escaped = event.key === 'Escape'
              return false
            },
            blur: () => {
              escaped = false
              return false
            },
          },
        },
      }),
    ]
  },
})

const lineBelow = Extension.create({
  name: 'lineBelow',
  addProseMirrorPlugins() {
    return [
      new Plugin({
        key: new PluginKey('cowrite-line-below'),
        props: {
          handleClick: (view, _position, event) => {
            const { doc, schema, tr } = view.state
            const last = doc.lastChild
            const paragraph = schema.nodes['paragraph']
            const bottom = view.dom.lastElementChild?.getBoundingClientRect().bottom ?? 0
            if (!view.editable || !last || !paragraph || event.clientY <= bottom) return false
            if (last.type === paragraph || last.type.name === 'heading') return false
            const end = doc.content.size
            tr.insert(end, paragraph.create())
            view.dispatch(tr.setSelection(TextSelection.create(tr.doc, end + 1)).scrollIntoView())
            return true
          },
        },
      }),
    ]
  },
})

/** All of the above. */
export const manners: readonly Extension[] = [onlyOwnAutolinks, tabEscape, lineBelow]
