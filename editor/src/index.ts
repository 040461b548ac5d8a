/** The Cowrite editor for programs: no toolbar, no page. */
export {
  createCowriteEditor,
  type CowriteEditor,
  type CowriteEditorEvents,
  type CowriteEditorOptions,
  type EditorStatus,
  type Stopped,
} from './core/create-cowrite-editor.js'
export { type Change, TELL_CHANGES_EVERY_MS } from './core/changes.js'
export { markNameOf, SchemaGuard, watchSchema, type Unknown } from './core/guard.js'
export {
  cleanColor, cleanName, colorOf, initialsOf, MAX_NAME_LENGTH, peopleOf, PERSON_COLORS, personOf, textColorOn,
  type Person, type UserInfo,
} from './core/person.js'
export { CARET_IDLE_MS, caretsExtension, isShowable } from './core/carets.js'
export { shimShadowRoot } from './core/shadow-shim.js'
