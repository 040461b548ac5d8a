/**
 * Markdown from anywhere as a document.
 *
 * Owns: the way from Markdown's tree to HTML, which the schema then reads: so HTML inside Markdown means the
 * same as HTML anywhere, and passes the same checks.
 * Does not own: reading Markdown (mdast-util-from-markdown), what HTML becomes (html-in.ts).
 * Always holds: text becomes text, never HTML; a tag left open hides nothing that follows it.
 */
import type { JSONContent } from '@tiptap/core'
import type { Definition, List, ListItem, Nodes, Parents, RootContent } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { ConvertError } from './document.js'
import { jsonOfHtml } from './html-in.js'

/** More quotes and items within each other than this, on one line, are refused before reading: its time grows with their square. */
const MAX_CONTAINERS = 200
const NESTED = new RegExp(`^[ \\t]*(?:(?:>|[-+*][ \\t]|\\d{1,9}[.)][ \\t])[ \\t]*){${MAX_CONTAINERS + 1}}`, 'm')

/**
 * The document that this Markdown holds.
 * @throws ConvertError when it is nested beyond reason
 */
export function jsonOfMarkdown(markdown: string): JSONContent {
  if (NESTED.test(markdown)) throw new ConvertError('the Markdown is nested too deeply')
  try {
    // Without the transforms, which look for addresses in the finished text and so find escaped ones, too.
    const mdastExtensions = gfmFromMarkdown().map((extension) => ({ ...extension, transforms: [] }))
    const root = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions })
    return jsonOfHtml(new Html(markdown, definitionsOf(root)).all(root))
  } catch (error) {
    if (error instanceof RangeError) throw new ConvertError('the Markdown is nested too deeply', { cause: error })
    throw error
  }
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character]!)
const attribute = (name: string, value: string | null | undefined): string => (value ? ` ${name}="${escape(value)}"` : '')

/** Spaces in Markdown's tree are those that count. */
const SPACED = ' style="white-space: pre-wrap"'

class Html {
  readonly #source: string
  readonly #definitions: ReadonlyMap<string, Definition>

  constructor(source: string, definitions: ReadonlyMap<string, Definition>) {
    this.#source = source
    this.#definitions = definitions
  }

  all(parent: Parents): string {
    const children: readonly Nodes[] = parent.children
    return children.map((child, index) => this.#one(child, children[index - 1], children[index + 1])).join('')
  }

  #one(node: Nodes, before?: Nodes, after?: Nodes): string {
    switch (node.type) {
      case 'text': return escape(this.#withoutDollars(node.value, before, after).replace(/\r\n?|\n/g, ' '))
      case 'paragraph': return this.#textBlock('p', node)
      case 'heading': return this.#textBlock(`h${node.depth}`, node)
      case 'strong': return `<strong>${this.all(node)}</strong>`
      case 'emphasis': return `<em>${this.all(node)}</em>`
      case 'delete': return `<s>${this.all(node)}</s>`
      case 'inlineCode': return this.#isFormula(node) ? `<code data-type="math"${attribute('data-latex', node.value)}></code>` : `<code>${escape(node.value)}</code>`
      case 'break': return '<br>'
      case 'link': return linkOf(node.url, node.title, this.all(node))
      case 'linkReference': {
        const target = this.#definitions.get(node.identifier)
        return target ? linkOf(target.url, target.title, this.all(node)) : this.all(node)
      }
      case 'image': return `<img${attribute('src', node.url)}${attribute('alt', node.alt)}${attribute('title', node.title)}>`
      case 'imageReference': {
        const target = this.#definitions.get(node.identifier)
        return target ? `<img${attribute('src', target.url)}${attribute('alt', node.alt)}${attribute('title', target.title)}>` : escape(node.alt ?? '')
      }
      case 'html': return completeTags(node.value)
      case 'code': return node.lang === 'math'
        ? `<pre data-type="math"${attribute('data-latex', node.value)}></pre>`
        : `<pre><code${attribute('class', node.lang && `language-${node.lang}`)}>${escape(node.value)}</code></pre>`
      case 'thematicBreak': return '<hr>'
      case 'blockquote': return `<blockquote>${this.all(node)}</blockquote>`
      case 'list': return this.#list(node)
      case 'table': return `<table><tbody>${node.children.map((row, index) => `<tr>${row.children.map((cell, column) => {
        const tag = index === 0 ? 'th' : 'td'
        return `<${tag}${attribute('align', node.align?.[column])}>${this.#textBlock('p', cell)}</${tag}>`
      }).join('')}</tr>`).join('')}</tbody></table>`
      case 'footnoteReference': return `[^${escape(node.label ?? node.identifier)}]`
      case 'footnoteDefinition': return `<p>[^${escape(node.label ?? node.identifier)}]:</p>${this.all(node)}`
      default: return ''
    }
  }

  /** A picture is a block of its own and parts the text; the spaces around it then mean nothing. */
  #textBlock(tag: string, node: Parents): string {
    const children: readonly Nodes[] = node.children
    if (children.every((child) => child.type === 'text' && child.value.trim() === '')) return `<${tag}></${tag}>`
    if (!children.some(hasPicture)) return `<${tag}${SPACED}>${this.all(node)}</${tag}>`
    let text = ''
    let blocks = ''
    const endText = (): void => {
      if (text.trim() !== '') blocks += `<${tag}>${text}</${tag}>`
      text = ''
    }
    children.forEach((child, index) => {
      if (!hasPicture(child)) text += this.#one(child, children[index - 1], children[index + 1])
      else {
        endText()
        blocks += this.#one(child)
      }
    })
    endText()
    return blocks
  }

