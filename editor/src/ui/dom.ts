/**
 * Building elements.
 *
 * Owns: one function that makes an element with its attributes, listeners and children, and which of them
 * a page around `<cowrite-editor>` may style by `::part()`.
 * Does not own: state. Always holds: text goes in as text, never as HTML.
 */

/** The part's name by the element's first class. docs/embed.md lists the names. */
const PARTS: Readonly<Record<string, string>> = {
  'ce-top': 'top',
  'ce-header': 'header',
  'ce-toolbar': 'toolbar',
  'ce-floating-bar': 'bubble',
  'ce-sidebar': 'sidebar',
  'ce-outline': 'outline',
  'ce-tool': 'button',
  'ce-button': 'button',
  'ce-menu': 'menu',
  'ce-menu-item': 'menu-item',
  'ce-people': 'presence',
  'ce-face': 'avatar',
  'ce-status': 'status',
  'ce-notice': 'notice',
  'ce-main': 'content-area',
  'ce-dialog': 'dialog',
}

type Child = Node | string | undefined | false
type Listeners = { [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void }

export interface Props {
  readonly class?: string
  /** Attributes as in HTML; true is an empty attribute, undefined and false leave it out. */
  readonly attrs?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly on?: Listeners
}

/** An element with what is in it. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  if (props.class !== undefined) {
    element.className = props.class
    setAttr(element, 'part', PARTS[element.classList[0] ?? ''])
  }
  for (const [name, value] of Object.entries(props.attrs ?? {})) setAttr(element, name, value)
  for (const [name, listener] of Object.entries(props.on ?? {})) element.addEventListener(name, listener as EventListener)
  element.append(...children.filter((child) => child !== undefined && child !== false))
  return element
}

/** What has the focus in the document or shadow root where this node is. */
export function focusedNear(node: Node): Element | null {
  const root = node.getRootNode()
  return root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null
}

/** Sets, or with undefined and false removes, an attribute; touches the DOM only on change. */
export function setAttr(element: Element, name: string, value: string | number | boolean | undefined): void {
  if (value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name)
    return
  }
  const text = value === true ? '' : String(value)
  if (element.getAttribute(name) !== text) element.setAttribute(name, text)
}
