/**
 * Documents as files: downloads, imports, restore points, as a person does it in the page.
 *
 * Proves IX1 to IX7, and RP1 in the page.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { docxOfJson } from '@cowrite/editor/docx'
import { jsonOfMarkdown } from '@cowrite/editor/convert'
import mammoth from 'mammoth'
import type { Locator } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { CowriteEditorElement } from '@cowrite/editor/element'
import { useEmbedder } from '../support/embedder.js'
import { PATIENT, type Tab, until, untilEqual } from '../support/tab.js'
import { useVisits } from '../support/visits.js'
import { type JsonNode, untilBlocks } from '../support/writing.js'

const { open, server } = useVisits()
const embedder = useEmbedder()

const entry = async (tab: Tab, id: string): Promise<Locator> => {
  await tab.page.locator('[data-command=more]').click()
  return tab.page.locator(`.ce-menu [data-choice="${id}"]`)
}

async function download(tab: Tab, format: string): Promise<{ name: string; bytes: Buffer }> {
  const item = await entry(tab, `download-${format}`)
  const [file] = await Promise.all([tab.page.waitForEvent('download'), item.click()])
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) }
}

interface Given {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}
const fileOf = (name: string, content: string | Uint8Array): Given => ({ name, mimeType: '', buffer: Buffer.from(content) })

/** Chooses a file in the menu; from the disk where there is a path: a large one takes long otherwise. @returns the dialog that asks where it goes */
async function choose(tab: Tab, file: Given, path?: string): Promise<Locator> {
  const item = await entry(tab, 'import')
  const [chooser] = await Promise.all([tab.page.waitForEvent('filechooser'), item.click()])
  await chooser.setFiles(path ?? file)
  const dialog = tab.page.getByRole('dialog')
  await dialog.getByText(`Import ${file.name}`).waitFor()
  return dialog
}
const confirm = (dialog: Locator): Promise<void> => dialog.getByRole('button', { name: 'Import' }).click()

