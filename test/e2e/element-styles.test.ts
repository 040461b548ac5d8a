/**
 * `<cowrite-editor>` and the styles of the page around it: neither changes the other, and no policy is broken.
 *
 * Proves EM2 and EM3 with real pages and the real server.
 */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { useBrowser } from '../support/browser.js'
import { Embedded } from '../support/embedded.js'
import { startPages } from '../support/pages.js'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'

const browser = useBrowser()
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess()
})
afterAll(() => server.remove())

const HOSTILE = `
  html { font-size: 62.5%; }
  * { letter-spacing: 5px !important; text-transform: uppercase !important; font-size: 31px !important; line-height: 3 !important; box-sizing: content-box !important; }
  body { font-family: fantasy; text-align: center; color: lime; text-shadow: 2px 2px red; cursor: wait; word-spacing: 1em; text-indent: 4em; white-space: pre; }
  button, input, select, div, ul, li, section { background: red !important; border: 9px dotted blue !important; padding: 30px !important; margin: 30px !important; }
  [hidden] { display: block !important; }
  .ce-tool, .ce-menu, .ce-root { display: none !important; }
`

/** What a person sees of an element of the controls. */
const SEEN = [
  'background-color', 'border-top-width', 'border-top-color', 'box-sizing', 'color', 'cursor', 'display', 'font-family', 'font-size', 'font-weight',
  'height', 'letter-spacing', 'line-height', 'margin-top', 'padding-left', 'padding-top', 'text-align', 'text-indent', 'text-shadow', 'text-transform',
  'white-space', 'word-spacing',
]

