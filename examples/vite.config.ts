/**
 * The examples as one site: `vite` serves them, `vite build` makes them files.
 *
 * Owns: what an application has to set up. Yjs works only as one copy; Vue has to be told of the tag.
 */
import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const page = (folder: string): string => fileURLToPath(new URL(`${folder}index.html`, import.meta.url))

export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'cowrite-editor' } } })],
  resolve: { dedupe: ['yjs', 'y-protocols', 'lib0'] },
  build: { rolldownOptions: { input: ['', 'html/', 'react/', 'vue/', 'tiptap/', 'codemirror/'].map(page) } },
})
