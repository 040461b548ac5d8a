/**
 * The status in words.
 *
 * Owns: the sentences, how serious each is, and what the person can do about it.
 * Does not own: where they stand or how often they change (status.ts).
 * Always holds: "Saved" appears only when the server has said that everything is on disk, "kept here"
 * only when everything lies in this browser's own storage.
 */
import type { RefusalCode } from '@cowrite/protocol'
import type { EditorStatus } from '../core/options.js'
import { englishTexts, type Translate } from '../i18n/texts.js'

export interface StatusText {
  /** A few words, shown at every width. */
  readonly text: string
  /** The reason, where a few words are not enough. */
  readonly detail?: string
  /** A reason that needs no notice, shown on hover and read with the words. */
  readonly tip?: string
  /** `calm`: nothing to do; `busy`: passes by itself; `warning`: edits are only here; `error`: it ended. */
  readonly mood: 'calm' | 'busy' | 'warning' | 'error'
  /** Set for what is worth showing only once it has lasted a moment: it comes and goes while somebody types. */
  readonly settles?: true
  /** What the person can do about it, if anything: connect again, or load the page anew. */
  readonly action?: 'retry' | 'reload'
}

/** Refusals that asking again cannot change. */
const HOPELESS: ReadonlySet<RefusalCode | undefined> = new Set(['bad-name', 'deleted'])

function refused(status: EditorStatus, t: Translate): StatusText {
  const count = status.unsaved
  // For a deleted document what is kept has a notice of its own.
  const isTold = status.refusal?.code === 'deleted'
  const left = count > 0 && !isTold ? ` ${t(status.kept ? 'status.refusedKept' : 'status.refusedTab', { count })}` : ''
  const code = status.refusal?.code
  const reason = refusalText(code, t) ?? status.refusal?.text ?? t('status.refusedText')
  const words = { text: t('status.refused'), detail: reason + left, mood: 'error' } as const
  if (code === 'outdated') return { ...words, action: 'reload' }
  return HOPELESS.has(code) ? words : { ...words, action: 'retry' }
}

/** The server's reasons in the reader's language, where there is a text for them. */
function refusalText(code: RefusalCode | undefined, t: Translate): string | undefined {
  switch (code) {
    case 'unauthenticated':
    case 'forbidden':
    case 'deleted':
    case 'outdated':
    case 'too-large':
    case 'malformed':
      return t(`refusal.${code}`)
    default:
      return undefined
  }
}

function connected(status: EditorStatus, t: Translate): StatusText {
  if (!status.synced) return { text: t('status.connecting'), mood: 'busy' }
  const { readOnly } = status
  if (readOnly === 'schema') {
    return { text: t('status.readOnly'), detail: t('status.readOnly.schema'), mood: 'error', action: 'reload' }
  }
  if (status.denied && status.unsaved > 0) {
    const left = t(status.kept ? 'status.refusedKept' : 'status.refusedTab', { count: status.unsaved })
    return { text: t('status.readOnly'), detail: `${t('status.readOnly.role')} ${left}`, mood: 'error' }
  }
  if (readOnly !== undefined && status.unsaved === 0) {
    return { text: t('status.readOnly'), tip: t(`status.readOnly.${readOnly}`), mood: 'calm' }
  }
  switch (status.save) {
    case 'saved':
      return { text: t('status.saved'), mood: 'calm', settles: true }
    case 'saving':
      return { text: t('status.saving'), mood: 'busy' }
    case 'unsaved':
      return { text: t('status.unsaved', { count: status.unsaved }), mood: 'warning' }
  }
}

function offline({ unsaved, kept, loginAwaited }: EditorStatus, t: Translate): StatusText {
  if (loginAwaited) {
    // The app may have another token in a moment.
    const text = unsaved === 0 ? t('status.login') : t(kept ? 'status.loginKept' : 'status.loginTab', { count: unsaved })
    return { text, mood: 'warning', settles: true }
  }
  if (unsaved === 0) return { text: t('status.offline'), mood: 'warning' }
  if (kept) return { text: t('status.offlineKept', { count: unsaved }), mood: 'warning' }
  return { text: t('status.offlineTab', { count: unsaved }), mood: 'warning', settles: true }
}

/** What to tell the person about this status. */
export function statusText(status: EditorStatus, t: Translate = englishTexts.t): StatusText {
  if (status.stopped) {
    return { text: t('status.stopped'), detail: t('status.stoppedText'), mood: 'error', action: 'reload' }
  }
  if (status.preview && status.connection !== 'refused') return { text: t('status.preview'), detail: t('status.previewText'), mood: 'warning' }
  switch (status.connection) {
    case 'connecting':
      return { text: t('status.connecting'), mood: 'busy' }
    case 'connected':
      return connected(status, t)
    case 'offline':
      return offline(status, t)
    case 'refused':
      return refused(status, t)
  }
}
