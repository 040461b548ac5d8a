/**
 * The script at /cowrite-editor.js: defines `<cowrite-editor>` for any page that loads it.
 *
 * Owns: that elements without a `server` use the one that this script came from.
 * Does not own: the element (element/). This file keeps its name over all versions, so it holds nothing
 * but the way to the rest, whose names change with their content.
 */
import { CowriteEditorElement } from '../element/cowrite-editor-element.js'
import { defineCowriteEditor } from '../element/define.js'

CowriteEditorElement.defaultServer = new URL('.', import.meta.url).href
defineCowriteEditor()
