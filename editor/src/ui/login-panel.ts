/**
 * What the page says when the visitor's login is missing, has ended or is about to, and where another is brought.
 *
 * Owns: which of these it is, the words, and the field for a link or token.
 * Does not own: tokens (page/visitor-tokens.ts), the connection, where the panel stands (workspace.ts).
 * Always holds: it takes the focus only where there is no text to type in; what was typed stays where it is; beside a
 * text it can be folded to one line, as it is at first on a narrow screen, where it would leave no room to write.
 */
import type { EditorStatus } from '../core/options.js'
import type { MessageKey } from '../i18n/texts.js'
import type { Ui } from './context.js'
import { textField } from './dialog.js'
import { el, setAttr } from './dom.js'
import { icon } from './icons.js'

export interface LoginPanelOptions {
  /** Whether there was a token, and whether the provider asks for another. */
  state(): { readonly hadToken: boolean; readonly isWanted: boolean }
  /** The token in what was pasted; undefined when there is none. */
  read(text: string): string | undefined
  bring(token: string): void
  retry(): void
}

export interface LoginPanel {
  readonly element: HTMLElement
  /** @returns whether it says all that there is to say of the connection */
  show(status: EditorStatus, hasText: boolean): boolean
}

type Kind = 'none' | 'ended' | 'shut' | 'forbidden' | 'ending'

const WORDS = {
  none: ['login.none.title', 'login.none.text'],
  ended: ['login.ended.title', 'login.ended.text'],
  shut: ['login.ended.title', 'login.ended.shut'],
  forbidden: ['login.forbidden.title', 'login.forbidden.text'],
  ending: ['login.ending.title', 'login.ending.text'],
} as const satisfies Record<Kind, readonly [MessageKey, MessageKey]>

export function createLoginPanel({ t, announcer, width }: Pick<Ui, 't' | 'announcer' | 'width'>, options: LoginPanelOptions): LoginPanel {
  const title = el('h2', { class: 'ce-login-title', attrs: { id: 'ce-login-title' } })
  const text = el('p', {})
  const field = textField(t('login.field'), { spellcheck: 'false', autocapitalize: 'none' })
  const retry = el('button', { class: 'ce-button', attrs: { type: 'button' }, on: { click: () => options.retry() } }, t('status.retry'))
  /** Whether the token that was brought last has yet to prove itself. */
  let isOnTrial = false
  const form = el(
    'form',
    {
      class: 'ce-login-form',
      attrs: { novalidate: true },
      on: {
        submit: (event) => {
          event.preventDefault()
          const token = options.read(field.input.value)
          if (token === undefined) return field.setError(t('login.bad'))
          isOnTrial = true
          options.bring(token)
        },
      },
    },
    field.element,
    el('button', { class: 'ce-button is-primary', attrs: { type: 'submit' } }, t('login.use')),
    retry,
  )
  const body = el('div', { attrs: { id: 'ce-login-body' } }, text, form)
  const fold = el('button', {
    class: 'ce-notice-button',
    attrs: { type: 'button', 'aria-controls': body.id },
    on: {
      click: () => {
        setFolded(!body.hidden)
        if (!body.hidden) field.input.focus()
      },
    },
  })
  const element = el(
    'section',
    { class: 'ce-login', attrs: { 'aria-labelledby': title.id, hidden: true } },
    icon('alert'),
    el('div', {}, el('div', { class: 'ce-login-head' }, title, fold), body),
  )
  const setFolded = (isFolded: boolean): void => {
    setAttr(body, 'hidden', isFolded)
    fold.textContent = t(isFolded ? 'login.unfold' : 'login.fold')
    setAttr(fold, 'aria-expanded', isFolded ? 'false' : 'true')
  }
  const kindOf = ({ refusal, loginAwaited, connection }: EditorStatus, hasText: boolean): Kind | undefined => {
    const { hadToken, isWanted } = options.state()
    if (refusal?.code === 'forbidden') return 'forbidden'
    if (refusal?.code === 'unauthenticated' && !hadToken) return 'none'
    if (refusal?.code === 'unauthenticated' || (loginAwaited && connection === 'offline')) return hasText ? 'ended' : 'shut'
    return isWanted && connection === 'connected' ? 'ending' : undefined
  }
  let shown: Kind | undefined
  return {
    element,
    show: (status, hasText) => {
      const kind = kindOf(status, hasText)
      if (status.synced && isOnTrial && kind === undefined) {
        isOnTrial = false
        field.input.value = ''
        field.clearError()
      }
      if (kind !== shown) {
        shown = kind
        setAttr(element, 'hidden', kind === undefined)
        setAttr(element, 'data-kind', kind)
        if (kind !== undefined) {
          const [heading, words] = WORDS[kind]
          title.textContent = t(heading)
          text.textContent = t(words)
          const isBesideText = kind === 'ended' || kind === 'ending'
          setAttr(fold, 'hidden', !isBesideText)
          setFolded(isBesideText && !isOnTrial && width.isSlim)
          // The next refusal will tell; trying the same again before it ended is for nothing.
          setAttr(retry, 'hidden', kind === 'ending')
          announcer.say(`${t(heading)}. ${t(words)}`)
          if (isOnTrial && kind !== 'ending') field.setError(t('login.refused'))
          else if (!hasText && element.ownerDocument.activeElement === element.ownerDocument.body) field.input.focus()
        }
      }
      return kind !== undefined && kind !== 'ending'
    },
  }
}
