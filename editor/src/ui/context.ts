/**
 * What every part of the interface needs from around it.
 *
 * Owns: the one bundle that is handed to the parts.
 * Does not own: what is in it.
 */
import { englishTexts, type Texts, type Translate } from '../i18n/texts.js'
import { type Announcer, createAnnouncer } from './announce.js'
import { type Width, watchWidth } from './width.js'

export interface Ui {
  /** Where popups and dialogs are put: inside it the interface's styles apply. */
  readonly root: HTMLElement
  readonly texts: Texts
  readonly t: Translate
  readonly announcer: Announcer
  /** How wide the root is; watched from the first look on. */
  readonly width: Width
}

/** @param root may be filled later: it is only looked at when something opens. */
export const createUi = (root: HTMLElement, texts: Texts = englishTexts, announcer: Announcer = createAnnouncer(texts)): Ui => {
  let width: Width | undefined
  return {
    root,
    texts,
    t: texts.t,
    announcer,
    get width() {
      return (width ??= watchWidth(root))
    },
  }
}
