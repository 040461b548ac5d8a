/**
 * The list that follows what somebody types after a sign: `/` for blocks, `@` for people.
 *
 * Owns: the list beside the caret, its keys while the focus stays in the text, what screen readers hear.
 * Does not own: finding the sign and placing the list (@tiptap/suggestion), or the items.
 * Always holds: it opens only for what this person types; a sign that somebody else wrote beside the
 * caret opens nothing. The text keeps the focus.
 */
import type { Editor, Range } from '@tiptap/core'
import { PluginKey, type Plugin } from '@tiptap/pm/state'
import { Suggestion, type SuggestionProps } from '@tiptap/suggestion'
import { isRemote } from '../core/manners.js'
import type { Ui } from './context.js'
import { el, setAttr } from './dom.js'

export interface Suggested {
  readonly id: string
  readonly label: string
  readonly mark?: () => Element
  readonly hint?: string
}

export interface SuggestionOptions<Item extends Suggested> {
  readonly name: string
  readonly sign: string
  /** Accessible name of the list. */
  readonly label: string
  /** Said in place of an empty list. */
  none(): string
  readonly waitMs?: number
  items(query: string, editor: Editor, signal: AbortSignal): readonly Item[] | Promise<readonly Item[]>
  choose(editor: Editor, range: Range, item: Item): void
}

interface ActiveState {
  readonly active: boolean
}

let nextId = 1

export function suggestionPlugin<Item extends Suggested>(ui: Ui, editor: Editor, options: SuggestionOptions<Item>): Plugin {
  const key = new PluginKey<ActiveState>(`cowrite-${options.name}`)
  return Suggestion<Item, Item>({
    editor,
    pluginKey: key,
    char: options.sign,
    container: ui.root,
    offset: { mainAxis: 4 },
    floatingUi: { strategy: 'fixed' },
    decorationClass: 'ce-suggesting',
    debounce: options.waitMs ?? 0,
    shouldShow: ({ transaction }) =>
      key.getState(editor.state)?.active === true || (transaction.docChanged && !isRemote(transaction)),
    allow: ({ state, range }) => editor.isEditable && state.doc.resolve(range.from).parent.type.spec.code !== true,
    items: ({ query, signal }) => Promise.resolve(options.items(query, editor, signal)).then((items) => [...items]),
    command: ({ range, props }) => options.choose(editor, range, props),
    render: () => new SuggestionList<Item>(ui, options, () => editor.view.dom),
  })
}

class SuggestionList<Item extends Suggested> {
  readonly #id = `ce-list-${nextId++}`
  readonly #ui: Ui
  readonly #options: SuggestionOptions<Item>
  readonly #text: () => HTMLElement
  #props: SuggestionProps<Item, Item> | undefined
  #element: HTMLElement | undefined
  #unmount: (() => void) | undefined
  #at = 0

  constructor(ui: Ui, options: SuggestionOptions<Item>, text: () => HTMLElement) {
    this.#ui = ui
    this.#options = options
    this.#text = text
  }

  onStart = (props: SuggestionProps<Item, Item>): void => {
    this.#element = el('div', {
      class: 'ce-menu ce-suggestions',
      attrs: { role: 'listbox', tabindex: 0, id: this.#id, 'aria-label': this.#options.label },
      on: { mousedown: (event) => event.preventDefault() },
    })
    this.#at = 0
    this.#show(props)
    this.#unmount = props.mount(this.#element)
    setAttr(this.#text(), 'aria-controls', this.#id)
    setAttr(this.#text(), 'aria-haspopup', 'listbox')
  }

  onUpdate = (props: SuggestionProps<Item, Item>): void => {
    if (props.query !== this.#props?.query) this.#at = 0
    this.#show(props)
  }

  onExit = (): void => {
    this.#unmount?.()
    this.#unmount = undefined
    this.#element?.remove()
    this.#element = undefined
    for (const name of ['aria-controls', 'aria-haspopup', 'aria-activedescendant']) setAttr(this.#text(), name, undefined)
  }

  onKeyDown = ({ event }: { event: KeyboardEvent }): boolean => {
    const count = this.#props?.items.length ?? 0
    if (this.#element === undefined || event.isComposing) return false
    if (event.key === 'Escape') return false // the plugin itself ends at Escape
    if (count === 0) return false
    if (event.key === 'ArrowDown') this.#go(this.#at + 1)
    else if (event.key === 'ArrowUp') this.#go(this.#at - 1)
    else if (event.key === 'Home') this.#go(0)
    else if (event.key === 'End') this.#go(count - 1)
    else if (event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey)) this.#choose(this.#at)
    else return false
    return true
  }

  #show(props: SuggestionProps<Item, Item>): void {
    this.#props = props
    // While the next items are fetched, the last ones stay: a list that empties at each key flickers.
    if (props.loading && props.items.length === 0 && this.#element?.childElementCount) return
    const options = props.items.map((item, index) => this.#option(item, index))
    this.#element?.replaceChildren(
      ...(options.length > 0 ? options : [el('div', { class: 'ce-menu-none', attrs: { role: 'option', 'aria-disabled': 'true' } }, props.loading ? '…' : this.#options.none())]),
    )
    this.#go(this.#at)
  }

  #option(item: Item, index: number): HTMLElement {
    return el(
      'div',
      {
        class: 'ce-menu-item',
        attrs: { role: 'option', id: `${this.#id}-${index}`, 'data-choice': item.id },
        on: { click: () => this.#choose(index), pointermove: () => index !== this.#at && this.#go(index) },
      },
      item.mark?.() as Element,
      el('span', {}, item.label),
      item.hint !== undefined && el('span', { class: 'ce-menu-hint', attrs: { 'aria-hidden': 'true' } }, item.hint),
    )
  }

  #go(index: number): void {
    const items = this.#props?.items ?? []
    if (items.length === 0) {
      setAttr(this.#text(), 'aria-activedescendant', undefined)
      return
    }
    this.#at = (index + items.length) % items.length
    const options = [...(this.#element?.children ?? [])]
    options.forEach((option, at) => setAttr(option, 'aria-selected', String(at === this.#at)))
    options[this.#at]?.scrollIntoView({ block: 'nearest' })
    const isSameTree = this.#text().getRootNode() === this.#element?.getRootNode()
    setAttr(this.#text(), 'aria-activedescendant', isSameTree ? `${this.#id}-${this.#at}` : undefined)
    // Ids do not reach across a shadow root; there the choice is said instead.
    if (!isSameTree && this.#element?.isConnected) {
      this.#ui.announcer.say(this.#ui.t('list.position', { name: items[this.#at]!.label, at: this.#at + 1, count: items.length }))
    }
  }

  #choose(index: number): void {
    const item = this.#props?.items[index]
    if (item) this.#props?.command(item)
  }
}
