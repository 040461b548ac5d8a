/**
 * `<CowriteEditor>` rendered where there is no DOM.
 */
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'

describe('<CowriteEditor> on a server', () => {
  it('[EM12] is an empty tag with its class', async () => {
    expect('document' in globalThis).toBe(false)
    const { CowriteEditor } = await import('@cowrite/editor/react')
    const html = renderToString(createElement(CowriteEditor, { server: 'https://cowrite.example.com', doc: 'a', className: 'mine', onReady: () => undefined }))
    expect(html).toBe('<cowrite-editor class="mine"></cowrite-editor>')
  })
})
