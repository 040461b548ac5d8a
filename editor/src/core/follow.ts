/**
 * Following somebody: the page goes where they are.
 *
 * Owns: telling others what is in view here (only while somebody follows), scrolling to what the
 * followed one has in view, and ending at the first input of one's own.
 * Does not own: who can be chosen (ui/presence.ts).
 * Always holds: it never moves the caret or the focus, and writes nothing into the document. What is in
 * view is told as a place in the document, so that it fits any width of window.
 */
import type { Editor } from '@tiptap/core'
import { absolutePositionToRelativePosition, relativePositionToAbsolutePosition, ySyncPluginKey } from '@tiptap/y-tiptap'
import type { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { personOf } from './person.js'

export interface Follower {
  /** Key of the person followed now. */
  readonly followed: string | undefined
  follow(key: string | undefined): void
  attach(editor: Editor | undefined): void
  destroy(): void
}

/** How often the place in view is told while it changes, in milliseconds. */
export const TELL_EVERY_MS = 200

/** What of the person's own ends the following. Scrolling by script is none of these. */
const OWN_INPUTS = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const

interface Binding {
  readonly doc: Y.Doc
  readonly type: Y.XmlFragment
  readonly mapping: Map<Y.AbstractType<unknown>, never>
}
const bindingOf = (editor: Editor): Binding | undefined =>
  (ySyncPluginKey.getState(editor.state) as { binding?: Binding | null } | undefined)?.binding ?? undefined

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

export interface FollowOptions {
  readonly awareness: Awareness
  coveredTop(): number
  onChange(key: string | undefined): void
}

export function createFollower({ awareness, coveredTop, onChange }: FollowOptions): Follower {
  let editor: Editor | undefined
  let followed: string | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let shown = ''
  const ownKey = (): string => personOf(awareness.getLocalState(), awareness.clientID).key

  const others = (): [number, Record<string, unknown>][] =>
    [...awareness.getStates()].filter((entry): entry is [number, Record<string, unknown>] => entry[0] !== awareness.clientID && isRecord(entry[1]))
  const isFollowedByOthers = (): boolean => others().some(([, state]) => state['following'] === ownKey())

  const tell = (): void => {
    timer = undefined
    const wanted = isFollowedByOthers() ? placeInView() : null
    const state = awareness.getLocalState()
    if (state !== null && JSON.stringify(state['view'] ?? null) !== JSON.stringify(wanted)) awareness.setLocalStateField('view', wanted)
  }
  const tellSoon = (): void => {
    if (timer === undefined && (isFollowedByOthers() || awareness.getLocalState()?.['view'])) timer = setTimeout(tell, TELL_EVERY_MS)
  }
  const placeInView = (): unknown => {
    const binding = editor && !editor.isDestroyed ? bindingOf(editor) : undefined
    if (editor === undefined || binding === undefined) return null
    const edge = coveredTop() + 8
    const block = [...editor.view.dom.children].find((child) => child.getBoundingClientRect().bottom > edge)
    if (block === undefined) return null
    const position = editor.view.posAtDOM(block, 0)
    const place = absolutePositionToRelativePosition(position, binding.type, binding.mapping as never) as Y.RelativePosition
    return Y.relativePositionToJSON(place)
  }

  const show = (): void => {
    if (followed === undefined || editor === undefined || editor.isDestroyed) return
    const tabs = others().filter(([clientId, state]) => personOf(state, clientId).key === followed)
    if (tabs.length === 0) return follow(undefined)
    const state = tabs.find(([, one]) => one['view'])?.[1] ?? tabs.find(([, one]) => one['cursor'])?.[1]
    const place: unknown = state?.['view'] ?? (isRecord(state?.['cursor']) ? state['cursor']['head'] : undefined)
    const key = JSON.stringify(place ?? null)
    const binding = bindingOf(editor)
    if (place == null || key === shown || binding === undefined) return
    shown = key
    scrollTo(editor, binding, place, coveredTop())
  }
  const changed = (): void => {
    tellSoon()
    show()
  }
  const ended = (event: Event): void => {
    // Keys that only accompany others say nothing yet.
    if (event instanceof KeyboardEvent && ['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return
    // The press that starts or ends it by its button is not meant for the page.
    if (event.composedPath().some((target) => target instanceof Element && target.matches('.ce-face, .ce-follow'))) return
    follow(undefined)
  }
  const follow = (key: string | undefined): void => {
    if (key === followed) return
    followed = key
    shown = ''
    for (const name of OWN_INPUTS) {
      if (key === undefined) window.removeEventListener(name, ended, { capture: true })
      else window.addEventListener(name, ended, { capture: true, passive: true })
    }
    awareness.setLocalStateField('following', key ?? null)
    onChange(key)
    show()
  }
  awareness.on('change', changed)
  window.addEventListener('scroll', tellSoon, { capture: true, passive: true })
  return {
    get followed() {
      return followed
    },
    follow,
    attach: (next) => {
      editor = next
      changed()
    },
    destroy: () => {
      clearTimeout(timer)
      awareness.off('change', changed)
      window.removeEventListener('scroll', tellSoon, { capture: true })
      for (const name of OWN_INPUTS) window.removeEventListener(name, ended, { capture: true })
    },
  }
}

function scrollTo(editor: Editor, binding: Binding, place: unknown, coveredTop: number): void {
  try {
    const relative = Y.createRelativePositionFromJSON(place)
    const position = relativePositionToAbsolutePosition(binding.doc, binding.type, relative, binding.mapping as never)
    if (typeof position !== 'number') return
    const { node } = editor.view.domAtPos(Math.min(position, editor.state.doc.content.size))
    const element = node instanceof Element ? node : node.parentElement
    const block = element?.closest('.ce-content > *') ?? element
    if (!(block instanceof HTMLElement)) return
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches
    const before = block.style.scrollMarginTop
    block.style.scrollMarginTop = `${coveredTop + 8}px`
    block.scrollIntoView({ block: 'start', behavior: isStill ? 'auto' : 'smooth' })
    block.style.scrollMarginTop = before
  } catch {
    // A place that is none: a peer may tell anything.
  }
}
