/**
 * The element in an iframe, steered through a port.
 *
 * Owns: what each message does to the element, and what the element tells is told through the port.
 * Does not own: whose port that is (embed.ts).
 * Always holds: what is sent is short enough to be read (embed/messages.ts); a question always gets an answer.
 */
import type { EditorStatus } from '../core/options.js'
import type { CowriteEditorElement } from '../element/index.js'
import {
  type FrameMessage, type FrameStatus, MAX_ANSWER_LENGTH, MAX_PEOPLE_TOLD, MAX_WORDS_LENGTH, messageOf, type Open, personOf, type Question,
  readHostMessage, type Settings,
} from '../embed/messages.js'
import { applyTheme } from '../ui/theme.js'
import { createPageAround } from './page-around.js'

export function steer(element: CowriteEditorElement, open: Open, port: MessagePort): void {
  const send = (message: FrameMessage): void => port.postMessage(message)
  const around = createPageAround(open, send)
  element.getToken = around.getToken
  element.searchMentions = around.searchMentions
  element.uploadFile = around.uploadFile
  apply(element, open.settings)
  element.addEventListener('cowrite-ready', () => send({ type: 'ready' }))
  element.addEventListener('cowrite-status', ({ detail }) => send({ type: 'status', status: statusOf(detail) }))
  element.addEventListener('cowrite-users', ({ detail }) => send({ type: 'users', users: detail.slice(0, MAX_PEOPLE_TOLD).map(personOf) }))
  element.addEventListener('cowrite-change', ({ detail }) => send({ type: 'change', local: detail.local }))
  element.addEventListener('cowrite-mention', ({ detail: { id, name } }) => send({ type: 'mention', id, name: name.slice(0, MAX_WORDS_LENGTH) }))
  element.addEventListener('cowrite-error', ({ detail: { code, message } }) => send({ type: 'error', code, message: message.slice(0, MAX_WORDS_LENGTH) }))
  const answer = async (id: number, question: Question): Promise<void> => {
    try {
      const value = await ANSWERS[question](element)
      if (value.length > MAX_ANSWER_LENGTH) throw new Error(`the text is longer than ${MAX_ANSWER_LENGTH} characters`)
      send({ type: 'answer', id, value })
    } catch (error) {
      send({ type: 'failure', id, message: messageOf(error) })
    }
  }
  port.addEventListener('message', ({ data }: MessageEvent) => {
    const message = readHostMessage(data)
    if (message?.type === 'set') apply(element, message.settings)
    else if (message?.type === 'ask') void answer(message.id, message.question)
    else if (message) around.hear(message)
  })
  port.start()
}

/** Waits for the text. @throws when it cannot be had */
const whenReady = (element: CowriteEditorElement): Promise<void> =>
  new Promise((resolve, reject) => {
    const refuse = (message: string | undefined): void => reject(new Error(message ?? 'the document cannot be opened'))
    if (element.editor) return resolve()
    if (element.status?.connection === 'refused') return refuse(element.status.refusal?.text)
    element.addEventListener('cowrite-ready', () => resolve(), { once: true })
    element.addEventListener('cowrite-error', ({ detail }) => refuse(detail.message), { once: true })
  })

const ANSWERS: { readonly [Name in Question]: (element: CowriteEditorElement) => Promise<string> } = {
  html: async (element) => whenReady(element).then(() => element.asHTML()),
  markdown: async (element) => whenReady(element).then(() => element.asMarkdown()),
  text: async (element) => whenReady(element).then(() => element.getText()),
  json: async (element) => whenReady(element).then(() => JSON.stringify(element.getJSON())),
  flush: async (element) => element.flush().then(() => ''),
  focus: async (element) => whenReady(element).then(() => (element.focus(), '')),
  close: async (element) => element.close().then(() => ''),
}

function apply(element: CowriteEditorElement, settings: Settings): void {
  const { editable, theme, lang, user, offline, autofocus, ...words } = settings
  const set = (name: string, value: string): void => {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value)
  }
  if (editable !== undefined) element.mode = editable ? 'edit' : 'view'
  if (theme !== undefined) {
    applyTheme(document.documentElement, theme)
    set('theme', theme)
  }
  if (lang !== undefined) {
    document.documentElement.lang = lang
    set('lang', lang)
  }
  if (user) element.user = user
  if (offline !== undefined) set('offline', offline ? 'on' : 'off')
  if (autofocus) set('autofocus', '')
  for (const [name, value] of Object.entries(words)) set(name, String(value))
}

function statusOf({ connection, save, unsaved, kept, synced, readOnly, refusal }: EditorStatus): FrameStatus {
  const code = refusal && (refusal.code ?? `closed-${refusal.closeCode}`)
  return { connection, save, unsaved, kept, synced, ...(readOnly && { readOnly }), ...(code && { refusal: code }) }
}
