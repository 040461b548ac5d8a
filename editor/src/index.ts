/** The Cowrite editor for programs: no toolbar, no page. */
export { createCowriteEditor } from './core/create-cowrite-editor.js'
export { type Change, TELL_CHANGES_EVERY_MS } from './core/changes.js'
export { createFollower, type Follower, type FollowOptions, TELL_EVERY_MS } from './core/follow.js'
export type {
  CowriteEditor, CowriteEditorEvents, CowriteEditorOptions, EditorStatus, ReadOnlyReason, Stopped,
} from './core/options.js'
export { createImageUploads, type ImageUploads, type Upload } from './core/images.js'
export { httpAddress, UploadError, type UploadFile, type UploadOptions, type UploadProblem, uploadTo } from './core/upload.js'
export type { MentionTarget, SearchMentions } from './ui/mention.js'
export { looksLikeMarkdown } from './core/paste.js'
export {
  bestLanguage, createTexts, directionOf, englishTexts, type Language, LANGUAGES, loadTexts, type MessageKey, type Messages,
  type PluralForms, type Texts, type Translate,
} from './i18n/texts.js'
export { markNameOf, SchemaGuard, watchSchema, type Unknown } from './core/guard.js'
export {
  cleanColor, cleanName, colorOf, initialsOf, MAX_NAME_LENGTH, peopleOf, PERSON_COLORS, personOf, textColorOn,
  type Person, type UserInfo,
} from './core/person.js'
export { CARET_IDLE_MS, caretsExtension, isShowable } from './core/carets.js'
export { shimShadowRoot } from './core/shadow-shim.js'
