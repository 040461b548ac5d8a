/**
 * Tiptap's editor over one Yjs document, with everything that belongs to it and no user interface.
 *
 * Owns: which extensions there are besides the schema, and the attributes of the text's element.
 * Does not own: when it is made (create-cowrite-editor.ts).
 */
import { Editor, type Extensions } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { Dropcursor, Gapcursor, Placeholder } from '@tiptap/extensions'
import type { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'
import { englishTexts } from '../i18n/texts.js'
import { CONTENT_FIELD } from '../schema/index.js'
import { caretsExtension } from './carets.js'
import { CodeHighlight } from './code-highlight.js'
import { manners } from './manners.js'
import type { CowriteEditorOptions } from './options.js'
import { pasteExtension } from './paste.js'
import { SearchMarks } from './search-marks.js'
import { shimShadowRoot } from './shadow-shim.js'
import { steadyPage } from './steady-page.js'

export interface TiptapEditorParts {
  readonly options: CowriteEditorOptions
  /** The schema's extensions, as the guard has them. */
  readonly schema: Extensions
  /** Of the program's own functions. */
  readonly further: Extensions
  readonly ydoc: Y.Doc
  readonly awareness: Awareness
  readonly isEditable: boolean
}

export function createTiptapEditor({ options, schema, further, ydoc, awareness, isEditable }: TiptapEditorParts): Editor {
  const { t } = options.texts ?? englishTexts
  const covered = options.coveredTop ?? 0
  const coveredTop = (): number => (typeof covered === 'function' ? covered() : covered)
  options.element.replaceChildren()
  const editor = new Editor({
    element: options.element,
    injectCSS: false,
    editable: isEditable,
    extensions: [
      ...schema,
      Collaboration.configure({ document: ydoc, field: CONTENT_FIELD }),
      caretsExtension(awareness),
      Placeholder.configure({
        placeholder: ({ node }) => (node.type.name === 'detailsSummary' ? t('details.summary') : (options.placeholder ?? t('text.placeholder'))),
        showOnlyWhenEditable: true,
        includeChildren: true,
        showOnlyCurrent: false,
      }),
      Dropcursor.configure({ color: false, class: 'ce-dropcursor' }),
      Gapcursor,
      CodeHighlight,
      SearchMarks,
      pasteExtension,
      steadyPage(coveredTop),
      ...manners,
      ...further,
      ...(options.extensions ?? []),
    ],
    editorProps: {
      attributes: {
        class: 'ce-content',
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-label': options.label ?? t('text.label'),
      },
      // Read at each use: what covers the text changes its height with the window.
      scrollMargin: { get top() { return coveredTop() + 24 }, bottom: 48, left: 0, right: 0 },
      scrollThreshold: { get top() { return coveredTop() }, bottom: 24, left: 0, right: 0 },
    },
  })
  shimShadowRoot(editor.view.root)
  return editor
}

/** Destroys the view and leaves what it showed, as plain elements that nobody can type into. */
export function leaveStillCopy(editor: Editor, element: HTMLElement): void {
  const copy = editor.view.dom.cloneNode(true) as HTMLElement
  copy.removeAttribute('contenteditable')
  copy.setAttribute('aria-readonly', 'true')
  for (const caret of copy.querySelectorAll('.ce-caret')) caret.remove()
  for (const control of copy.querySelectorAll('input, button')) control.setAttribute('disabled', '')
  editor.destroy()
  element.replaceChildren(copy)
}
