/**
 * The editor in an iframe, from the page around it.
 *
 * Owns: the iframe, its side of the handshake, and the object that stands for the editor.
 * Does not own: the page in the iframe (page/embed.ts), the messages (messages.ts).
 * Always holds: only the iframe's own window at the server's origin is listened to, and a token goes nowhere but
 * through the port that was given to it: it stands in no address and in no message that others can read.
 */
import { pathOfDocumentName } from '@cowrite/protocol'
import type { JSONContent } from '@tiptap/core'
import { Listeners } from '../core/listeners.js'
import type { UserInfo } from '../core/person.js'
import { httpAddress } from '../core/upload.js'
import { type Answering, createAnswers } from './answers.js'
import {
  EMBED_VERSION, type FrameMessage, type FramePerson, type FrameStatus, type Open, type Question, readFrameMessage, readHello,
  type HostMessage, type Settings,
} from './messages.js'
import { createQuestions } from './questions.js'

export interface MountOptions extends Settings, Answering {
  /** Address of the server, `https://host`. */
  readonly server: string
  /** Name of the document. */
  readonly doc: string
  /** Accessible name of the iframe; default the document's name. */
  readonly title?: string
  /** How long the iframe may take to report, in milliseconds, before `error` says that it did not; default 10,000. */
  readonly patienceMs?: number
}

export type CowriteFrameEvents = {
  /** The text can be edited. */
  ready: undefined
  status: FrameStatus
  users: readonly FramePerson[]
  change: { readonly local: boolean }
  mention: { readonly id: string; readonly name: string }
  /** A refusal (docs/errors.md), `schema-unknown`, `cannot-open`, `no-answer`, or `version`. */
  error: { readonly code: string; readonly message: string }
}

export interface CowriteFrame {
  readonly iframe: HTMLIFrameElement
  /** Undefined until the editor has reported. */
  readonly status: FrameStatus | undefined
  readonly users: readonly FramePerson[]
  /** @returns stops listening. */
  on<Name extends keyof CowriteFrameEvents>(name: Name, listener: (event: CowriteFrameEvents[Name]) => void): () => void
  setEditable(editable: boolean): void
  setTheme(theme: NonNullable<Settings['theme']>): void
  /** Opens the document anew in that language. */
  setLocale(lang: string): void
  setUser(user: UserInfo): void
  getHTML(): Promise<string>
  getMarkdown(): Promise<string>
  getText(): Promise<string>
  getJSON(): Promise<JSONContent>
  /** Resolves when everything typed so far is saved on the server. */
  flush(): Promise<void>
  focus(): Promise<void>
  /** Takes the iframe away, when what was typed is sent or kept; waits a second for that at most. */
  destroy(): Promise<void>
}

/** How long `destroy` waits for an iframe that may be gone, in milliseconds. */
const LAST_WORDS_MS = 1000
const DEFAULT_PATIENCE_MS = 10_000

/**
 * Puts an iframe with the editor at the end of `place`.
 * @throws TypeError at an address that is none
 */
