/** The editor in an iframe, for the page around it: `mountCowrite()`. Needs nothing of the editor itself. */
export {
  EMBED_VERSION, type FramePerson, type FrameStatus, MAX_ANSWER_LENGTH, MAX_PEOPLE_TOLD, MAX_QUESTIONS, MAX_TOKEN_LENGTH, MAX_WORDS_LENGTH, type Settings,
} from './messages.js'
export { type CowriteFrame, type CowriteFrameEvents, mountCowrite, type MountOptions } from './mount-cowrite.js'
