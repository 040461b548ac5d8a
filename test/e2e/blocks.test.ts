/**
 * Whole blocks: moving, doubling, deleting, dragging them; colours of code.
 *
 * Proves WR9 and WR10.
 */
import { describe, expect, it } from 'vitest'
import { useVisits } from '../support/visits.js'

const { open } = useVisits()

describe('blocks', { timeout: 60_000 }, () => {
  it('[WR9] blocks move, double and go by keys, and by the menu of their grip', async () => {
    const tab = await open('blocks')
    await tab.type('one\ntwo\nthree')
    await tab.press('Alt+Shift+ArrowUp')
    await tab.untilText('one\nthree\ntwo')
    await tab.type('!')
    await tab.untilText('one\nthree!\ntwo')
    await tab.press('Control+Shift+d')
    await tab.untilText('one\nthree!\nthree!\ntwo')
    await tab.press('Control+Shift+k')
    await tab.untilText('one\nthree!\ntwo')
    await tab.page.locator('.ce-content p').first().hover()
    const grip = tab.page.locator('.ce-block-handle')
    await grip.click()
    await tab.page.getByRole('menuitem', { name: 'Move down' }).click()
    await tab.untilText('three!\none\ntwo')
  })

  it('[WR9] a block is dragged by its grip to another place', async () => {
    const tab = await open('drag')
    await tab.type('one\ntwo\nthree')
    await tab.page.locator('.ce-content p').first().hover()
    const grip = tab.page.locator('.ce-block-handle')
    await grip.waitFor()
    const target = await tab.page.locator('.ce-content p').nth(2).boundingBox()
    await grip.hover()
    await tab.page.mouse.down()
    await tab.page.mouse.move(target!.x + 60, target!.y + target!.height - 2, { steps: 8 })
    await tab.page.mouse.up()
    await tab.untilText('two\nthree\none')
  })

  it('[WR10] no highlighter is fetched without a code block; with one its colors come', async () => {
    const tab = await open('code')
    const fetched: string[] = []
    tab.page.on('request', (request) => fetched.push(request.url()))
    await tab.type('plain text first')
    await tab.untilStatus('Saved')
    expect(fetched.filter((url) => url.endsWith('.js'))).toEqual([])
    await tab.type('\n```ts\nconst n: number = 1')
    await tab.page.locator('.ce-content .hljs-keyword').first().waitFor()
    expect(fetched.filter((url) => /lowlight-[\w-]+\.js$/.test(url))).toHaveLength(1)
  })
})
