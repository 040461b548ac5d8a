/**
 * The marks that reviewing needs: comment anchors and suggested changes.
 *
 * Owns: the four marks. Their features come later, but a schema cannot gain marks later without
 * locking older editors out, so they stand here from the first version.
 * Does not own: threads (records beside the document) or the logic of suggesting.
 * Source: names, attributes and exclusions of insertion, deletion and modification are those that
 * @handlewithcare/prosemirror-suggest-changes 0.1.8 looks for. All attributes have defaults:
 * y-tiptap deletes text whose mark cannot be built.
 */
import { Mark } from '@tiptap/core'

/** Anchor of a comment thread. Excludes nothing, itself included, so threads may overlap. */
export const Comment = Mark.create({
  name: 'comment',
  inclusive: false,
  excludes: '',
  addAttributes: () => ({
    threadId: {
      default: null,
      parseHTML: (element) => element.getAttribute('data-thread'),
      renderHTML: ({ threadId }) => ({ 'data-thread': threadId as unknown }),
    },
  }),
  parseHTML: () => [{ tag: 'span[data-thread]' }],
  renderHTML: ({ HTMLAttributes }) => ['span', { ...HTMLAttributes, class: 'ce-comment' }, 0],
})

const parseId = (element: HTMLElement): unknown => {
  try {
    return JSON.parse(element.getAttribute('data-id') ?? 'null') as unknown
  } catch {
    return null
  }
}

const suggestionId = {
  id: {
    default: null,
    parseHTML: parseId,
    renderHTML: ({ id }: Record<string, unknown>) => ({ 'data-id': JSON.stringify(id) }),
  },
}

export const Insertion = Mark.create({
  name: 'insertion',
  inclusive: false,
  excludes: 'deletion modification insertion',
  addAttributes: () => suggestionId,
  parseHTML: () => [{ tag: 'ins[data-id]' }],
  renderHTML: ({ HTMLAttributes }) => ['ins', HTMLAttributes, 0],
})

export const Deletion = Mark.create({
  name: 'deletion',
  inclusive: false,
  excludes: 'insertion modification deletion',
  addAttributes: () => suggestionId,
  parseHTML: () => [{ tag: 'del[data-id]', priority: 60 }], // before strike, which also takes <del>
  renderHTML: ({ HTMLAttributes }) => ['del', HTMLAttributes, 0],
})

const dataValue = (name: string, dataName: string) => ({
  default: null,
  parseHTML: (element: HTMLElement): unknown => {
    try {
      return JSON.parse(element.getAttribute(dataName) ?? 'null') as unknown
    } catch {
      return null
    }
  },
  renderHTML: (values: Record<string, unknown>) => ({ [dataName]: JSON.stringify(values[name]) }),
})

export const Modification = Mark.create({
  name: 'modification',
  inclusive: false,
  excludes: 'deletion insertion',
  addAttributes: () => ({
    ...suggestionId,
    type: dataValue('type', 'data-mod-type'),
    attrName: dataValue('attrName', 'data-mod-attr'),
    previousValue: dataValue('previousValue', 'data-mod-prev-val'),
    newValue: dataValue('newValue', 'data-mod-new-val'),
  }),
  parseHTML: () => [{ tag: 'span[data-type="modification"]' }],
  renderHTML: ({ HTMLAttributes }) => ['span', { ...HTMLAttributes, 'data-type': 'modification' }, 0],
})
