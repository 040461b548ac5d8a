/**
 * Writing with the page's tools: shortcuts, menus, bars, tables, blocks.
 *
 * Proves WR1 to WR5.
 */
import { describe, expect, it } from 'vitest'
import { PATIENT, type Tab, untilEqual } from '../support/tab.js'
import { useVisits } from '../support/visits.js'
import { type JsonNode, paste, selectBack, untilBlocks } from '../support/writing.js'

const { open } = useVisits()

describe('writing', { timeout: 60_000 }, () => {
  it('[WR1] markdown signs become structure as they are typed', async () => {
    const tab = await open('shortcuts')
    await tab.type('## Title\n- one\n\n1. first\n\n[ ] task\n\n> quote\n\n')
    await untilBlocks(tab, ['heading', 'bulletList', 'orderedList', 'taskList', 'blockquote', 'paragraph'])
    await tab.type('**bold** and `code` and https://example.org/x ')
    const inline = ((await tab.json()) as JsonNode).content!.at(-1)!.content!
    expect(inline.find(({ text }) => text === 'bold')?.marks).toEqual([{ type: 'bold' }])
    expect(inline.find(({ text }) => text === 'code')?.marks).toEqual([{ type: 'code' }])
    expect(inline.find(({ text }) => text === 'https://example.org/x')?.marks?.[0]?.type).toBe('link')
    await tab.type('\n---')
    await tab.type('```ts\nlet a')
    await untilBlocks(tab, ['heading', 'bulletList', 'orderedList', 'taskList', 'blockquote', 'paragraph', 'horizontalRule', 'codeBlock'])
  })

  it('[WR2] the slash menu opens at the slash, is worked by keys and mouse, and inserts', async () => {
    const tab = await open('slash')
    await tab.type('/')
    const menu = tab.page.getByRole('listbox', { name: 'Insert' })
    await menu.waitFor()
    const [list, sign] = await Promise.all([menu.boundingBox(), tab.page.locator('.ce-suggesting').boundingBox()])
    expect(Math.abs(list!.x - sign!.x)).toBeLessThan(2)
    expect(list!.y - (sign!.y + sign!.height)).toBeLessThanOrEqual(8)
    const active = (): Promise<string | null> =>
      tab.page.evaluate(() => {
        const id = document.querySelector('.ce-content')?.getAttribute('aria-activedescendant')
        return document.getElementById(id ?? '')?.textContent ?? null
      })
    const first = await active()
    await tab.press('ArrowDown')
    expect(await active()).not.toBe(first)
    await tab.press('Escape')
    await menu.waitFor({ state: 'detached' })
    await tab.type('\n/tab')
    await menu.waitFor()
    await tab.press('Enter')
    await untilBlocks(tab, ['paragraph', 'table', 'paragraph'])
    await tab.caretToEndOfBlock(2)
    await tab.type('/quo')
    await menu.getByRole('option', { name: 'Quote' }).click()
    await untilBlocks(tab, ['paragraph', 'table', 'blockquote'])
  })

  it('[WR2] near the lower edge the menu opens above the line, and a slash of somebody else opens none', async () => {
    const tab = await open('slash-edge')
    const other = await open('slash-edge')
    await tab.page.setViewportSize({ width: 900, height: 420 })
    await tab.type('a\n'.repeat(12))
    await tab.type('/')
    const menu = tab.page.getByRole('listbox', { name: 'Insert' })
    await menu.waitFor()
    await expect.poll(async () => {
      const [list, sign] = await Promise.all([menu.boundingBox(), tab.page.locator('.ce-suggesting').boundingBox()])
      return list!.y + list!.height <= sign!.y || list!.y + list!.height <= 420
    }, PATIENT).toBe(true)
    await tab.press('Escape')
    await tab.type('x')
    await other.untilText(`${'a\n'.repeat(12)}/x`)
    await other.caretToEndOfBlock(0)
    await tab.caretToEndOfBlock(0)
    await other.type(' /')
    await tab.untilText(`a /\n${'a\n'.repeat(11)}/x`)
    await other.page.getByRole('listbox').waitFor()
    expect(await tab.page.getByRole('listbox').count()).toBe(0)
  })

  it('[WR3] a bar comes with a selection, shows what is on, and goes with it', async () => {
    const tab = await open('bubble')
    await tab.type('some words')
    await selectBack(tab, 5)
    const bar = tab.page.getByRole('toolbar', { name: 'Selected text' })
    await bar.waitFor()
    const bold = bar.getByRole('button', { name: 'Bold' })
    expect(await bold.getAttribute('aria-pressed')).toBe('false')
    await bold.click()
    await expect.poll(() => bold.getAttribute('aria-pressed'), PATIENT).toBe('true')
    expect(await tab.page.locator('.ce-content strong').innerText()).toBe('words')
    await tab.press('ArrowRight')
    await bar.waitFor({ state: 'hidden' })
  })

  it('[WR4] tables: Tab goes on and adds a row, rows and columns come and go, cells merge and split, for everybody', async () => {
    const [a, b] = [await open('tables'), await open('tables')]
    await a.page.locator('[data-command=table]').click()
    const size = async (tab: Tab): Promise<[number, number]> => {
      const table = ((await tab.json()) as JsonNode).content!.find(({ type }) => type === 'table')!
      return [table.content!.length, table.content![1]!.content!.length]
    }
    await a.page.locator('.ce-content table').waitFor()
    await a.type('1')
    for (let cell = 2; cell <= 10; cell++) {
      await a.press('Tab')
      await a.type(String(cell))
    }
    expect(await size(a)).toEqual([4, 3])
    const bar = a.page.getByRole('toolbar', { name: 'Table' })
    await bar.getByRole('button', { name: 'Add column after' }).click()
    await expect.poll(() => size(a), PATIENT).toEqual([4, 4])
    await bar.getByRole('button', { name: 'Delete row' }).click()
    await expect.poll(() => size(a), PATIENT).toEqual([3, 4])
    await bar.getByRole('button', { name: 'Header column' }).click()
    await expect.poll(() => a.page.locator('.ce-content th').count(), PATIENT).toBe(6)
    const cells = a.page.locator('.ce-content tr').nth(1).locator('td, th')
    const [from, to] = await Promise.all([cells.nth(1).boundingBox(), cells.nth(2).boundingBox()])
    await a.page.mouse.move(from!.x + 20, from!.y + 20)
    await a.page.mouse.down()
    await a.page.mouse.move(to!.x + 20, to!.y + 20, { steps: 6 })
    await a.page.mouse.up()
    await expect.poll(() => a.page.locator('.selectedCell').count(), PATIENT).toBe(2)
    await bar.getByRole('button', { name: 'Merge cells' }).click()
    await expect.poll(() => a.page.locator('.ce-content [colspan="2"]').count(), PATIENT).toBe(1)
    await untilEqual(a, b)
    await bar.getByRole('button', { name: 'Split cell' }).click()
    await expect.poll(() => a.page.locator('.ce-content [colspan="2"]').count(), PATIENT).toBe(0)
    await untilEqual(a, b)
  })

  it('[WR4] a column is as wide as it was dragged, for everybody', async () => {
    const [a, b] = [await open('widths'), await open('widths')]
    await a.page.locator('[data-command=table]').click()
    const cell = await a.page.locator('.ce-content th').first().boundingBox()
    await a.page.mouse.move(cell!.x + cell!.width, cell!.y + 10)
    await a.page.locator('.column-resize-handle').first().waitFor()
    await a.page.mouse.down()
    await a.page.mouse.move(cell!.x + cell!.width - 80, cell!.y + 10, { steps: 4 })
    await a.page.mouse.up()
    await untilEqual(a, b)
    await expect.poll(async () => Math.round((await b.page.locator('.ce-content th').first().boundingBox())!.width), PATIENT)
      .toBeCloseTo(Math.round(cell!.width - 80), -1)
  })

  it('[WR5] plain Markdown pasted becomes structure, once; plain text and code stay as they are', async () => {
    const tab = await open('paste')
    await paste(tab, { 'text/plain': '# Title\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nlet x\n```' })
    await untilBlocks(tab, ['heading', 'bulletList', 'table', 'codeBlock'])
    await tab.press('Control+z')
    await untilBlocks(tab, ['paragraph'])
    await tab.caretToEndOfBlock(0)
    await paste(tab, { 'text/plain': '2 * 3 - 4 # 5: just text' })
    await tab.untilText('2 * 3 - 4 # 5: just text')
    await tab.type('\n```\n')
    await paste(tab, { 'text/plain': '# stays\n- as\n- it is' })
    await expect.poll(() => tab.text(), PATIENT).toContain('# stays\n- as\n- it is')
  })

  it('[WR5] HTML of other word processors keeps its structure and nothing else', async () => {
    const tab = await open('paste-html')
    await paste(tab, {
      'text/html': '<meta charset=utf-8><b style="font-weight:normal" id="docs-internal-guid-1"><h2 dir="ltr"><span style="font-size:16pt">Report</span></h2>' +
        '<p><span style="font-weight:700">Bold</span> <a href="javascript:alert(1)" onclick="alert(2)">link</a></p>' +
        '<ul><li><p>item</p></li></ul><table><tr><td><p>cell</p></td></tr></table></b>',
      'text/plain': 'Report',
    })
    await untilBlocks(tab, ['heading', 'paragraph', 'bulletList', 'table'])
    expect(await tab.page.locator('.ce-content strong').innerText()).toBe('Bold')
    expect(await tab.page.locator('.ce-content [href^="javascript"], .ce-content [onclick]').count()).toBe(0)
  })
})
