/**
 * Finding, replacing, the outline, counting, mentioning.
 *
 * Proves WR11 to WR14.
 */
import { describe, expect, it } from 'vitest'
import { PATIENT } from '../support/tab.js'
import { useVisits } from '../support/visits.js'

const { open } = useVisits()

describe('in a longer text', { timeout: 60_000 }, () => {
  it('[WR11] find counts, goes round, and replaces all in one step of the undo history', async () => {
    const tab = await open('find')
    await tab.type('one two one\nOne onely')
    await tab.press('Control+f')
    const panel = tab.page.getByRole('search')
    const count = panel.locator('.ce-find-count')
    await tab.type('one')
    await expect.poll(() => count.innerText(), PATIENT).toMatch(/of 4$/)
    const seen = new Set<string>()
    for (let step = 0; step < 4; step++) {
      seen.add(await count.innerText())
      await tab.press('Enter')
    }
    expect([...seen].sort()).toEqual(['1 of 4', '2 of 4', '3 of 4', '4 of 4'])
    await panel.getByRole('button', { name: 'Whole words' }).click()
    await expect.poll(() => count.innerText(), PATIENT).toMatch(/of 3$/)
    await panel.getByRole('button', { name: 'Match case' }).click()
    await expect.poll(() => count.innerText(), PATIENT).toMatch(/of 2$/)
    await panel.getByRole('textbox', { name: 'Replace with' }).fill('1')
    await panel.getByRole('button', { name: 'Replace all' }).click()
    await tab.untilText('1 two 1\nOne onely')
    await tab.press('Escape')
    await panel.waitFor({ state: 'hidden' })
    await tab.press('Control+z')
    await tab.untilText('one two one\nOne onely')
    expect(await tab.page.locator('.ProseMirror-search-match').count()).toBe(0)
  })

  it('[WR12] the outline lists the headings as they change, goes to them, and writes nothing', async () => {
    const tab = await open('outline')
    await tab.type(`# First\n${'line\n'.repeat(40)}## Second\nend`)
    await tab.untilStatus('Saved')
    const before = await tab.page.evaluate(() => window.cowrite!.provider.ydoc.store.clients.size)
    await tab.page.locator('[data-command=outline]').click()
    const outline = tab.page.getByRole('navigation', { name: 'Outline' })
    await expect.poll(() => outline.getByRole('button').allTextContents(), PATIENT).toEqual(['First', 'Second'])
    await outline.getByRole('button', { name: 'First' }).click()
    await expect.poll(() => tab.page.evaluate(() => window.scrollY), PATIENT).toBeLessThan(60)
    await expect.poll(() => tab.page.evaluate(() => window.cowrite!.editor!.state.selection.$from.parent.textContent), PATIENT).toBe('First')
    await tab.press('End')
    await tab.type('!')
    await expect.poll(() => outline.getByRole('button').allTextContents(), PATIENT).toEqual(['First!', 'Second'])
    expect(await tab.page.evaluate(() => window.cowrite!.provider.ydoc.store.clients.size)).toBe(before)
  })

  it('[WR13] words are counted as the language of the text has them, also those that are selected', async () => {
    const tab = await open('words')
    await tab.type('Three short words\nand four more here')
    const words = tab.page.locator('.ce-words')
    await expect.poll(() => words.innerText(), PATIENT).toBe('7 words')
    await tab.press('Control+a')
    await expect.poll(() => words.innerText(), PATIENT).toBe('7 words selected')
    await tab.page.keyboard.insertText('안녕하세요 세계 日本語')
    await expect.poll(() => words.innerText(), PATIENT).toMatch(/^[34] words$/)
  })

  it('[WR14] @ lists who is here; Enter puts the mention into the text', async () => {
    const [a, b] = [await open('mention'), await open('mention')]
    const name = await b.personName()
    await b.type('here')
    await a.untilText('here')
    await a.caretToEndOfBlock(0)
    await a.type(` @${name.slice(0, 3)}`)
    await a.page.getByRole('listbox', { name: 'People' }).getByRole('option', { name }).waitFor()
    await a.press('Enter')
    await b.page.locator('[data-type=mention]', { hasText: `@${name}` }).waitFor()
    await a.type('!')
    await b.untilText(`here @${name} !`)
  })
})
