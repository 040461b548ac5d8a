/**
 * What comes in by paste and drop, before it becomes content.
 *
 * Owns: plain text that is Markdown becomes structure; anchors of comments do not travel with copies.
 * Does not own: reading Markdown (convert/markdown.ts, loaded when it is first needed), pictures (images.ts).
 * Always holds: into code everything goes as it is; Shift with the paste keys keeps plain text plain.
 */
import { Extension } from '@tiptap/core'
import { Fragment, type Mark, Slice } from '@tiptap/pm/model'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { styledParser, withKeptStyles } from './pasted-html.js'

/** Longer text is taken as it is, in UTF-16 units: parsing would hold up the page. */
const MAX_MARKDOWN_LENGTH = 500_000

/**
 * Lines that nobody writes by chance: headings, lists of at least two entries, fences, quotes, tables,
 * links and emphasis with their closing signs.
 */
const BLOCK_SIGNS = [
  /^#{1,6} \S/m,
  /^(```|~~~)[\w+#.-]*\s*$/m,
  /^> \S/m,
  /^\s{0,3}[-*+] (\[[ xX]\] )?\S.*\n+\s{0,6}[-*+] (\[[ xX]\] )?\S/m,
  /^\s{0,3}[-*+] \[[ xX]\] \S/m,
  /^\s{0,3}1[.)] \S.*\n+\s{0,6}2[.)] \S/m,
  /^\|.+\|\s*\n\|[\s:|-]+\|\s*$/m,
]
const INLINE_SIGNS = [/(^|\s)\*\*\S(.*\S)?\*\*/, /\[[^\]\n]+\]\((https?:|mailto:|\/)[^)\s]*\)/, /!\[[^\]\n]*\]\([^)\s]+\)/]

/** Whether plain text is meant as Markdown. */
export function looksLikeMarkdown(text: string): boolean {
  if (text.length > MAX_MARKDOWN_LENGTH) return false
  return [...BLOCK_SIGNS, ...INLINE_SIGNS].some((sign) => sign.test(text))
}

/** A copy of a commented word is not what was commented on. */
function withoutComments(slice: Slice): Slice {
  const clean = (fragment: Fragment): Fragment => {
    const children = fragment.content.map((node) => {
      const marks = node.marks.filter((mark: Mark) => mark.type.name !== 'comment')
      return (node.isText ? node : node.copy(clean(node.content))).mark(marks)
    })
    return Fragment.fromArray(children)
  }
  return new Slice(clean(slice.content), slice.openStart, slice.openEnd)
}

async function pasteMarkdown(view: EditorView, text: string): Promise<void> {
  const { markdownToSlice } = await import('../convert/markdown-slice.js')
  if (view.isDestroyed || !view.editable) return
  const slice = markdownToSlice(text, view.state.schema)
  view.dispatch(view.state.tr.replaceSelection(slice).scrollIntoView().setMeta('paste', true).setMeta('uiEvent', 'paste'))
}

export const pasteExtension = Extension.create({
  name: 'cowritePaste',
  addProseMirrorPlugins() {
    let isPlainWanted = false
    return [
      new Plugin({
        key: new PluginKey('cowrite-paste'),
        props: {
          transformPasted: withoutComments,
          transformPastedHTML: withKeptStyles,
          clipboardParser: styledParser(this.editor.schema),
          handleKeyDown: (_view, event) => {
            isPlainWanted = event.shiftKey && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'v'
            return false
          },
          handlePaste: (view, event) => {
            const data = event.clipboardData
            const wantsPlain = isPlainWanted
            isPlainWanted = false
            if (data === null || wantsPlain || view.state.selection.$from.parent.type.spec.code === true) return false
            const text = data.getData('text/plain')
            // Text from an editor for code comes with HTML that says nothing but colours.
            const isFromCode = data.types.includes('vscode-editor-data')
            if ((data.types.includes('text/html') && !isFromCode) || !looksLikeMarkdown(text)) return false
            pasteMarkdown(view, text).catch(() => view.pasteText(text)) // offline before it was loaded
            return true
          },
        },
      }),
    ]
  },
})
