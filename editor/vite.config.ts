/**
 * Builds what the server serves: index.html for /d/*, home.html for /, embed.html for
 * /embed/*, cowrite-editor.js and cowrite-embed.js for pages of others, everything else under /assets/ with a hash in its name. Workspace packages come in as built (their dist).
 */
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'
import { withoutTiptapsMarkdown } from './vite.without-markdown.js'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** Our own modules that every editor loads: those of the start page, and what is fetched later, are chunks by themselves. */
const isOfEveryEditor = (id: string): boolean =>
  /\/src\/(core|ui)\/|\/src\/files\/formats/.test(id) &&
  !/\/core\/search\.|\/ui\/(block-handle|import-dialog|restore-dialog|dom|dialog|tooltip|names|theme|recent|settings|icons|popup)\./.test(id)

/** What stands for it imports the real one itself. */
const floatingLater: Plugin = {
  name: 'floating-later',
  enforce: 'pre',
  resolveId: (source, importer) => (source === '@floating-ui/dom' && !importer?.endsWith('floating-later.ts') ? path('./src/page/floating-later.ts') : undefined),
}

export default defineConfig({
  root: path('./src/page'),
  base: '/',
  publicDir: false,
  plugins: [withoutTiptapsMarkdown, floatingLater],
  resolve: {
    alias: {
      'prosemirror-history': path('./src/page/no-history.ts'),
      linkifyjs: path('./src/page/links-in-text.ts'),
      'lib0/logging': path('./src/page/lib0-without-types.ts'),
      'lib0/dom': path('./src/page/lib0-without-types.ts'),
    },
    // Two copies of any of these break sync or the editor in ways that show late.
    dedupe: [
      'yjs', 'y-protocols', 'lib0', '@tiptap/core', '@tiptap/pm', 'prosemirror-commands', 'prosemirror-dropcursor',
      'prosemirror-gapcursor', 'prosemirror-keymap', 'prosemirror-model', 'prosemirror-schema-list', 'prosemirror-state',
      'prosemirror-tables', 'prosemirror-transform', 'prosemirror-view',
    ],
  },
  build: {
    outDir: path('./dist/page'),
    emptyOutDir: true,
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'], // light-dark() as it is
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: [path('./src/page/index.html'), path('./src/page/home.html'), path('./src/page/embed.html'), path('./src/page/cowrite-editor.ts'), path('./src/page/cowrite-embed.ts')],
      // What /cowrite-embed.js is for; by default a page's entry exports nothing.
      preserveEntrySignatures: 'allow-extension',
      output: {
        // The scripts with names that stay. They must hold nothing that others load, so all that is shared is in chunks.
        entryFileNames: ({ name }) => (name === 'cowrite-editor' || name === 'cowrite-embed' ? `${name}.js` : 'assets/[name]-[hash].js'),
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: 'element', test: /\/src\/element\/|\/styles\/sheets/ },
            // What every editor loads and what needs nothing of ours, in one piece: it compresses better.
            { name: 'text', test: /\/node_modules\/(@tiptap|prosemirror-(?!search)[\w-]+|orderedmap|w3c-keyname|yjs|y-protocols|y-websocket|idb)\/|\/src\/page\/(no-history|lib0-without-types|links-in-text)\./ },
            { name: 'workspace', test: isOfEveryEditor },
          ],
        },
      },
    },
  },
  // Chunks find each other beside themselves: the script may be loaded by a page of any origin.
  experimental: { renderBuiltUrl: (_file, { hostType }) => (hostType === 'js' ? { relative: true } : undefined) },
})
