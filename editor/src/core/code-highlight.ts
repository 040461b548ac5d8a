/**
 * Colours in code blocks.
 *
 * Owns: loading the highlighter when the first code block with a language shows up (never before:
 * it is 40 kB), and the decorations.
 * Does not own: the code block node, or the choice of language.
 * Always holds: only what changed is highlighted again. y-tiptap rebuilds every node at each remote
 * change, so results are kept by language and text, not by node.
 */
import { Extension } from '@tiptap/core'
import type { Node as DocumentNode } from '@tiptap/pm/model'
import { Plugin, PluginKey, type EditorState } from '@tiptap/pm/state'
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view'

interface Token {
  readonly from: number
  readonly to: number
  readonly classes: string
}
type Highlighter = (language: string, text: string) => readonly Token[]

/** Longer blocks stay plain: highlighting runs on the typing path. In UTF-16 units. */
const MAX_HIGHLIGHTED_LENGTH = 50_000
const KEPT_RESULTS = 200

interface TreeNode {
  readonly value?: string
  readonly children?: readonly TreeNode[]
  readonly properties?: { readonly className?: readonly string[] | string }
}

/** The coloured stretches of a highlighter's tree, as offsets into the text. */
export function tokensOfTree(root: TreeNode): Token[] {
  const tokens: Token[] = []
  let offset = 0
  const walk = (node: TreeNode, classes: readonly string[]): void => {
    const own = [...classes, ...[node.properties?.className ?? []].flat()]
    if (node.value !== undefined) {
      if (own.length > 0) tokens.push({ from: offset, to: offset + node.value.length, classes: own.join(' ') })
      offset += node.value.length
    }
    for (const child of node.children ?? []) walk(child, own)
  }
  walk(root, [])
  return tokens
}

async function loadHighlighter(): Promise<Highlighter> {
  const { common, createLowlight } = await import('lowlight')
  const lowlight = createLowlight(common)
  const kept = new Map<string, readonly Token[]>()
  return (language, text) => {
    if (!lowlight.registered(language) || text.length > MAX_HIGHLIGHTED_LENGTH) return []
    const key = `${language}\n${text}`
    let tokens = kept.get(key)
    if (tokens === undefined) {
      tokens = tokensOfTree(lowlight.highlight(language, text) as TreeNode)
      if (kept.size >= KEPT_RESULTS) kept.delete(kept.keys().next().value!)
      kept.set(key, tokens)
    }
    return tokens
  }
}

function codeBlocks(doc: DocumentNode): { position: number; language: string; text: string }[] {
  const blocks: { position: number; language: string; text: string }[] = []
  doc.descendants((node, position) => {
    if (node.type.name === 'codeBlock') {
      const language: unknown = node.attrs['language']
      if (typeof language === 'string' && language !== '') blocks.push({ position, language, text: node.textContent })
    }
    return !node.isTextblock
  })
  return blocks
}

function decorate(doc: DocumentNode, highlight: Highlighter): DecorationSet {
  const decorations = codeBlocks(doc).flatMap(({ position, language, text }) =>
    highlight(language, text).map(({ from, to, classes }) =>
      Decoration.inline(position + 1 + from, position + 1 + to, { class: classes }),
    ),
  )
  return DecorationSet.create(doc, decorations)
}

const key = new PluginKey<DecorationSet>('cowrite-code')

/** Highlights code blocks once their language is known. */
export const CodeHighlight = Extension.create({
  name: 'codeHighlight',
  addProseMirrorPlugins() {
    let highlight: Highlighter | undefined
    let loading = false
    const loadFor = (view: EditorView): void => {
      if (highlight !== undefined || loading || codeBlocks(view.state.doc).length === 0) return
      loading = true
      loadHighlighter().then(
        (loaded) => {
          highlight = loaded
          if (!view.isDestroyed) view.dispatch(view.state.tr.setMeta(key, 'loaded'))
        },
        () => (loading = false), // offline: plain code, and another try at the next change
      )
    }
    return [
      new Plugin({
        key,
        state: {
          init: () => DecorationSet.empty,
          apply: (tr, set, _old, state: EditorState) => {
            if (highlight === undefined) return set
            return tr.docChanged || tr.getMeta(key) !== undefined ? decorate(state.doc, highlight) : set
          },
        },
        props: { decorations: (state) => key.getState(state) },
        view: (view) => {
          loadFor(view)
          return {
            update: (current, previous) => {
              if (current.state.doc !== previous.doc) loadFor(current)
            },
          }
        },
      }),
    ]
  },
})
