/**
 * Mathematics, inline and as a block: plain nodes that hold LaTeX source.
 *
 * Owns: the two nodes, because a schema cannot gain them later without locking older editors out.
 * Does not own: typesetting. Until a renderer is registered they show their source, as code.
 */
import { Node } from '@tiptap/core'

const latex = { default: '', parseHTML: (element: HTMLElement) => element.getAttribute('data-latex') ?? element.textContent }

export const Math = Node.create({
  name: 'math',
  group: 'inline',
  inline: true,
  atom: true,
  addAttributes: () => ({ latex: { ...latex, renderHTML: ({ latex }) => ({ 'data-latex': latex as unknown }) } }),
  parseHTML: () => [{ tag: 'code[data-type="math"]', priority: 60 }],
  renderHTML: ({ HTMLAttributes }) => [
    'code',
    { ...HTMLAttributes, 'data-type': 'math' },
    String(HTMLAttributes['data-latex'] ?? ''),
  ],
  renderText: ({ node }) => `$${String(node.attrs['latex'])}$`,
})

export const MathBlock = Node.create({
  name: 'mathBlock',
  group: 'block',
  atom: true,
  addAttributes: () => ({ latex: { ...latex, renderHTML: ({ latex }) => ({ 'data-latex': latex as unknown }) } }),
  parseHTML: () => [{ tag: 'pre[data-type="math"]', priority: 60 }],
  renderHTML: ({ HTMLAttributes }) => [
    'pre',
    { ...HTMLAttributes, 'data-type': 'math' },
    String(HTMLAttributes['data-latex'] ?? ''),
  ],
  renderText: ({ node }) => `$$${String(node.attrs['latex'])}$$`,
})
