/**
 * The page at /embed/<name>: one document in an iframe of somebody else's page, which steers it (embed/).
 *
 * Owns: its side of the handshake, and passing on what the page and the element tell each other.
 * Does not own: the element, the messages (embed/messages.ts), who may frame this page (the server's frame-ancestors).
 * Always holds: only the window around this one is listened to, and only when the server says that its origin is on
 * the list; the first port that comes from there is the only one. The editor opens when it has come, not before.
 */
import { documentNameOfPath, pathOfDocumentName } from '@cowrite/protocol'
import type { CowriteEditorElement } from '../element/index.js'
import { defineCowriteEditor } from '../element/define.js'
import { EMBED_VERSION, type Hello, type Open, readOpen } from '../embed/messages.js'
import { loadTexts, type MessageKey } from '../i18n/texts.js'
import { steer } from './embedded-editor.js'
import { preferredLanguage } from './language.js'

/** How long the page around may take to open the document before this one says what it waits for, in milliseconds. */
const PATIENCE_MS = 8000

const doc = documentNameOfPath(location.pathname, '/embed/')
let isTaken = false

if (doc === undefined) void say('lost.title')
else if (window.parent === window) location.replace(pathOfDocumentName(doc, '/d/'))
else listen(doc)

function listen(name: string): void {
  defineCowriteEditor()
  const patience = setTimeout(() => void say('embed.waiting'), PATIENCE_MS)
  addEventListener('message', async (event: MessageEvent) => {
    const [port] = event.ports
    if (event.source !== window.parent || event.ports.length !== 1 || port === undefined) return
    const open = readOpen(event.data)
    if (open === undefined || isTaken) return
    isTaken = true
    clearTimeout(patience)
    if (await isAllowed(event.origin)) return start(name, open, port)
    isTaken = false
    port.close()
    void say('embed.refused')
  })
  // Says nothing that is not in this page's address: anybody may read it, and may not even be allowed to be here.
  window.parent.postMessage({ type: 'cowrite:hello', versions: [EMBED_VERSION] } satisfies Hello, '*')
}

/** The server knows: it answers with the rule by which it lets pages connect. */
async function isAllowed(origin: string): Promise<boolean> {
  if (origin === location.origin) return true
  const answer = await fetch(`/api/embed?parent=${encodeURIComponent(origin)}`, { cache: 'no-store' }).catch(() => undefined)
  return answer?.status === 204
}

function start(name: string, open: Open, port: MessagePort): void {
  document.title = name
  const element = document.createElement('cowrite-editor') as CowriteEditorElement
  element.server = location.origin
  element.doc = name
  steer(element, open, port)
  document.body.replaceChildren(element)
}

async function say(key: MessageKey): Promise<void> {
  const { t, language, direction } = await loadTexts(preferredLanguage())
  const waiting = document.getElementById('waiting')
  if (waiting === null) return // the editor is there
  Object.assign(document.documentElement, { lang: language, dir: direction })
  waiting.textContent = t(key)
  waiting.hidden = false
}
