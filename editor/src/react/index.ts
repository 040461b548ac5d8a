/** `<CowriteEditor>` for React 18.2 and 19. */
export { CowriteEditor, type CowriteEditorProps } from './cowrite-editor.js'
export type {
  CowriteEditorElement, EditMode, ElementError, GetToken, MentionTarget, Messages, SearchMentions, SelectionInfo, UploadFile, UploadOptions,
} from '../element/index.js'
