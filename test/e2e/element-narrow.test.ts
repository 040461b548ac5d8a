/**
 * `<cowrite-editor>` in a narrow column of a wide page.
 *
 * Proves EM16 and EM17.
 */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { useEmbedder } from '../support/embedder.js'
import { until } from '../support/tab.js'

const embedder = useEmbedder()

const TEXT = '<h1>Harbor festival</h1><p>Everything for the second weekend in June, and add what is missing.</p>' +
  '<table><tr><th><p>Stand</p></th><th><p>Who</p></th><th><p>Power</p></th></tr></table><p></p>'

async function column(doc: string, width: number, attributes = ''): Promise<Page> {
  const { serve, script, open } = embedder()
  const { origin } = await serve({
    '/': `${script}<style>body { margin: 0; display: flex } cowrite-editor { flex: none; width: ${width}px; height: 600px }</style>
      <cowrite-editor doc="${doc}" user-name="Ada" ${attributes}></cowrite-editor><p>Words of the page, which is wide.</p>`,
  })
  const embedded = await open(origin)
  await embedded.ready()
  const { page } = embedded
  await page.evaluate((text) => document.querySelector<HTMLElement & { editor: { commands: { setContent(text: string): void } } }>('cowrite-editor')!.editor.commands.setContent(text), TEXT)
  await page.locator('.ce-content table').waitFor()
  return page
}

/** What stands in the column and leaves it. The toolbar scrolls, and so does a table; menus and bars float over the page. */
const leaving = (page: Page): Promise<string[]> => page.evaluate(() => {
  const host = document.querySelector('cowrite-editor')!
  const { left, right } = host.getBoundingClientRect()
  const root = host.shadowRoot!.querySelector('.ce-root')!
  const parts = [...root.querySelectorAll('.ce-header *, .ce-toolbar, .ce-notice, .ce-find *, .ce-sidebar *, .ce-main'), ...host.querySelectorAll('.ce-content > *')]
  return parts.filter((part) => part.checkVisibility()).flatMap((part) => {
    const box = part.getBoundingClientRect()
    return box.width > 0 && (box.left < left - 0.5 || box.right > right + 0.5) ? [`${part.className} from ${box.left} to ${box.right}`] : []
  })
})

const lineOf = (page: Page, selector: string): Promise<number> =>
  page.locator(selector).first().evaluate((element) => { const { top, bottom } = element.getBoundingClientRect(); return Math.round((top + bottom) / 2) })

describe('an element in a column of a wide page', { timeout: 60_000 }, () => {
  it.each([[320, 'full'], [320, 'compact'], [500, 'compact']])('[EM16] of %i px leaves it nowhere, with a toolbar that is %s', async (width, toolbar) => {
    const page = await column(`column-${width}-${toolbar}`, width, `toolbar="${toolbar}"`)
    expect(await leaving(page)).toEqual([])
    await page.locator('[data-command=outline]').click()
    await page.locator('.ce-outline-entry').first().waitFor()
    expect(await leaving(page)).toEqual([])
    // One of the two at a time: each would cover the other.
    await page.locator('[data-command=find]').click()
    await page.locator('.ce-sidebar').waitFor({ state: 'hidden' })
    expect(await leaving(page)).toEqual([])
    await page.locator('[data-command=outline]').click()
    await page.locator('.ce-find').waitFor({ state: 'hidden' })
    await page.locator('.ce-sidebar').waitFor()
    await page.evaluate(() => document.querySelector<HTMLElement & { disconnect(): void }>('cowrite-editor')!.disconnect())
    await page.locator('.ce-status', { hasText: 'Offline' }).waitFor()
    expect(await leaving(page)).toEqual([])
  })

  it('[EM17] is laid out anew when the column is made wider: everything beside each other', async () => {
    const page = await column('column-grows', 320)
    await page.locator('[data-command=outline]').click()
    const overlap = () => page.evaluate(() => {
      const root = document.querySelector('cowrite-editor')!.shadowRoot!
      return root.querySelector('.ce-main')!.getBoundingClientRect().right - root.querySelector('.ce-sidebar')!.getBoundingClientRect().left
    })
    expect(await overlap()).toBeGreaterThan(100)
    await page.addStyleTag({ content: 'cowrite-editor { width: 1100px !important }' })
    await until(overlap, (by) => by <= 0, 'the panel beside the text')
    expect(await lineOf(page, '.ce-status')).toBe(await lineOf(page, '.ce-people'))
    await page.locator('[data-command=find]').click()
    await page.locator('.ce-find').waitFor()
    expect(await page.locator('.ce-sidebar').isVisible()).toBe(true)
  })
})