describe('<cowrite-editor> and the page', { timeout: 60_000 }, () => {
  const open = async (style: string, headers: Record<string, string> = {}): Promise<Embedded> => {
    const pages = await startPages({
      '/': {
        body: `<!doctype html><link rel="icon" href="data:,">${style && '<link rel="stylesheet" href="/page.css">'}
          <script type="module" src="${server.url}/cowrite-editor.js"></script>
          <p id="own">The page's <button>own</button> <input value="things"></p><cowrite-editor doc="styles" user-name="Ada" theme="light"></cowrite-editor>`,
        headers,
      },
      '/page.css': { body: style, type: 'text/css' },
    })
    onTestFinished(() => pages.close())
    const context = await browser().newContext({ viewport: { width: 1200, height: 800 } })
    onTestFinished(() => context.close())
    const embedded = new Embedded(await context.newPage())
    await embedded.page.addInitScript(() => {
      const broken: string[] = []
      Object.assign(window, { broken })
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => broken.push(`${violatedDirective} ${blockedURI}`))
    })
    await embedded.page.goto(pages.origin)
    await embedded.ready()
    return embedded
  }

  /** Computed styles of controls, of an open menu and of an open dialog. */
  const chrome = async ({ page }: Embedded): Promise<unknown> => {
    await page.locator('cowrite-editor .ce-content').click()
    await page.locator('cowrite-editor [data-command=style]').click()
    const menu = await stylesOf(page, ['.ce-root', '.ce-toolbar', '[data-command=bold]', '[data-command=style]', '.ce-status', '.ce-menu', '.ce-menu-item', '.ce-notice[hidden]'])
    await page.keyboard.press('Escape')
    await page.locator('cowrite-editor .ce-toolbar [data-command=link]').click()
    const dialog = await stylesOf(page, ['.ce-dialog', '.ce-dialog .ce-input', '.ce-dialog .ce-button', '.ce-dialog label'])
    await page.keyboard.press('Escape')
    return { menu, dialog }
  }

  it('[EM2] the page\'s own rules, however wild, reach no control; the editor\'s rules reach nothing of the page', async () => {
    const calm = await open('')
    const wild = await open(HOSTILE)
    expect(await chrome(wild)).toEqual(await chrome(calm))
    expect(wild.complaints).toEqual([])
    const own = ({ page }: Embedded): Promise<string> => page.evaluate(() =>
      [...document.querySelectorAll('html, body, #own, #own *')].map((element) => [...getComputedStyle(element)]
        .map((name) => `${name}:${getComputedStyle(element).getPropertyValue(name)}`).filter((line) => !/^(--|height|block-size|perspective-origin|transform-origin)/.test(line)).join(';')).join('\n'))
    const withEditor = await own(calm)
    await calm.page.evaluate(() => document.querySelector('cowrite-editor')!.remove())
    await calm.page.waitForFunction(() => document.adoptedStyleSheets.length === 0)
    expect(await own(calm)).toBe(withEditor)
  })

  it('[EM2] the page sets the variables of the design, and styles the parts', async () => {
    const page = await open('cowrite-editor { --ce-accent: rgb(1, 2, 3); --ce-bg: rgb(250, 251, 252); height: 300px; } cowrite-editor::part(toolbar) { background: rgb(9, 8, 7); } cowrite-editor .ce-content p { color: rgb(4, 5, 6); }')
    const colors = await page.page.evaluate(() => {
      const root = document.querySelector('cowrite-editor')!.shadowRoot!
      const of = (element: Element | null): CSSStyleDeclaration => getComputedStyle(element!)
      return [
        of(root.querySelector('.ce-root')).backgroundColor, of(root.querySelector('.ce-toolbar')).backgroundColor,
        of(document.querySelector('.ce-content p')).color, of(document.querySelector('cowrite-editor')).height,
      ]
    })
    expect(colors).toEqual(['rgb(250, 251, 252)', 'rgb(9, 8, 7)', 'rgb(4, 5, 6)', '300px'])
    // What is tinted with the accent follows it.
    const tint = (await page.page.evaluate(() => {
      const probe = document.querySelector('cowrite-editor')!.shadowRoot!.querySelector('.ce-root')!.appendChild(document.createElement('i'))
      probe.style.background = 'var(--ce-active)'
      return getComputedStyle(probe).backgroundColor
    })).match(/[\d.]+/g)!.map(Number)
    expect(Math.max(...tint) - Math.min(...tint), String(tint)).toBeLessThan(0.01)
  })

  it('[EM3] works under a policy that allows no style but files of the page', async () => {
    const policy = `default-src 'none'; script-src ${server.url}; style-src 'self'; connect-src ${server.webSocketUrl}; img-src 'self' data: blob:`
    const page = await open('body { margin: 0 }', { 'Content-Security-Policy': policy })
    await page.typeAtEnd('# Heading')
    await page.page.keyboard.press('Enter')
    await page.page.keyboard.type('```js ')
    await page.page.keyboard.type('const a = 1')
    await page.page.locator('cowrite-editor .hljs-keyword').waitFor()
    await page.page.keyboard.press('Control+Enter')
    await page.page.locator('cowrite-editor [data-command=table]').click()
    await chrome(page)
    expect(await page.page.evaluate(() => (window as unknown as { broken: string[] }).broken)).toEqual([])
    expect(page.complaints).toEqual([])
  })

  it('[EM3] the script keeps its name and is asked for again each time; what it loads is kept for ever', async () => {
    const entry = await fetch(`${server.url}/cowrite-editor.js`)
    expect(entry.headers.get('cache-control')).toBe('no-cache')
    expect(entry.headers.get('access-control-allow-origin')).toBe('*')
    expect(entry.headers.get('content-type')).toContain('javascript')
    const text = await entry.text()
    expect(text.length).toBeLessThan(300)
    const [, path = ''] = /"\.(\/assets\/[\w-]+\.js)"/.exec(text) ?? []
    const chunk = await fetch(server.url + path)
    expect(chunk.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(chunk.headers.get('access-control-allow-origin')).toBe('*')
  })
})

const stylesOf = (page: Embedded['page'], selectors: readonly string[]): Promise<unknown> => page.evaluate(([list, names]) => {
  const root = document.querySelector('cowrite-editor')!.shadowRoot!
  return list.map((selector) => {
    const style = getComputedStyle(root.querySelector(selector)!)
    return [selector, ...names.filter((name) => selector !== '.ce-root' || name !== 'height').map((name) => `${name}: ${style.getPropertyValue(name)}`)]
  })
}, [selectors, SEEN] as const)
