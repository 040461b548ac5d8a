/**
 * The definition of `<cowrite-editor>`.
 *
 * Always holds: once for each page, however many copies of the script it loads; nothing where there is no DOM.
 */
import { CowriteEditorElement } from './cowrite-editor-element.js'

export function defineCowriteEditor(): void {
  if (globalThis.customElements && !customElements.get('cowrite-editor')) {
    customElements.define('cowrite-editor', CowriteEditorElement)
  }
}
