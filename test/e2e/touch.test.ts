/**
 * A phone: 320 px wide, fingers instead of a mouse, from left to right and from right to left.
 *
 * Proves PG22 and PG23.
 */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { useBrowser } from '../support/browser.js'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'
import { PATIENT, Tab } from '../support/tab.js'

const browser = useBrowser()
let server: ServerProcess
beforeAll(async () => {
  server = await startServerProcess()
})
afterAll(() => server.remove())

async function phone(document: string, query = ''): Promise<Tab> {
  const context = await browser().newContext({ viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true, reducedMotion: 'reduce' })
  onTestFinished(() => context.close())
  const tab = new Tab(await context.newPage())
  await tab.page.goto(`${server.url}/d/${document}${query}`)
  await tab.ready()
  return tab
}

/** What of the page's layout a finger, or an eye, would stumble over. */
const stumbles = (page: Page): Promise<string[]> => page.evaluate(() => {
  const found: string[] = []
  const { scrollWidth, clientWidth } = document.documentElement
  if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} px wide`)
  for (const element of document.querySelectorAll<HTMLElement>('button, [role=menuitem], [role=menuitemradio], [role=option], input, a.ce-product')) {
    const { width, height } = element.getBoundingClientRect()
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || width === 0 || element.closest('.ce-visually-hidden')) continue
    const target = element.closest('label') ?? element
    const { width: across, height: down } = target.getBoundingClientRect()
    if (Math.min(across, down) < 24) found.push(`${element.outerHTML.slice(0, 80)} is ${width} x ${height}`)
  }
  for (const popup of document.querySelectorAll<HTMLElement>('.ce-menu, .ce-dialog, .ce-find:not([hidden]), .ce-floating-bar:not([hidden])')) {
    const { left, right, top, bottom } = popup.getBoundingClientRect()
    if (left < 0 || right > window.innerWidth || top < 0 || bottom > window.innerHeight) found.push(`${popup.className} leaves the window`)
  }
  return found
})

describe.each([['', 'ltr'], ['?lang=ar', 'rtl']])('on a phone %s', { timeout: 60_000 }, (query, direction) => {
  it('[PG22] the toolbar, menus, dialogs and panels are worked by touch, inside the window', async () => {
    const tab = await phone(`phone-${direction}`, query)
    const { page } = tab
    const command = (name: string) => page.locator(`[data-command="${name}"]`).first()
    expect(await page.evaluate(() => document.documentElement.dir)).toBe(direction)
    await page.locator('.ce-content').tap()
    await page.keyboard.type('Words')
    expect(await stumbles(page)).toEqual([])
    await command('style').tap()
    expect(await stumbles(page)).toEqual([])
    await page.locator('.ce-menu [data-choice=h2]').tap()
    await page.locator('.ce-content h2').waitFor()
    // Far along a toolbar that is wider than the phone.
    await command('table').tap()
    await page.locator('.ce-content table').waitFor()
    await page.locator('.ce-context-bar:not([hidden])').waitFor()
    expect(await stumbles(page)).toEqual([])
    await command('more').tap()
    expect(await stumbles(page)).toEqual([])
    await page.locator('[data-choice=restore-points]').tap()
    await page.locator('.ce-dialog .ce-panel-empty').waitFor()
    expect(await stumbles(page)).toEqual([])
    await page.locator('.ce-dialog .ce-button').last().tap()
    await command('outline').tap()
    await page.locator('.ce-outline-entry').first().waitFor()
    expect(await stumbles(page)).toEqual([])
    await page.locator('.ce-outline-entry').first().tap()
    await command('outline').tap()
    await command('find').tap()
    await page.locator('.ce-find .ce-input').first().fill('Word')
    await page.locator('.ProseMirror-active-search-match').waitFor()
    expect(await stumbles(page)).toEqual([])
  })
})

describe('who asks for it', { timeout: 60_000 }, () => {
  it('[PG23] sees nothing move, and the colors of the system', async () => {
    const tab = await phone('calm')
    const moving = (): Promise<string[]> => tab.page.evaluate(() => document.getAnimations().map((animation) => (animation as CSSAnimation).animationName ?? 'a transition'))
    await tab.page.evaluate(() => window.cowrite!.provider.disconnect())
    await tab.page.locator('.ce-content').tap()
    await tab.page.keyboard.type('Words')
    await expect.poll(() => tab.status(), PATIENT).toMatch(/Offline/)
    expect(await moving()).toEqual([])
    await tab.page.emulateMedia({ forcedColors: 'active' })
    const bold = tab.page.locator('[data-command=bold]').first()
    await bold.tap()
    expect(await bold.evaluate((button) => Number.parseFloat(getComputedStyle(button).borderTopWidth))).toBeGreaterThan(0)
    // What is on is told by more than a background, which the system takes away.
    const looks = await Promise.all([bold, tab.page.locator('[data-command=italic]').first()].map((tool) => tool.evaluate((button) => getComputedStyle(button).borderTopColor)))
    expect(looks[0]).not.toBe(looks[1])
  })
})
