/**
 * The list of extensions that make up the frozen schema, in the order that fixes mark nesting.
 *
 * Owns: which nodes and marks exist. Every editor of a document must know all of them: y-tiptap
 * deletes, for everybody, what one client's schema cannot hold. Features switch user interface only.
 * Does not own: behaviour beyond what Tiptap's nodes bring along (commands, input rules, key maps).
 * Always holds: importable without a DOM; nothing here may be taken away or renamed, ever.
 */
import { getExtensionField, type Extensions } from '@tiptap/core'
import { Details, DetailsContent, DetailsSummary } from '@tiptap/extension-details'
import { Highlight } from '@tiptap/extension-highlight'
import { TaskItem, TaskList } from '@tiptap/extension-list'
import { Subscript } from '@tiptap/extension-subscript'
import { Superscript } from '@tiptap/extension-superscript'
import { TableRow } from '@tiptap/extension-table'
import { TextAlign } from '@tiptap/extension-text-align'
import { BackgroundColor, Color, FontFamily, FontSize, LineHeight, TextStyle } from '@tiptap/extension-text-style'
import { StarterKit } from '@tiptap/starter-kit'
import {
  adaptStarter, AlignedImage, ColoredTableCell, ColoredTableHeader, Direction, Document, PlainMention, PlainTable,
} from './adapted.js'
import { checked } from './checked.js'
import { Math, MathBlock } from './math.js'
import { Comment, Deletion, Insertion, Modification } from './review-marks.js'
import { safeLink } from './url.js'

/** What a part of the interface may say about the nodes it shows; nothing here changes the schema. */
export interface SchemaSettings {
  /** Accessible name of a task's checkbox, from the task's text. */
  readonly taskLabel?: (text: string) => string
}

// Behaviour that writes without being asked (trailingNode) or that Collaboration brings itself
// (undoRedo), and the two cursors that are user interface, stay out.
const starter = StarterKit.configure({
  document: false,
  undoRedo: false,
  trailingNode: false,
  dropcursor: false,
  gapcursor: false,
  link: {
    openOnClick: false,
    defaultProtocol: 'https',
    isAllowedUri: (url) => safeLink(url) !== '',
    HTMLAttributes: { target: '_blank', rel: 'noopener noreferrer nofollow' },
  },
})

// The kit's own members; what they in turn bring along (key maps) Tiptap unpacks itself.
function starterMembers(): Extensions {
  const { name, options, storage } = starter
  return getExtensionField<() => Extensions>(starter, 'addExtensions', { name, options, storage })()
}

/** All extensions of the schema, flat: for `getSchema()` on a server as for an editor. */
export function schemaExtensions(settings: SchemaSettings = {}): Extensions {
  const taskLabel = settings.taskLabel ?? ((text) => text || 'Empty task')
  return checked([
    Document,
    ...starterMembers().map(adaptStarter),
    TaskList,
    TaskItem.configure({ nested: true, a11y: { checkboxLabel: (node) => taskLabel(node.textContent) } }),
    AlignedImage,
    PlainTable.configure({ resizable: true, allowTableNodeSelection: true }),
    TableRow,
    ColoredTableCell,
    ColoredTableHeader,
    PlainMention,
    Details,
    DetailsSummary,
    DetailsContent,
    Math,
    MathBlock,
    Subscript,
    Superscript,
    Highlight.configure({ multicolor: true }),
    TextStyle,
    Color,
    BackgroundColor,
    FontFamily,
    FontSize,
    LineHeight,
    TextAlign.configure({ types: ['heading', 'paragraph'] }),
    Direction,
    Comment,
    Insertion,
    Deletion,
    Modification,
  ])
}
