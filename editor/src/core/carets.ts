/**
 * Other people's carets and selections in the text.
 *
 * Owns: the caret elements: name label, colour, idle fading, updating them when somebody renames.
 * Does not own: positions (y-tiptap's cursor plugin) or who is here (person.ts).
 * Always holds: a caret takes no room in the line, so no text moves because somebody is there; a
 * presence state that y-tiptap could not digest is not shown to it (it throws at a `user` that is no
 * object, in the middle of a document update).
 */
import { Extension } from '@tiptap/core'
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import { yCursorPlugin } from '@tiptap/y-tiptap'
import type { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { personOf, textColorOn } from './person.js'

/** After this long without moving a caret fades, in milliseconds. */
export const CARET_IDLE_MS = 10_000

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Whether y-tiptap's cursor plugin can take this state without throwing. */
export function isShowable(state: unknown): boolean {
  if (!isRecord(state) || !isRecord(state['user']) || !isRecord(state['cursor'])) return false
  try {
    for (const end of ['anchor', 'head']) {
      const position = Y.createRelativePositionFromJSON(state['cursor'][end])
      if (position.type === null && position.tname === null && position.item === null) return false
    }
    return true
  } catch {
    return false
  }
}

interface AwarenessChange {
  readonly added: readonly number[]
  readonly updated: readonly number[]
  readonly removed: readonly number[]
}

/** The caret elements by client id, and their aging. */
class Carets {
  readonly #elements = new Map<number, HTMLElement>()
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>()
  readonly #positions = new Map<number, string>()
  readonly #awareness: Awareness

  constructor(awareness: Awareness) {
    this.#awareness = awareness
  }

  readonly #changed = ({ added, updated, removed }: AwarenessChange): void => {
    for (const clientId of removed) this.#forget(clientId)
    for (const clientId of [...added, ...updated]) {
      const state = this.#awareness.getStates().get(clientId)
      const position = JSON.stringify((state as { cursor?: unknown } | undefined)?.cursor ?? null)
      if (this.#positions.get(clientId) !== position) {
        this.#positions.set(clientId, position)
        this.#moved(clientId)
      }
      const element = this.#elements.get(clientId)
      if (element !== undefined) paint(element, state, clientId)
    }
  }

  element(clientId: number): HTMLElement {
    const caret = document.createElement('span')
    caret.className = 'ce-caret'
    caret.setAttribute('aria-hidden', 'true')
    const label = document.createElement('span')
    label.className = 'ce-caret-label'
    caret.append(label)
    paint(caret, this.#awareness.getStates().get(clientId), clientId)
    caret.classList.toggle('is-idle', this.#elements.get(clientId)?.classList.contains('is-idle') ?? false)
    this.#elements.set(clientId, caret)
    if (!this.#timers.has(clientId)) this.#moved(clientId)
    return caret
  }

  #moved(clientId: number): void {
    clearTimeout(this.#timers.get(clientId))
    this.#elements.get(clientId)?.classList.remove('is-idle')
    this.#timers.set(clientId, setTimeout(() => this.#elements.get(clientId)?.classList.add('is-idle'), CARET_IDLE_MS))
  }

  #forget(clientId: number): void {
    clearTimeout(this.#timers.get(clientId))
    this.#timers.delete(clientId)
    this.#positions.delete(clientId)
    this.#elements.delete(clientId)
  }

  start(): void {
    this.#awareness.on('change', this.#changed)
  }

  stop(): void {
    this.#awareness.off('change', this.#changed)
    for (const clientId of [...this.#timers.keys()]) this.#forget(clientId)
  }
}

function paint(caret: HTMLElement, state: unknown, clientId: number): void {
  const { name, color } = personOf(state, clientId)
  caret.style.setProperty('--ce-person', color)
  caret.style.setProperty('--ce-person-fg', textColorOn(color))
  const label = caret.firstElementChild
  if (label !== null && label.textContent !== name) label.textContent = name
}

/** The carets extension for one editor over this awareness. */
export function caretsExtension(awareness: Awareness): Extension {
  return CollaborationCaret.extend({
    addProseMirrorPlugins() {
      const carets = new Carets(awareness)
      return [
        yCursorPlugin(awareness, {
          awarenessStateFilter: (own: number, clientId: number, state: unknown) => own !== clientId && isShowable(state),
          cursorBuilder: (_user: unknown, clientId: number) => carets.element(clientId),
          selectionBuilder: (_user: unknown, clientId: number) => ({
            class: 'ce-remote-selection',
            style: `--ce-person: ${personOf(awareness.getStates().get(clientId), clientId).color}`,
          }),
        }) as Plugin,
        // Plugin views come and go whenever any plugin is added later, so start and stop belong here.
        new Plugin({
          key: new PluginKey('cowrite-carets'),
          view: () => {
            carets.start()
            return { destroy: () => carets.stop() }
          },
        }),
      ]
    },
  }).configure({ provider: { awareness } }) as Extension
}
