/**
 * A document as Markdown (CommonMark with GitHub's tables, tasks and strikethrough).
 *
 * Owns: which Markdown each block becomes, and what is written as HTML inside Markdown because Markdown has no
 * word for it: tables with more than a line in a cell, folded sections, pictures with a size.
 * Does not own: runs of text (markdown-phrases.ts), escaping (mdast-util-to-markdown).
 * Always holds: no text of the document becomes Markdown or HTML by accident. docs/embed.md lists what is lost.
 */
import type { JSONContent } from '@tiptap/core'
import { Fragment, type Node } from '@tiptap/pm/model'
import type { BlockContent, DefinitionContent, ListItem, RootContent, TableCell, TableRow } from 'mdast'
import { gfmToMarkdown } from 'mdast-util-gfm'
import { toMarkdown } from 'mdast-util-to-markdown'
import { safeImage } from '../schema/index.js'
import { nodeOfJson, REVIEW_MARKS, withoutMarks } from './document.js'
import { htmlOfNodes } from './html-out.js'
import { phrasesOf } from './markdown-phrases.js'

type Block = BlockContent | DefinitionContent

/**
 * Markdown of the document.
 * @throws ConvertError when it is no document
 */
export function markdownOfJson(json: unknown): string {
  const node = nodeOfJson(withoutMarks(nodeOfJson(json).toJSON() as JSONContent, REVIEW_MARKS))
  return toMarkdown({ type: 'root', children: blocksOf(node) as RootContent[] }, {
    bullet: '-',
    rule: '-',
    fences: true,
    listItemIndent: 'one',
    // Between dollars, code is a formula: a dollar that is only a dollar must not come to stand there.
    extensions: [gfmToMarkdown({ tablePipeAlign: false }), { unsafe: [{ character: '$', after: '`', inConstruct: 'phrasing' }] }],
  })
}

const blocksOf = (parent: Node): Block[] => parent.children.flatMap(blockOf)

function blockOf(node: Node): Block[] {
  switch (node.type.name) {
    case 'paragraph': {
      const children = phrasesOf(node)
      return children.length === 0 ? [] : [{ type: 'paragraph', children }]
    }
    case 'heading':
      return [{ type: 'heading', depth: levelOf(node), children: phrasesOf(node, { oneLine: true }) }]
    case 'codeBlock':
      return [{ type: 'code', lang: (node.attrs['language'] as string | null) ?? null, value: node.textContent.replace(/\r\n?/g, '\n') }]
    case 'mathBlock':
      return [{ type: 'code', lang: 'math', value: String(node.attrs['latex']).replace(/\r\n?/g, '\n') }]
    case 'horizontalRule':
      return [{ type: 'thematicBreak' }]
    case 'image':
      return imageOf(node)
    case 'blockquote':
      return [{ type: 'blockquote', children: blocksOf(node) }]
    case 'bulletList':
    case 'orderedList':
    case 'taskList':
      return [listOf(node)]
    case 'table':
      return [tableOf(node) ?? rawHtml(node)]
    case 'details':
      return detailsOf(node)
    default:
      return [rawHtml(node)]
  }
}

type Depth = 1 | 2 | 3 | 4 | 5 | 6
const levelOf = (node: Node): Depth => Math.min(6, Math.max(1, Number(node.attrs['level']))) as Depth

/** On one line: an empty line would end it. */
const rawHtml = (node: Node): Block => ({ type: 'html', value: htmlLine(node) })
const htmlLine = (node: Node): string => htmlOfNodes(Fragment.from(node)).replace(/\n/g, '&#10;').replace(/\r/g, '&#13;')

function imageOf(node: Node): Block[] {
  const { src, alt, title, width, height, align } = node.attrs as Record<string, string | null>
  const url = safeImage(src)
  if (url === '') return alt ? [{ type: 'paragraph', children: [{ type: 'text', value: alt }] }] : []
  if (width || height || align) return [rawHtml(node)]
  return [{ type: 'paragraph', children: [{ type: 'image', url, alt, title }] }]
}

function listOf(node: Node): Block {
  const ordered = node.type.name === 'orderedList'
  const spread = !node.children.every(isTight)
  return {
    type: 'list',
    ordered,
    start: ordered ? Number(node.attrs['start'] ?? 1) : null,
    spread,
    children: node.children.map((item): ListItem => ({
      type: 'listItem',
      spread,
      checked: node.type.name === 'taskList' ? item.attrs['checked'] === true : null,
      children: itemBlocks(item, node.type.name === 'taskList'),
    })),
  }
}

/** Whether this block leaves nothing in Markdown. */
const isEmpty = (node: Node | null | undefined): boolean => node?.isTextblock === true && phrasesOf(node).length === 0

/** A task's box stands in its first paragraph, so that has to be there even when it is empty. */
function itemBlocks(item: Node, isTask: boolean): Block[] {
  const blocks = blocksOf(item)
  return isTask && isEmpty(item.firstChild) ? [{ type: 'paragraph', children: [] }, ...blocks] : blocks
}

/** Whether nothing in the item needs an empty line before it: of all blocks, only some lists may follow a text at once. */
function isTight(item: Node): boolean {
  const [text, list, more] = item.children
  if (isEmpty(text) && list) return false
  if (!list) return true
  if (more || !['bulletList', 'taskList', 'orderedList'].includes(list.type.name)) return false
  return !isEmpty(list.firstChild?.firstChild) && Number(list.attrs['start'] ?? 1) === 1
}

/** A table of GitHub's kind: a first row of headers, one line of text in each cell. */
function tableOf(table: Node): Block | undefined {
  const [head] = table.children
  if (!head) return undefined
  const columns = head.childCount
  const alignOf = (cell: Node | undefined): string | null => (cell?.attrs['align'] as string | null | undefined) ?? null
  const fits = columns > 0 && table.children.every((row, index) => row.childCount === columns && row.children.every((cell, column) =>
    cell.type.name === (index === 0 ? 'tableHeader' : 'tableCell') &&
    cell.attrs['colspan'] === 1 && cell.attrs['rowspan'] === 1 && alignOf(cell) === alignOf(head.children[column]) &&
    cell.childCount === 1 && cell.firstChild?.type.name === 'paragraph'))
  if (!fits) return undefined
  return {
    type: 'table',
    align: head.children.map((cell) => alignOf(cell) as 'left' | 'center' | 'right' | null),
    children: table.children.map((row): TableRow => ({
      type: 'tableRow',
      children: row.children.map((cell): TableCell => ({ type: 'tableCell', children: phrasesOf(cell.firstChild!, { oneLine: true }) })),
    })),
  }
}

function detailsOf(node: Node): Block[] {
  const [summary, content] = node.children
  return [
    { type: 'html', value: `<details>\n${summary ? htmlLine(summary) : ''}` },
    ...(content ? blocksOf(content) : []),
    { type: 'html', value: '</details>' },
  ]
}
