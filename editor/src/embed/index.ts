/** The editor in an iframe, for the page around it: `mountCowrite()`. Needs nothing of the editor itself. */
export {
  EMBED_VERSION, type FramePerson, type FrameStatus, MAX_ANSWER_LENGTH, MAX_PEOPLE_FOUND, MAX_PEOPLE_TOLD, MAX_QUESTIONS, MAX_TOKEN_LENGTH, MAX_WORDS_LENGTH,
  SEARCH_PATIENCE_MS, type Settings, UPLOAD_PATIENCE_MS,
} from './messages.js'
export type { Answering } from './answers.js'
export { type CowriteFrame, type CowriteFrameEvents, mountCowrite, type MountOptions } from './mount-cowrite.js'