export function mountCowrite(place: Element, options: MountOptions): CowriteFrame {
  const { server, doc, title = doc, patienceMs = DEFAULT_PATIENCE_MS } = options
  const { origin } = new URL(httpAddress(server))
  const view = place.ownerDocument.defaultView ?? window
  const listeners = new Listeners<CowriteFrameEvents>()
  const questions = createQuestions<string>()
  const answers = createAnswers(options)
  /** What waits for the port. */
  const waiting: HostMessage[] = []
  let settings: Settings = settingsOf(options)
  let port: MessagePort | undefined
  let status: FrameStatus | undefined
  let users: readonly FramePerson[] = []
  let destroyed: Promise<void> | undefined

  const iframe = place.ownerDocument.createElement('iframe')
  iframe.title = title
  iframe.allow = 'clipboard-read; clipboard-write'
  iframe.referrerPolicy = 'no-referrer'
  Object.assign(iframe.style, { border: '0', width: '100%', height: '100%', display: 'block' })
  iframe.src = httpAddress(server) + pathOfDocumentName(doc, '/embed/')

  const send = (message: HostMessage): void => void (port ? port.postMessage(message) : waiting.push(message))
  const ask = (question: Question): Promise<string> => {
    if (destroyed) return Promise.reject(new Error('the editor was taken away'))
    return questions.ask((id) => send({ type: 'ask', id, question }))
  }
  const change = (changed: Settings): void => {
    settings = { ...settings, ...changed }
    if (port) send({ type: 'set', settings: changed })
  }

  const onMessage = (event: MessageEvent): void => {
    if (event.source === null || event.source !== iframe.contentWindow || event.origin !== origin) return
    const versions = readHello(event.data)
    if (versions === undefined) return
    clearTimeout(patience)
    if (!versions.includes(EMBED_VERSION)) {
      return listeners.tell('error', { code: 'version', message: `the server's editor speaks none of the messages of version ${EMBED_VERSION}` })
    }
    // Loaded anew, it knows nothing of what was asked before.
    if (port) {
      port.close()
      questions.failAll('the editor was loaded anew')
      answers.forgetAll()
    }
    const channel = new MessageChannel()
    const own = (port = channel.port1)
    own.addEventListener('message', ({ data }: MessageEvent) => {
      const message = readFrameMessage(data)
      if (message) receive(message, own)
    })
    own.start()
    const open: Open = { type: 'cowrite:open', version: EMBED_VERSION, settings, logsIn: options.getToken !== undefined, helps: answers.helps }
    event.source.postMessage(open, { targetOrigin: origin, transfer: [channel.port2] })
    for (const message of waiting.splice(0)) send(message)
  }

  const receive = (message: FrameMessage, from: MessagePort): void => {
    switch (message.type) {
      case 'ready':
        return listeners.tell('ready', undefined)
      case 'status':
        return listeners.tell('status', (status = message.status))
      case 'users':
        return listeners.tell('users', (users = message.users))
      case 'change':
        return listeners.tell('change', { local: message.local })
      case 'mention':
        return listeners.tell('mention', { id: message.id, name: message.name })
      case 'error':
        return listeners.tell('error', { code: message.code, message: message.message })
      case 'answer':
        return questions.answer(message.id, message.value)
      case 'failure':
        return questions.fail(message.id, new Error(message.message))
      default:
        return answers.hear(message, from)
    }
  }

  view.addEventListener('message', onMessage)
  const patience = setTimeout(() => {
    const message = `no editor reported from ${iframe.src}: the server cannot be reached, or this page's origin is not one of COWRITE_ORIGINS there`
    listeners.tell('error', { code: 'no-answer', message })
  }, patienceMs)
  place.append(iframe)

  const end = (): void => {
    view.removeEventListener('message', onMessage)
    questions.failAll('the editor was taken away')
    answers.forgetAll()
    listeners.clear()
    port?.close()
    iframe.remove()
  }
  const destroy = async (): Promise<void> => {
    clearTimeout(patience)
    if (port && iframe.isConnected) {
      const lastWords = setTimeout(() => questions.failAll('the editor does not answer'), LAST_WORDS_MS)
      await questions.ask((id) => send({ type: 'ask', id, question: 'close' })).catch(() => '')
      clearTimeout(lastWords)
    }
    end()
  }
  return {
    iframe,
    get status() {
      return status
    },
    get users() {
      return users
    },
    on: (name, listener) => listeners.add(name, listener),
    setEditable: (editable) => change({ editable }),
    setTheme: (theme) => change({ theme }),
    setLocale: (lang) => change({ lang }),
    setUser: (user) => change({ user }),
    getHTML: () => ask('html'),
    getMarkdown: () => ask('markdown'),
    getText: () => ask('text'),
    getJSON: async () => JSON.parse(await ask('json')) as JSONContent,
    flush: async () => void (await ask('flush')),
    focus: async () => {
      iframe.focus() // a frame of another origin may not take the focus by itself
      await ask('focus')
    },
    destroy: () => (destroyed ??= destroy()),
  }
}

/** What of the options goes to the iframe; a function could not. */
function settingsOf({ editable, theme, lang, user, toolbar, features, placeholder, label, offline, autofocus }: MountOptions): Settings {
  const given = { editable, theme, lang, user, toolbar, features, placeholder, label, offline, autofocus }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
