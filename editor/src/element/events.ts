/**
 * What `<cowrite-editor>` tells the page: DOM events that bubble and cross shadow roots.
 *
 * Owns: their names and what they carry, and passing on the workspace's events.
 * Does not own: when things happen (core/, ui/).
 * Always holds: an event tells of something that is already so: its listener may ask the element.
 */
import { REFUSALS } from '@cowrite/protocol'
import type { Editor } from '@tiptap/core'
import type { CowriteEditor, EditorStatus } from '../core/options.js'
import type { Change } from '../core/changes.js'
import type { Person } from '../core/person.js'
import type { MentionTarget } from '../ui/mention.js'

/** Why something did not work: `code` for programs, `message` for people. */
export interface ElementError {
  /** The name of a refusal (docs/errors.md), `schema-unknown`, or `cannot-open`. */
  readonly code: string
  readonly message: string
}

export interface SelectionInfo {
  readonly empty: boolean
  /** The selected text, its blocks separated by line ends. */
  readonly text: string
}

/** The `detail` of each event. */
export interface CowriteElementDetails {
  'cowrite-ready': { readonly editor: Editor }
  'cowrite-status': EditorStatus
  'cowrite-users': readonly Person[]
  'cowrite-change': Change
  'cowrite-selection': SelectionInfo
  'cowrite-mention': MentionTarget
  'cowrite-error': ElementError
}

export function dispatch<Name extends keyof CowriteElementDetails>(target: EventTarget, name: Name, detail: CowriteElementDetails[Name]): void {
  target.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
}

/** Passes on what this editor tells, from now to its end. */
export function passOn(cowrite: CowriteEditor, target: EventTarget): void {
  let refusal: EditorStatus['refusal']
  let isForeign = false
  cowrite.on('status', (status) => {
    dispatch(target, 'cowrite-status', status)
    const wasForeign = isForeign
    isForeign = status.readOnly === 'schema'
    if (isForeign && !wasForeign) dispatch(target, 'cowrite-error', { code: 'schema-outdated', message: REFUSALS['schema-outdated'].text })
    const isNew = status.refusal !== undefined && status.refusal !== refusal
    refusal = status.refusal
    if (isNew && refusal) dispatch(target, 'cowrite-error', { code: refusal.code ?? `closed-${refusal.closeCode}`, message: refusal.text })
  })
  cowrite.on('users', (users) => dispatch(target, 'cowrite-users', users))
  cowrite.on('change', (change) => dispatch(target, 'cowrite-change', change))
  cowrite.on('error', ({ code, found }) => dispatch(target, 'cowrite-error', { code, message: `this editor does not know "${found.name}"` }))
  cowrite.on('ready', (editor) => {
    let told: SelectionInfo = { empty: true, text: '' }
    editor.on('selectionUpdate', () => {
      const { from, to, empty } = editor.state.selection
      if (empty && told.empty) return
      told = { empty, text: editor.state.doc.textBetween(from, to, '\n') }
      dispatch(target, 'cowrite-selection', told)
    })
    dispatch(target, 'cowrite-ready', { editor })
  })
}
