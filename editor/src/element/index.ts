/**
 * Defines `<cowrite-editor>`: importing this module is all it takes.
 *
 * Owns: what the package tells TypeScript about the element.
 */
import type { CowriteEditorElement } from './cowrite-editor-element.js'
import { defineCowriteEditor } from './define.js'

export type { EditMode } from './attributes.js'
export { CowriteEditorElement } from './cowrite-editor-element.js'
export type { GetToken } from './host-properties.js'
export type { UploadFile, UploadOptions } from '../core/upload.js'
export type { Messages } from '../i18n/texts.js'
export type { MentionTarget, SearchMentions } from '../ui/mention.js'
export type { CowriteElementDetails, ElementError, SelectionInfo } from './events.js'

declare global {
  interface HTMLElementTagNameMap {
    'cowrite-editor': CowriteEditorElement
  }
  interface HTMLElementEventMap extends CowriteElementEventMap {}
}

type CowriteElementEventMap = {
  [Name in keyof import('./events.js').CowriteElementDetails]: CustomEvent<import('./events.js').CowriteElementDetails[Name]>
}

defineCowriteEditor()