  /** Items with and without a box are lists of two kinds. */
  #list(list: List): string {
    const runs: ListItem[][] = []
    for (const item of list.children) {
      const isTask = this.#taskOf(item) !== undefined
      const run = runs.at(-1)
      if (run && (this.#taskOf(run[0]!) !== undefined) === isTask) run.push(item)
      else runs.push([item])
    }
    let start = list.start ?? 1
    return runs.map((run) => {
      const items = run.map((item) => this.#item(item)).join('')
      const open = this.#taskOf(run[0]!) !== undefined ? '<ul data-type="taskList">' : list.ordered ? `<ol start="${start}">` : '<ul>'
      start += run.length
      return `${open}${items}${open.startsWith('<ol') ? '</ol>' : '</ul>'}`
    }).join('')
  }

  #item(item: ListItem): string {
    const task = this.#taskOf(item)
    const isBare = task !== undefined && item.checked === null
    const [first, ...rest] = item.children
    const blocks: readonly RootContent[] = isBare ? rest : item.children
    const isText = first?.type === 'paragraph' && !(first.children[0] && hasPicture(first.children[0]))
    const lead = isBare || !isText ? '<p></p>' : ''
    const open = task === undefined ? '<li>' : `<li data-type="taskItem" data-checked="${task}">`
    return `${open}${lead}${blocks.map((block) => this.#one(block)).join('')}</li>`
  }

  /** Whether an item has a box, and a tick in it. One without text after the box is none to GitHub; here it is. */
  #taskOf(item: ListItem): boolean | undefined {
    if (typeof item.checked === 'boolean') return item.checked
    const [first] = item.children
    const box = first?.type === 'paragraph' ? /^\[([ xX])\]\s*$/.exec(this.#sourceOf(first)) : null
    return box ? box[1] !== ' ' : undefined
  }

  #sourceOf(node: Nodes): string {
    return this.#source.slice(node.position?.start.offset, node.position?.end.offset)
  }

  /** Code between two dollars, the first of them not escaped. */
  #isFormula(node: Nodes): boolean {
    const start = node.position?.start.offset ?? 0
    const end = node.position?.end.offset ?? 0
    const [, slashes = ''] = /(\\*)\$$/.exec(this.#source.slice(Math.max(0, start - 50), start)) ?? []
    return this.#source[start - 1] === '$' && this.#source[end] === '$' && slashes.length % 2 === 0
  }

  #withoutDollars(text: string, before: Nodes | undefined, after: Nodes | undefined): string {
    const start = before?.type === 'inlineCode' && this.#isFormula(before) ? 1 : 0
    const end = after?.type === 'inlineCode' && this.#isFormula(after) ? 1 : 0
    return text.slice(start, text.length - end)
  }
}

const hasPicture = (node: Nodes): boolean =>
  node.type === 'image' || node.type === 'imageReference' || (node.type === 'html' && /^<img\b/i.test(node.value)) ||
  ('children' in node && (node.children as readonly Nodes[]).some(hasPicture))

function linkOf(url: string, title: string | null | undefined, content: string): string {
  const [, id] = /^mention:(.+)$/.exec(url) ?? []
  if (id === undefined) return `<a${attribute('href', url)}${attribute('title', title)}>${content}</a>`
  const [, sign = '@', label = ''] = /^([\p{P}\p{S}]?)(.*)$/su.exec(content.replace(/<[^>]*>/g, '')) ?? []
  return `<span data-type="mention"${attribute('data-id', decode(id))} data-label="${label}" data-mention-suggestion-char="${sign || '@'}"></span>`
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Elements whose content is no HTML: one that is not closed would swallow what follows. */
const RAW = 'script|style|textarea|title|xmp|iframe|noembed|noframes|plaintext'
const RAW_ELEMENT = new RegExp(`<(${RAW})\\b[^>]*>[\\s\\S]*?</\\1\\s*>`, 'gi')
const TAG = /<\/?[a-z][a-z0-9-]*(?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>=`]+))?)*\s*\/?>/gi

/** The HTML without anything that is not a whole tag or text. */
function completeTags(html: string): string {
  const clean = html.replace(/<!--[\s\S]*?-->|<[!?][^>]*>/g, '').replace(RAW_ELEMENT, '')
  let result = ''
  let at = 0
  for (const tag of clean.matchAll(TAG)) {
    const isRaw = new RegExp(`^</?(?:${RAW})\\b`, 'i').test(tag[0])
    result += clean.slice(at, tag.index).replaceAll('<', '&lt;') + (isRaw ? '' : tag[0])
    at = tag.index + tag[0].length
  }
  return result + clean.slice(at).replaceAll('<', '&lt;')
}

function definitionsOf(parent: Parents): ReadonlyMap<string, Definition> {
  const found = new Map<string, Definition>()
  const waiting: Nodes[] = [parent]
  for (const node of waiting) {
    if (node.type === 'definition' && !found.has(node.identifier)) found.set(node.identifier, node)
    if ('children' in node) waiting.push(...node.children)
  }
  return found
}