describe('files', { timeout: 60_000 }, () => {
  it('[IX1] a document is downloaded as Word, Markdown, web page and text, under its name', async () => {
    const tab = await open('plans/may')
    await tab.type('## Plan\n**bold** text\n- item')
    expect((await download(tab, 'md'))).toMatchObject({ name: 'plans-may.md', bytes: Buffer.from('## Plan\n\n**bold** text\n\n- item\n') })
    expect((await download(tab, 'txt')).bytes.toString()).toBe('Plan\n\nbold text\n\n- item\n')
    const page = (await download(tab, 'html')).bytes.toString()
    expect(page).toContain('<title>plans/may</title>')
    expect(page).toContain('<h2>Plan</h2><p><strong>bold</strong> text</p><ul><li><p>item</p></li></ul>')
    const { name, bytes } = await download(tab, 'docx')
    expect(name).toBe('plans-may.docx')
    expect((await mammoth.convertToHtml({ buffer: bytes })).value).toBe('<h2>Plan</h2><p><strong>bold</strong> text</p><ul><li>item</li></ul>')
  })

  it('[IX2] [IX3] a file goes to the caret in one step, or takes the place of the document, which can be brought back', async () => {
    const [tab, other] = [await open('imports'), await open('imports')]
    await tab.type('Before\nAfter')
    await tab.caretToEndOfBlock(0)
    await confirm(await choose(tab, fileOf('part.md', ', then\n\n> a quote\n\nrest')))
    await untilBlocks(tab, ['paragraph', 'blockquote', 'paragraph', 'paragraph'])
    expect((await tab.text()).split(/\n+/)).toEqual(['Before, then', 'a quote', 'rest', 'After'])
    await tab.press('Control+z')
    await tab.untilText('Before\nAfter')
    await tab.untilStatus('Saved')
    const dialog = await choose(tab, fileOf('whole.docx', await docxOfJson(jsonOfMarkdown('# New\n\n- [x] done'))))
    await dialog.getByRole('radio', { name: 'In place of the document' }).check()
    await confirm(dialog)
    await dialog.waitFor({ state: 'detached' })
    await untilBlocks(tab, ['heading', 'taskList'])
    await untilEqual(tab, other)
    // The other one goes back to what was there.
    await (await entry(other, 'restore-points')).click()
    const points = other.page.getByRole('dialog', { name: 'Restore points' })
    await points.getByText('Before a file was imported').waitFor()
    await points.getByRole('button', { name: 'Restore' }).click()
    await points.getByRole('button', { name: 'Restore now' }).click()
    await points.waitFor({ state: 'detached' })
    await other.untilText('Before\nAfter')
    await tab.untilText('Before\nAfter')
  })

  it('[IX4] what cannot be imported says why, and changes nothing', async () => {
    const tab = await open('bad-files')
    await tab.type('Stays')
    await tab.untilStatus('Saved')
    const before = JSON.stringify(await tab.json())
    const refused: [Given, RegExp][] = [
      [fileOf('broken.docx', 'PK\u0003\u0004 not really'), /damaged/],
      [fileOf('movie.mp4', 'x'), /Word \(.docx\), Markdown, HTML and plain text/],
      [fileOf('binary.txt', new Uint8Array([0x61, 0xff, 0xfe, 0x00])), /damaged/],
      [fileOf('huge.txt', ''), /too large/],
      [fileOf('deep.html', '<div>'.repeat(5000)), /damaged/],
    ]
    const folder = await mkdtemp(join(tmpdir(), 'cowrite-files-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'huge.txt'), new Uint8Array(20 * 1024 * 1024 + 1).fill(0x61))
    for (const [file, reason] of refused) {
      const dialog = await choose(tab, file, file.name === 'huge.txt' ? join(folder, file.name) : undefined)
      await dialog.getByRole('radio', { name: 'In place of the document' }).check()
      await confirm(dialog)
      await expect.poll(() => dialog.getByRole('alert').innerText(), PATIENT).toMatch(reason)
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await dialog.waitFor({ state: 'detached' })
    }
    expect(JSON.stringify(await tab.json())).toBe(before)
    // Offline nothing could be brought back, so nothing is replaced.
    await tab.page.evaluate(() => window.cowrite!.provider.disconnect())
    const dialog = await choose(tab, fileOf('fine.md', 'new'))
    await dialog.getByRole('radio', { name: 'In place of the document' }).check()
    await confirm(dialog)
    await expect.poll(() => dialog.getByRole('alert').innerText(), PATIENT).toMatch(/nothing is replaced/)
    await tab.page.keyboard.press('Escape')
    expect(JSON.stringify(await tab.json())).toBe(before)
  })

  it('[IX5] nothing of a file runs, nobody elsewhere is asked for a picture, and pictures in the file go to the server', async () => {
    const tab = await open('pictures')
    const asked: string[] = []
    tab.page.on('request', (request) => asked.push(request.url()))
    const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    const html = `<script>window.ran = true</script><p onclick="window.ran = true">Text</p><img src="https://tracker.example/pixel.gif" alt="Logo">
      <img src="data:image/png;base64,${pixel}" alt="Inside"><a href="javascript:window.ran=true">link</a><iframe src="https://tracker.example/"></iframe>`
    const dialog = await choose(tab, fileOf('page.html', html))
    await confirm(dialog)
    await tab.page.getByText('1 picture of another server became a link').waitFor()
    await tab.page.keyboard.press('Escape')
    const inside = tab.page.locator('.ce-content img[alt=Inside]')
    await until(() => inside.evaluate((image: HTMLImageElement) => image.naturalWidth), (width) => width === 1, 'the picture')
    const text = JSON.stringify(await tab.json())
    expect(text).toMatch(/"src":"\/files\/[0-9a-f]{64}"/)
    expect(text).toContain('"href":"https://tracker.example/pixel.gif"')
    expect(text).not.toMatch(/javascript:|data:image/)
    expect(await tab.page.evaluate(() => 'ran' in window)).toBe(false)
    expect(asked.filter((url) => !url.startsWith(server().url) && !url.startsWith('blob:') && !url.startsWith('data:'))).toEqual([])
    // Out again: the picture is in the Word file, and has a whole address on the page.
    expect((await mammoth.convertToHtml({ buffer: (await download(tab, 'docx')).bytes })).value).toContain('src="data:image/png;base64')
    expect((await download(tab, 'html')).bytes.toString()).toContain(`src="${server().url}/files/`)
  })

  it('[IX6] one edit that deletes most of a long document is undone from the list, after the tab is gone', async () => {
    const tab = await open('vandal')
    await tab.page.evaluate(() => window.cowrite!.editor!.commands.setContent(Array.from({ length: 40 }, (_, index) => `<p>Line ${index} of what somebody wrote with care.</p>`).join('')))
    await tab.untilStatus('Saved')
    const text = await tab.text()
    await tab.press('Control+a')
    await tab.press('Delete')
    await untilBlocks(tab, ['paragraph'])
    await tab.untilStatus('Saved')
    await tab.page.close()
    const later = await open('vandal')
    await (await entry(later, 'restore-points')).click()
    await later.page.getByText('Before much was deleted').waitFor()
    await later.page.keyboard.press('Tab')
    await later.page.getByRole('button', { name: 'Restore' }).click()
    await later.page.getByRole('button', { name: 'Restore now' }).click()
    await later.untilText(text)
  })

  it('[IX7] on paper there is the text and nothing around it, dark on white', async () => {
    const tab = await open('paper')
    await tab.type('# Title\nText')
    await tab.page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    for (const around of ['.ce-top', '.ce-uploads', '.ce-bubble-bar']) expect(await tab.page.locator(around).isVisible()).toBe(false)
    const look = await tab.page.locator('.ce-content p').first().evaluate((line) => ({ color: getComputedStyle(line).color, background: getComputedStyle(document.documentElement).backgroundColor }))
    expect(look).toEqual({ color: 'rgb(28, 31, 38)', background: 'rgb(255, 255, 255)' })
    expect(((await tab.json()) as JsonNode).content).toHaveLength(2)
  })

  it('[IX1] [IX3] [IX4] a page that embeds the editor exports and imports by the element', async () => {
    const { open: openPage, script, serve } = embedder()
    const { origin } = await serve({ '/': `<!doctype html>${script}<cowrite-editor doc="files"></cowrite-editor>` })
    const page = await openPage(origin)
    await page.ready()
    await page.typeAtEnd('Was here')
    const result = await page.element().evaluate(async (node) => {
      const element = node as CowriteEditorElement
      const problem = await element.importFile(new File(['x'], 'x.mp4')).catch((error: { problem: string }) => error.problem)
      const done = await element.importFile(new File(['# Now this'], 'x.md'), { place: 'replace' })
      const file = await element.exportAs('md')
      return { problem, done: done.lostPictures, name: file.name, text: await file.text() }
    })
    expect(result).toEqual({ problem: 'unsupported', done: 0, name: 'files.md', text: '# Now this\n' })
    await page.element().locator('[data-command=more]').click()
    await page.element().locator('[data-choice=restore-points]').click()
    await page.element().getByText('Before a file was imported').waitFor()
    await page.element().getByRole('button', { name: 'Restore' }).click()
    await page.element().getByRole('button', { name: 'Restore now' }).click()
    await page.untilText('Was here')
  })
})
