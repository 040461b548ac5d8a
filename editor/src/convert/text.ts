/**
 * A document as plain text, and plain text as a document.
 *
 * Owns: how blocks become lines: an empty line between two, none between items and rows.
 * Does not own: other formats.
 * Always holds: every word of the document is in the text, in its order; every line of a text that is not blank
 * becomes a paragraph.
 */
import type { JSONContent } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { EMPTY_DOCUMENT, nodeOfJson } from './document.js'

/** @throws ConvertError when it is no document */
export function textOfJson(json: unknown): string {
  const lines = linesOf(nodeOfJson(json), '\n')
  return lines === '' ? '' : `${lines}\n`
}

/** A line a paragraph. */
export function jsonOfText(text: string): JSONContent {
  const lines = text.split(/\r\n?|\n|\u2028|\u2029/).filter((line) => line.trim() !== '')
  if (lines.length === 0) return EMPTY_DOCUMENT
  return { type: 'doc', content: lines.map((line) => ({ type: 'paragraph', content: [{ type: 'text', text: line }] })) }
}

/** @param between what stands between two blocks beside the end of the line */
function linesOf(parent: Node, between: string): string {
  return parent.children.map((child, index) => blockOf(child, parent, index)).join(`\n${between}`)
}

function blockOf(node: Node, parent: Node, index: number): string {
  switch (node.type.name) {
    case 'bulletList': case 'orderedList': case 'taskList': return linesOf(node, '')
    case 'listItem': case 'taskItem': return itemOf(node, parent, index)
    case 'blockquote': return indented(linesOf(node, '\n'), '> ', '> ')
    case 'table': return linesOf(node, '')
    case 'tableRow': return node.children.map((cell) => linesOf(cell, '').replaceAll('\n', ' ')).join('\t')
    case 'horizontalRule': return '---'
    case 'image': return String(node.attrs['alt'] ?? '') || String(node.attrs['src'] ?? '')
    case 'mathBlock': return String(node.attrs['latex'])
    default: return node.isTextblock ? inline(node) : linesOf(node, '\n')
  }
}

function itemOf(item: Node, list: Node, index: number): string {
  const number = list.type.name === 'orderedList' ? `${Number(list.attrs['start'] ?? 1) + index}. ` : undefined
  const mark = number ?? (item.type.name === 'taskItem' ? (item.attrs['checked'] === true ? '[x] ' : '[ ] ') : '- ')
  return indented(linesOf(item, ''), mark, ' '.repeat(mark.length))
}

const indented = (lines: string, first: string, others: string): string =>
  lines.split('\n').map((line, index) => ((index === 0 ? first : others) + line).trimEnd()).join('\n')

const inline = (node: Node): string =>
  node.children.map((child) => {
    if (child.isText) return child.text
    const { attrs } = child
    switch (child.type.name) {
      case 'hardBreak': return '\n'
      case 'mention': return `${String(attrs['mentionSuggestionChar'] ?? '@')}${String(attrs['label'] ?? attrs['id'] ?? '')}`
      default: return String(attrs['latex'] ?? '')
    }
  }).join('')
