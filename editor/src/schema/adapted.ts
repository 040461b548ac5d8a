/**
 * Tiptap's nodes and marks where the frozen schema needs them a little different.
 *
 * Owns: the differences, each with its reason.
 * Does not own: attribute rules (attrs.ts). Rendering that reads a node's attributes directly,
 * past those rules, is replaced here by rendering that does not.
 */
import { Extension, Mark, Node, type AnyExtension } from '@tiptap/core'
import { Image } from '@tiptap/extension-image'
import { Mention } from '@tiptap/extension-mention'
import { Table, TableCell, TableHeader } from '@tiptap/extension-table'
import { checkedValues } from './checked.js'

/** The document, with block-level suggestion marks allowed on its children. */
export const Document = Node.create({
  name: 'doc',
  topNode: true,
  content: 'block+',
  marks: 'insertion deletion modification',
})

/** Direction of a block's text; absent means "as its first strong letter says". */
export const Direction = Extension.create({
  name: 'direction',
  addGlobalAttributes: () => [
    {
      types: [
        'paragraph', 'heading', 'blockquote', 'bulletList', 'orderedList', 'listItem', 'taskList', 'taskItem', 'table',
      ],
      attributes: { dir: { default: null } },
    },
  ],
})

/** Alignment may be set on pictures as well as on text. */
export const AlignedImage = Image.extend({
  addAttributes() {
    return {
      ...this.parent?.(),
      align: {
        default: null,
        parseHTML: (element: HTMLElement) => element.getAttribute('data-align'),
        renderHTML: ({ align }: Record<string, unknown>) => ({ 'data-align': align }),
      },
    }
  },
})

const background = {
  default: null,
  parseHTML: (element: HTMLElement) => element.getAttribute('data-background') ?? element.style.backgroundColor,
  renderHTML: ({ background }: Record<string, unknown>) =>
    background ? { 'data-background': background, style: `background-color: ${String(background)}` } : {},
}

export const ColoredTableCell = TableCell.extend({
  addAttributes() {
    return { ...this.parent?.(), background }
  },
})

export const ColoredTableHeader = TableHeader.extend({
  addAttributes() {
    return { ...this.parent?.(), background }
  },
})

/** Tiptap writes the sum of the cells' raw widths into a style attribute; a peer may have put text there. */
export const PlainTable = Table.extend({
  renderHTML: ({ HTMLAttributes }) => ['table', HTMLAttributes, ['tbody', 0]],
})

/** A mention without a suggestion menu of its own: the menu is user interface, the node is schema. */
export const PlainMention = Mention.extend({
  renderHTML: ({ node, HTMLAttributes }) => ['span', { ...HTMLAttributes, 'data-type': 'mention' }, mentionText(node.attrs)],
  renderText: ({ node }) => mentionText(node.attrs),
  addProseMirrorPlugins: () => [],
})

function mentionText(attrs: Record<string, unknown>): string {
  const { label, id, mentionSuggestionChar } = checkedValues('mention', attrs)
  return `${String(mentionSuggestionChar ?? '@')}${String(label ?? id ?? '')}`
}

const isMark = (extension: AnyExtension): extension is Mark => extension.type === 'mark'
const isNode = (extension: AnyExtension): extension is Node => extension.type === 'node'

/** The changes to members of Tiptap's StarterKit, which arrive as finished extensions. */
export function adaptStarter(extension: AnyExtension): AnyExtension {
  if (isMark(extension) && extension.name === 'code') {
    // Tiptap's code mark excludes everything, so nobody could comment on, or suggest in, inline code.
    return extension.extend({ excludes: 'bold italic strike underline subscript superscript highlight textStyle' })
  }
  if (isMark(extension) && extension.name === 'link') {
    return extension.extend({
      renderHTML: ({ HTMLAttributes }) => [
        'a',
        { ...HTMLAttributes, target: '_blank', rel: 'noopener noreferrer nofollow' },
        0,
      ],
    })
  }
  if (isNode(extension) && extension.name === 'codeBlock') {
    return extension.extend({
      marks: 'comment insertion deletion modification', // reviewing has to reach code too
      renderHTML: ({ node, HTMLAttributes }) => {
        const { language } = checkedValues('codeBlock', node.attrs)
        return ['pre', HTMLAttributes, ['code', language ? { class: `language-${String(language)}` } : {}, 0]]
      },
    })
  }
  return extension
}
