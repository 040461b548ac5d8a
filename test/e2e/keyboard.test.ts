/**
 * Everything without a mouse: the toolbar, menus, dialogs, panels, and the way out of the text.
 *
 * Proves PG25.
 */
import { expect, it } from 'vitest'
import { PATIENT, type Tab, until } from '../support/tab.js'
import { useVisits } from '../support/visits.js'
import { type JsonNode, selectBack } from '../support/writing.js'

const { open } = useVisits()

/** The name of what has the focus, and whether the eye sees that it has. */
const focus = (tab: Tab): Promise<{ name: string; isVisible: boolean }> => tab.page.evaluate(() => {
  const element = document.activeElement as HTMLElement
  const { outlineStyle, outlineWidth } = getComputedStyle(element)
  return { name: element.getAttribute('aria-label') ?? element.innerText, isVisible: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0 }
})
const untilFocused = (tab: Tab, name: RegExp): Promise<void> => until(() => focus(tab), (now) => name.test(now.name), `the focus on ${String(name)}`)

async function arrowTo(tab: Tab, name: RegExp): Promise<void> {
  for (let step = 0; step < 60; step++) {
    const now = await focus(tab)
    expect(now.isVisible, now.name).toBe(true)
    if (name.test(now.name)) return
    await tab.press('ArrowRight')
  }
  throw new Error(`no control is called ${String(name)}`)
}

it('[PG25] bold, a link, a menu, a panel and the way out, by keys alone, with the focus in sight', { timeout: 60_000 }, async () => {
  const tab = await open('keys')
  await tab.type('one two')
  await tab.press('Alt+F10')
  await arrowTo(tab, /^Bold/)
  await tab.press('Enter')
  await tab.press('Escape')
  await untilFocused(tab, /^Document text/)
  await tab.type(' three')
  await selectBack(tab, 5)
  await tab.press('Control+k')
  await tab.page.getByRole('dialog').waitFor()
  await tab.type('example.com')
  await tab.press('Enter')
  await untilFocused(tab, /^Document text/)
  const inline = (): Promise<JsonNode[]> => tab.json().then((json) => [...(json as JsonNode).content![0]!.content!])
  await expect.poll(async () => (await inline()).at(-1)?.marks?.map(({ type }) => type).toSorted(), PATIENT).toEqual(['bold', 'link'])

  await tab.press('Alt+F10')
  await arrowTo(tab, /^Style/)
  await tab.press('ArrowDown')
  await tab.page.getByRole('menu').waitFor()
  await tab.press('End')
  await tab.press('Escape')
  await untilFocused(tab, /^Style/)
  await arrowTo(tab, /^Outline/)
  await tab.press('Enter')
  await tab.page.getByRole('navigation', { name: 'Outline' }).or(tab.page.getByText('headings', { exact: false })).first().waitFor()
  await tab.press('Escape')
  await tab.press('Control+/')
  await tab.page.getByRole('dialog').waitFor()
  await tab.press('Escape')
  await tab.page.getByRole('dialog').waitFor({ state: 'detached' })

  await tab.page.locator('.ce-content').focus()
  await tab.press('Escape')
  await tab.press('Tab')
  expect(await tab.page.evaluate(() => document.activeElement?.closest('.ce-content') === null)).toBe(true)
})
