/**
 * Just enough of a DOM for ProseMirror's parser and for the `parseHTML` functions of the schema.
 *
 * Owns: nodes that can be walked, asked for attributes, styles and simple selectors, and moved.
 * Does not own: reading HTML (html-in.ts).
 * Always holds: nothing is loaded, run or drawn: it is data. A selector beyond what is understood here is an
 * error, not a silent miss; a test runs all selectors of the schema.
 */

export abstract class PlainNode {
  abstract readonly nodeType: number
  abstract readonly nodeName: string
  parentNode: PlainElement | null = null
  nextSibling: PlainNode | null = null
  previousSibling: PlainNode | null = null
  readonly ownerDocument = { createTextNode: (text: string) => new PlainText(text) }

  get parentElement(): PlainElement | null {
    return this.parentNode
  }
  abstract get textContent(): string

  remove(): void {
    if (this.previousSibling) this.previousSibling.nextSibling = this.nextSibling
    else if (this.parentNode) this.parentNode.firstChild = this.nextSibling
    if (this.nextSibling) this.nextSibling.previousSibling = this.previousSibling
    else if (this.parentNode) this.parentNode.lastChild = this.previousSibling
    this.parentNode = this.nextSibling = this.previousSibling = null
  }
}

export class PlainText extends PlainNode {
  readonly nodeType = 3
  readonly nodeName = '#text'
  readonly nodeValue: string
  constructor(text: string) {
    super()
    this.nodeValue = text
  }
  get textContent(): string {
    return this.nodeValue
  }
}

export class PlainElement extends PlainNode {
  readonly nodeType = 1
  readonly nodeName: string
  readonly tagName: string
  firstChild: PlainNode | null = null
  lastChild: PlainNode | null = null
  readonly #attributes: Map<string, string>
  #style: PlainStyle | undefined

  constructor(tag: string, attributes: Iterable<readonly [string, string]> = []) {
    super()
    this.nodeName = this.tagName = tag.toUpperCase()
    this.#attributes = new Map(attributes)
  }

  appendChild(child: PlainNode): void {
    child.remove()
    child.parentNode = this
    child.previousSibling = this.lastChild
    if (this.lastChild) this.lastChild.nextSibling = child
    else this.firstChild = child
    this.lastChild = child
  }

  get childNodes(): PlainNode[] {
    const nodes: PlainNode[] = []
    for (let node = this.firstChild; node; node = node.nextSibling) nodes.push(node)
    return nodes
  }
  get children(): PlainElement[] {
    return this.childNodes.filter((node) => node instanceof PlainElement)
  }
  get firstElementChild(): PlainElement | null {
    return this.children[0] ?? null
  }
  get textContent(): string {
    return this.childNodes.map((node) => node.textContent).join('')
  }
  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null
  }
  setAttribute(name: string, value: string): void {
    this.#attributes.set(name, value)
    this.#style = undefined
  }
  hasAttribute(name: string): boolean {
    return this.#attributes.has(name)
  }
  get classList(): readonly string[] {
    return (this.getAttribute('class') ?? '').split(/\s+/).filter((name) => name !== '')
  }
  get style(): PlainStyle {
    return (this.#style ??= new PlainStyle(this.getAttribute('style') ?? ''))
  }
  matches(selector: string): boolean {
    return testOf(selector)(this)
  }
  closest(selector: string): PlainElement | null {
    const test = testOf(selector)
    return test(this) ? this : (this.parentNode?.closest(selector) ?? null)
  }
  querySelectorAll(selector: string): PlainElement[] {
    const test = testOf(selector)
    const found: PlainElement[] = []
    const walk = (element: PlainElement): void => {
      for (const child of element.children) {
        if (test(child)) found.push(child)
        walk(child)
      }
    }
    walk(this)
    return found
  }
  querySelector(selector: string): PlainElement | null {
    return this.querySelectorAll(selector)[0] ?? null
  }
  contains(other: PlainNode): boolean {
    for (let node: PlainNode | null = other; node; node = node.parentNode) if (node === this) return true
    return false
  }
}

/** The declarations of a style attribute, as written. */
class PlainStyle {
  [name: string]: unknown
  readonly #values = new Map<string, string>()

  constructor(text: string) {
    for (const declaration of text.split(';')) {
      const [name = '', ...rest] = declaration.split(':')
      const property = name.trim().toLowerCase()
      const value = rest.join(':').replace(/!\s*important\s*$/i, '').trim()
      if (/^[a-z-]+$/.test(property) && value !== '') this.#values.set(property, value)
    }
    // As properties, too, in camel case: that is how `parseHTML` functions read them.
    for (const property of ['background-color', 'color', 'font-family', 'font-size', 'line-height', 'text-align', 'white-space', 'font-weight']) {
      this[property.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())] = this.getPropertyValue(property)
    }
  }
  get length(): number {
    return this.#values.size
  }
  getPropertyValue(name: string): string {
    return this.#values.get(name) ?? ''
  }
}

type Test = (element: PlainElement) => boolean
const tests = new Map<string, Test>()

/** `tag`, `[attribute]`, `[attribute="value"]`, `^=`, `*=`, `:not(…)` of these, and `parent > child`. */
function testOf(selector: string): Test {
  let test = tests.get(selector)
  if (test === undefined) {
    const [own = '', ...parents] = selector.split('>').map((part) => part.trim()).toReversed()
    const chain = [own, ...parents].map(compoundTest)
    test = (element) => {
      let at: PlainElement | null = element
      return chain.every((part) => {
        const fits = at !== null && part(at)
        at = at?.parentNode ?? null
        return fits
      })
    }
    tests.set(selector, test)
  }
  return test
}

function compoundTest(selector: string): Test {
  const [, tag = '', rest = ''] = /^([a-z][a-z0-9]*|\*)?(.*)$/i.exec(selector)!
  const parts: Test[] = tag === '' || tag === '*' ? [] : [(element) => element.nodeName === tag.toUpperCase()]
  const simple = /^(?:\[([\w-]+)(?:([\^*]?=)["']?([^"'\]]*)["']?)?\]|:not\(((?:[^()]|\([^()]*\))+)\))/
  let left = rest
  while (left !== '') {
    const found = simple.exec(left)
    if (!found) throw new Error(`a selector that is not understood: ${selector}`)
    left = left.slice(found[0].length)
    const [, name, operator, value = '', negated] = found
    if (negated !== undefined) {
      const inner = compoundTest(negated)
      parts.push((element) => !inner(element))
    } else if (operator === '=') parts.push((element) => element.getAttribute(name!) === value)
    else if (operator === '^=') parts.push((element) => element.getAttribute(name!)?.startsWith(value) ?? false)
    else if (operator === '*=') parts.push((element) => element.getAttribute(name!)?.includes(value) ?? false)
    else parts.push((element) => element.hasAttribute(name!))
  }
  return (element) => parts.every((part) => part(element))
}
