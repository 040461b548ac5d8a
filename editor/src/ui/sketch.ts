/**
 * What stands in for the text until it is there.
 *
 * Owns: grey lines, and the words that say why there is nothing yet.
 */
import type { EditorStatus } from '../core/options.js'
import type { MessageKey } from '../i18n/texts.js'
import { el } from './dom.js'

/** What to say instead of a blank page. */
export function whyNothingYet(status: EditorStatus, isPatient: boolean): MessageKey | undefined {
  if (status.connection === 'refused') return 'waiting.refused'
  if (status.loginAwaited && (status.connection === 'offline' || !isPatient)) return 'waiting.login'
  if (status.connection === 'offline') return 'waiting.offline'
  return isPatient ? undefined : 'waiting.slow'
}

/** Grey lines where the text will be. */
export function sketch(): HTMLElement {
  const widths = ['is-title', 'is-long', 'is-long', 'is-short', 'is-long', 'is-middle']
  return el(
    'div',
    { class: 'ce-sketch', attrs: { 'aria-hidden': 'true' } },
    ...widths.map((width) => el('div', { class: `ce-sketch-line ${width}` })),
  )
}
