/**
 * `<cowrite-editor>` taken out, put back, moved, changed, and inside shadow roots.
 *
 * Proves EM4 and EM5 with real pages, real sockets and the real server.
 */
import type { CowriteEditorElement } from '@cowrite/editor/element'
import { describe, expect, it } from 'vitest'
import type { Embedded } from '../support/embedded.js'
import { useEmbedder } from '../support/embedder.js'
import { PATIENT } from '../support/tab.js'

const embedder = useEmbedder()

describe('the life of <cowrite-editor>', { timeout: 90_000 }, () => {
  it('[EM4] inside an open or a closed shadow root of the page, with an input method on one side, no edit of either side is lost', async () => {
    const { open, script, serve } = embedder()
    const { origin } = await serve({ '/': `<!doctype html>${script}<div id="host"></div><script>
      const mode = location.search.slice(1)
      const root = document.getElementById('host').attachShadow({ mode })
      root.innerHTML = '<p>above</p><cowrite-editor doc="' + mode + '" user-name="Ada"></cowrite-editor>'
      window.inner = root.querySelector('cowrite-editor')
    </script>` })
    for (const mode of ['open', 'closed'] as const) {
      const [a, b] = [await open(`${origin}/?${mode}`), await open(`${origin}/?${mode}`)]
      const textOf = ({ page }: Embedded): Promise<string> => page.evaluate(() => (window as unknown as Inner).inner.getText())
      const focus = async ({ page }: Embedded, text: string): Promise<void> => {
        await expect.poll(() => page.evaluate(() => (window as unknown as Inner).inner.editor !== undefined), PATIENT).toBe(true)
        await page.evaluate(() => (window as unknown as Inner).inner.focus())
        await page.keyboard.press('Control+End')
        await page.keyboard.type(text)
      }
      await focus(a, '1 ')
      await expect.poll(() => textOf(b), PATIENT).toBe('1 ')
      await focus(b, '2 ')
      await expect.poll(() => textOf(a), PATIENT).toBe('1 2 ')
      const letters = 'abcdefghij'
      await a.page.evaluate(() => (window as unknown as Inner).inner.focus())
      const input = await a.page.context().newCDPSession(a.page)
      for (const letter of letters) {
        await input.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 })
        await b.page.keyboard.type(letter)
        await input.send('Input.insertText', { text: letter.toUpperCase() })
      }
      const merged = async (): Promise<string[]> => [await textOf(a), await textOf(b)]
      await expect.poll(async () => (await merged()).every((text, _, all) => text === all[0] && text.length === 24), PATIENT).toBe(true)
      const [text = ''] = await merged()
      expect(text.replace(/[^a-j]/g, ''), mode).toBe(letters)
      expect(text.replace(/[^A-J]/g, ''), mode).toBe(letters.toUpperCase())
      // A menu closes on a press elsewhere, and not on one inside it.
      const style = async (): Promise<{ x: number; y: number }> => a.page.evaluate(() => {
        const button = (window as unknown as Inner).inner.shadowRoot!.querySelector('[data-command=style]')!.getBoundingClientRect()
        return { x: button.x + 5, y: button.y + 5 }
      })
      const at = await style()
      await a.page.mouse.click(at.x, at.y)
      const item = await a.page.evaluate(() => {
        const menu = (window as unknown as Inner).inner.shadowRoot!.querySelector('[role=menu]')!
        const heading = [...menu.children].find((child) => child.textContent.startsWith('Heading 1'))!.getBoundingClientRect()
        return { x: heading.x + 10, y: heading.y + 10 }
      })
      await a.page.mouse.click(item.x, item.y)
      await expect.poll(() => b.page.evaluate(() => (window as unknown as Inner).inner.getJSON()?.content?.[0]?.type), PATIENT).toBe('heading')
    }
  })

  it('[EM5] taken out, put back, moved and given another document 50 times: one text, one socket, nothing left behind', async () => {
    const { open, script, serve } = embedder()
    const { origin } = await serve({ '/': `<!doctype html>${script}<main id="one"><cowrite-editor doc="life" user-name="Ada"></cowrite-editor></main><aside id="two"></aside>` })
    const page = await open(origin)
    await page.ready()
    await page.typeAtEnd('kept')
    const before = await page.page.evaluate(() => document.body.childElementCount)
    await page.page.evaluate(async () => {
      const element = document.querySelector('cowrite-editor')!
      const other = document.createElement('div')
      document.getElementById('two')!.append(other)
      const shadow = other.attachShadow({ mode: 'open' })
      const ready = (): Promise<void> => new Promise((resolve) => element.addEventListener('cowrite-ready', () => resolve(), { once: true }))
      for (let round = 0; round < 50; round++) {
        if (round % 4 === 0) {
          document.getElementById('two')!.append(element) // a move within one task: nothing is made anew
          document.getElementById('one')!.append(element)
        } else if (round % 4 === 1) {
          const again = ready()
          shadow.append(element)
          await again
        } else if (round % 4 === 2) {
          element.remove()
          await new Promise((resolve) => setTimeout(resolve, 0))
          const again = ready()
          document.getElementById('one')!.append(element)
          await again
        } else {
          const again = ready()
          element.doc = round % 8 === 3 ? 'another life' : 'life'
          await again
        }
      }
      const again = ready()
      element.doc = 'life'
      document.getElementById('one')!.append(element)
      await again
    })
    await page.untilText('kept')
    await expect.poll(() => page.sockets.open, PATIENT).toBe(1)
    const after = await page.page.evaluate(() => ({
      children: document.body.childElementCount,
      texts: document.querySelectorAll('.ProseMirror').length,
      holders: document.querySelector('cowrite-editor')!.childElementCount,
      sheets: document.adoptedStyleSheets.length,
      styles: document.querySelectorAll('style, link[rel=stylesheet]').length,
    }))
    expect(after).toEqual({ children: before, texts: 1, holders: 1, sheets: 1, styles: 0 })
    await page.typeAtEnd(' and alive')
    await page.untilText('kept and alive')
    await page.page.evaluate(() => document.querySelector('cowrite-editor')!.remove())
    await expect.poll(() => page.sockets.open, PATIENT).toBe(0)
    expect(await page.page.evaluate(() => [document.adoptedStyleSheets.length, document.querySelectorAll('.ProseMirror').length])).toEqual([0, 0])
  })

  it('[EM5] an edit made just before the element is taken out or changed is in the document', async () => {
    const { open, script, serve } = embedder()
    const { origin } = await serve({ '/': `<!doctype html>${script}<cowrite-editor doc="last words" user-name="Ada"></cowrite-editor>` })
    const page = await open(origin)
    await page.ready()
    await page.typeAtEnd('x')
    await page.page.evaluate(() => {
      const element = document.querySelector('cowrite-editor')!
      element.editor!.commands.insertContentAt(2, 'yz')
      element.remove()
      document.body.append(element)
    })
    await page.untilText('xyz')
    await page.page.evaluate(async () => {
      const element = document.querySelector('cowrite-editor')!
      element.editor!.commands.insertContentAt(4, '!')
      element.remove()
      await new Promise((resolve) => setTimeout(resolve, 0))
      document.body.append(element)
    })
    await page.ready()
    await page.untilText('xyz!')
  })
})

interface Inner {
  readonly inner: CowriteEditorElement
}
