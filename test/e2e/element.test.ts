/**
 * `<cowrite-editor>` in pages of somebody else, and people who write in it. Its life: element-life.test.ts; its look:
 * element-styles.test.ts.
 *
 * Proves EM1 and EM6 to EM9 with real pages, real sockets and the real server.
 */
import type { CowriteEditorElement } from '@cowrite/editor/element'
import { describe, expect, it } from 'vitest'
import { ICON, useEmbedder } from '../support/embedder.js'
import { PATIENT } from '../support/tab.js'

const embedder = useEmbedder()

describe('<cowrite-editor>', { timeout: 90_000 }, () => {
  it('[EM1] one script and one tag: two pages of another origin write in one document', async () => {
    const { open, script, serve, server } = embedder()
    const { origin } = await serve({ '/': `<!doctype html>${script}<cowrite-editor doc="embedded/one" user-name="Ada"></cowrite-editor>` })
    const [a, b] = [await open(origin), await open(origin)]
    await Promise.all([a.ready(), b.ready()])
    await a.typeAtEnd('Hello')
    await b.untilText('Hello')
    await b.typeAtEnd(' there')
    await a.untilText('Hello there')
    await a.element().evaluate((element) => (element as CowriteEditorElement).flush())
    // The words come back to it only after a moment of calm (PG3).
    await expect.poll(() => a.element().locator('.ce-status-text').innerText(), PATIENT).toBe('Saved')
    // The same document on Cowrite's own page.
    const page = await open(`${server.url}/d/embedded/one`)
    await expect.poll(() => page.page.evaluate(() => window.cowrite?.editor?.getText()), PATIENT).toBe('Hello there')
  })

  it('[EM6] two on one page share neither text, undo, menus nor carets', async () => {
    const { open, script, serve } = embedder()
    const { origin } = await serve({ '/': `<!doctype html>${script}
      <cowrite-editor id="a" doc="left" user-name="Ada" user-id="ada"></cowrite-editor>
      <cowrite-editor id="b" doc="right" user-name="Ada" user-id="ada"></cowrite-editor>` })
    const page = await open(origin)
    await Promise.all([page.ready('#a'), page.ready('#b')])
    await page.typeAtEnd('left text', '#a')
    await page.typeAtEnd('right text', '#b')
    await page.page.keyboard.press('Control+z')
    await page.untilText('', '#b')
    expect(await page.text('#a')).toBe('left text')
    await page.page.locator('#a [data-command=style]').click()
    expect(await page.page.locator('#b [role=menu]').count()).toBe(0)
    await page.page.locator('#b .ce-content').click()
    expect(await page.page.locator('[role=menu]').count()).toBe(0)
    expect(await page.page.locator('.ce-caret').count()).toBe(0)
    expect(await page.page.locator('#a .ce-face').count()).toBe(1)
  })

  it('[EM7] attributes and properties take effect at once, also those set before the script came', async () => {
    const { open, serve, server } = embedder()
    const { origin } = await serve({ '/': `<!doctype html>${ICON}<cowrite-editor></cowrite-editor><script>
      const element = document.querySelector('cowrite-editor')
      element.user = { name: 'Grace', id: 'grace', color: '#a8470a' }
      element.setAttribute('doc', 'early')
    </script><script type="module" src="${server.url}/cowrite-editor.js"></script>` })
    const page = await open(origin)
    await page.ready()
    const names = (): Promise<string[]> => page.element().evaluate((element) => (element as CowriteEditorElement).users.map(({ name }) => name))
    expect(await names()).toEqual(['Grace'])
    const run = (change: (element: CowriteEditorElement) => void): Promise<void> => page.element().evaluate(change as (element: Element) => void)
    await run((element) => (element.user = { name: 'Hopper', id: 'grace' }))
    expect(await names()).toEqual(['Hopper'])
    await page.typeAtEnd('a')
    await run((element) => (element.mode = 'view'))
    await page.page.keyboard.type('b')
    expect(await page.page.locator('.ce-content').getAttribute('contenteditable')).toBe('false')
    await run((element) => element.setAttribute('mode', 'edit'))
    await page.typeAtEnd('c')
    await page.untilText('ac')
    await run((element) => element.setAttribute('theme', 'dark'))
    const background = (): Promise<string> => page.page.locator('cowrite-editor .ce-root').evaluate((root) => getComputedStyle(root).backgroundColor)
    const dark = await background()
    await run((element) => element.setAttribute('theme', 'light'))
    expect(await background()).not.toBe(dark)
    const table = page.page.locator('cowrite-editor .ce-toolbar [data-command=table]')
    expect(await table.count()).toBe(1)
    await run((element) => element.setAttribute('features', '-table'))
    await expect.poll(() => table.count(), PATIENT).toBe(0)
    await page.ready()
    await run((element) => element.setAttribute('toolbar', 'none'))
    expect(await page.page.locator('cowrite-editor .ce-toolbar').isVisible()).toBe(false)
  })

  it('[EM8] tells the page what happens by events that cross shadow roots', async () => {
    const { open, serve, server } = embedder()
    const { origin } = await serve({ '/': `<!doctype html>${ICON}<div id="host"></div><script>
      window.told = []
      for (const name of ['ready', 'status', 'users', 'change', 'selection', 'error']) {
        document.addEventListener('cowrite-' + name, (event) => window.told.push([name, event.detail]))
      }
      document.getElementById('host').attachShadow({ mode: 'open' }).innerHTML = '<cowrite-editor doc="events" user-name="Ada"></cowrite-editor>'
    </script><script type="module" src="${server.url}/cowrite-editor.js"></script>` })
    const page = await open(origin)
    await page.ready()
    await page.typeAtEnd('word')
    await page.page.keyboard.press('Shift+Home')
    const told = async (): Promise<string[]> => page.page.evaluate(() => (window as unknown as { told: [string, Record<string, unknown>][] }).told
      .map(([name, detail]) => name === 'status' ? `status ${String(detail['connection'])} ${String(detail['save'])}`
        : name === 'change' ? `change ${String(detail['local'])}` : name === 'selection' ? `selection ${String(detail['text'])}` : name))
    await expect.poll(told, PATIENT).toEqual(expect.arrayContaining(
      ['status connecting saved', 'status connected saved', 'ready', 'users', 'change true', 'selection word']))
    expect(await told()).not.toContain('error')
  })

  it('[EM8] gives the text as HTML and as Markdown', async () => {
    const { open, script, serve } = embedder()
    const { origin } = await serve({ '/': `<!doctype html>${script}<cowrite-editor doc="formats" user-name="Ada"></cowrite-editor>` })
    const page = await open(origin)
    await page.ready()
    await page.typeAtEnd('a word')
    const formats = await page.element().evaluate(async (element) => {
      const editor = element as CowriteEditorElement
      return [await editor.asHTML(), await editor.asMarkdown()]
    })
    expect(formats).toEqual(['<p>a word</p>', 'a word\n'])
  })

  it('[EM9] says on screen and by an event why a document cannot be opened', async () => {
    const { open, serve, server } = embedder()
    const { origin } = await serve({ '/': `<!doctype html>${ICON}<script>
      window.told = []
      document.addEventListener('cowrite-error', (event) => window.told.push(event.detail))
    </script><script type="module" src="${server.url}/cowrite-editor.js"></script><cowrite-editor doc="a/../b"></cowrite-editor>` })
    const page = await open(origin)
    await expect.poll(() => page.element().locator('.ce-waiting').innerText(), PATIENT).toContain('The document cannot be opened')
    expect(await page.page.evaluate(() => (window as unknown as { told: { code: string }[] }).told.map(({ code }) => code))).toEqual(['cannot-open'])
    await page.element().evaluate((element) => ((element as CowriteEditorElement).doc = 'a good name'))
    await page.ready()
  })
})
