/**
 * Building elements.
 *
 * Owns: one function that makes an element with its attributes, listeners and children.
 * Does not own: state. Always holds: text goes in as text, never as HTML.
 */

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
  if (props.class !== undefined) element.className = props.class
  for (const [name, value] of Object.entries(props.attrs ?? {})) setAttr(element, name, value)
  for (const [name, listener] of Object.entries(props.on ?? {})) element.addEventListener(name, listener as EventListener)
  element.append(...children.filter((child) => child !== undefined && child !== false))
  return element
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
