/**
 * What every part of the interface needs from around it.
 *
 * Owns: the one bundle that is handed to the parts.
 * Does not own: what is in it.
 */
import { englishTexts, type Texts, type Translate } from '../i18n/texts.js'
import { type Announcer, createAnnouncer } from './announce.js'
import { type Room, watchRoom } from './room.js'

export interface Ui {
  /** Where popups and dialogs are put: inside it the interface's styles apply. */
  readonly root: HTMLElement
  readonly texts: Texts
  readonly t: Translate
  readonly announcer: Announcer
  /** How wide the root is; watched from the first look on. */
  readonly room: Room
}

/** @param root may be filled later: it is only looked at when something opens. */
export const createUi = (root: HTMLElement, texts: Texts = englishTexts, announcer: Announcer = createAnnouncer(texts)): Ui => {
  let room: Room | undefined
  return {
    root,
    texts,
    t: texts.t,
    announcer,
    get room() {
      return (room ??= watchRoom(root))
    },
  }
}
