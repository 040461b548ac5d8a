/**
 * What a page gives `<cowrite-editor>` beyond attributes: words, people, a place for pictures, behaviour.
 *
 * Proves EM13 to EM15 with real pages and the real server. They are written as somebody without a bundler writes them.
 */
import { describe, expect, it } from 'vitest'
import type { Embedded } from '../support/embedded.js'
import { ICON, useEmbedder } from '../support/embedder.js'
import { startSite } from '../support/site.js'
import { PATIENT } from '../support/tab.js'

const embedder = useEmbedder()

/** A page with this script, which runs before the element is defined, and what it collected in `told`. */
async function openWith(doc: string, script: string, attributes = ''): Promise<Embedded> {
  const { open, serve, server } = embedder()
  const { origin } = await serve({ '/': `<!doctype html><html lang="ko">${ICON}<cowrite-editor doc="${doc}" user-name="Ada" ${attributes}></cowrite-editor><script>
    window.told = []
    const element = document.querySelector('cowrite-editor')
    ${script}
  </script><script type="module" src="${server.url}/cowrite-editor.js"></script>` })
  const page = await open(origin)
  await page.ready()
  return page
}
const told = ({ page }: Embedded): Promise<unknown[]> => page.evaluate(() => (window as unknown as { told: unknown[] }).told)

const paste = ({ page }: Embedded, name: string): Promise<void> => page.locator('.ce-content').evaluate((content, [file, bytes]) => {
  const clipboardData = new DataTransfer()
  clipboardData.items.add(new File([Uint8Array.from(bytes as number[])], file as string, { type: 'image/png' }))
  content.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
}, [name, [...PNG]] as const)

describe('<cowrite-editor> and its page', { timeout: 60_000 }, () => {
  it('[EM13] speaks the language of the element, else of the page, and the words of the page go before', async () => {
    const page = await openWith('words', `element.messages = { 'find.open': 'Sök' }`)
    expect(await page.page.locator('cowrite-editor .ce-root').getAttribute('lang')).toBe('ko')
    await page.page.getByRole('button', { name: /^Sök/ }).waitFor()
    await page.page.getByRole('button', { name: /^굵게/ }).waitFor()
    await page.element().evaluate((element) => element.setAttribute('lang', 'ar'))
    await page.page.getByRole('button', { name: /^غامق/ }).waitFor()
    expect(await page.page.locator('cowrite-editor .ce-root').getAttribute('dir')).toBe('rtl')
    await page.page.getByRole('button', { name: /^Sök/ }).waitFor()
    await page.element().evaluate((element) => element.setAttribute('lang', 'no language at all'))
    await page.page.getByRole('button', { name: /^Bold/ }).waitFor()
  })

  it('[EM14] asks the page whom `@` may mean, and tells it once who was mentioned', async () => {
    const page = await openWith('mentions', `
      element.searchMentions = async (query) => (told.push(query), query === 'x' ? Promise.reject(new Error('down')) : [{ id: 'u-1', name: 'Adele Goldberg' }])
      document.addEventListener('cowrite-mention', (event) => told.push(event.detail))`, 'lang="en"')
    await page.typeAtEnd('@ad')
    await page.page.getByRole('option', { name: 'Adele Goldberg' }).waitFor()
    await page.page.keyboard.press('Enter')
    await page.untilText('@Adele Goldberg ')
    expect((await told(page)).filter((one) => typeof one === 'object')).toEqual([{ id: 'u-1', name: 'Adele Goldberg' }])
    expect(await told(page)).toContain('ad')
    await page.page.keyboard.type('@x')
    await page.page.getByText('The list of people cannot be had at the moment').first().waitFor()
  })

  it('[EM14] brings pictures to where the page says, with its progress, and says why one failed', async () => {
    const page = await openWith('pictures', `
      element.uploadFile = async (file, { progress }) => {
        told.push([file.name, file.type, file.size])
        progress(0.5)
        if (file.name === 'big.png') throw Object.assign(new Error(), { problem: 'too-large' })
        return 'https://pictures.example.com/' + file.name
      }`, 'lang="en"')
    await page.page.route('https://pictures.example.com/**', (route) => route.fulfill({ body: PNG, contentType: 'image/png' }))
    await page.page.locator('.ce-content').click()
    await paste(page, 'small.png')
    await expect.poll(() => page.page.locator('.ce-content img').getAttribute('src'), PATIENT).toBe('https://pictures.example.com/small.png')
    await paste(page, 'big.png')
    await page.page.locator('cowrite-editor').getByText('it is larger than this server takes').first().waitFor()
    expect(await told(page)).toEqual([['small.png', 'image/png', PNG.length], ['big.png', 'image/png', PNG.length]])
  })

  it('[EM14] an editor without any controls takes the same functions, and gives the pictures under way to the page’s own', async () => {
    const { open, server } = embedder()
    const site = await startSite(`
      import { createCowriteEditor } from '@cowrite/editor'
      window.told = []
      const cowrite = createCowriteEditor({
        element: document.getElementById('place'), server: '${server.url}', doc: 'bare', user: { name: 'Ada', id: 'ada' },
        messages: { 'text.placeholder': 'Skriv här' },
        searchMentions: async (query) => [{ id: 'u-1', name: 'Adele for ' + query }],
        uploadFile: async (file) => (file.name === 'bad.png' ? Promise.reject(new Error()) : 'https://pictures.example.com/' + file.name),
      })
      cowrite.on('mention', (target) => told.push(target))
      cowrite.on('uploads', (list) => told.push(list.map(({ name, problem }) => name + ' ' + (problem ?? 'under way'))))
      window.dismissAll = () => cowrite.uploads.dismiss(2)
    `, '<style>.ce-content { white-space: pre-wrap }</style><div id="place"></div>')
    try {
      const page = await open(site.url)
      await page.page.route('https://pictures.example.com/**', (route) => route.fulfill({ body: PNG, contentType: 'image/png' }))
      const content = page.page.locator('.ce-content')
      await expect.poll(() => content.locator('[data-placeholder]').getAttribute('data-placeholder'), PATIENT).toBe('Skriv här')
      await content.click()
      await page.page.keyboard.type('@ad')
      await page.page.getByRole('option', { name: 'Adele for ad' }).waitFor()
      await page.page.keyboard.press('Enter')
      await expect.poll(() => told(page), PATIENT).toEqual([{ id: 'u-1', name: 'Adele for ad' }])
      await paste(page, 'good.png')
      await expect.poll(() => content.locator('img[alt=good]').getAttribute('src'), PATIENT).toBe('https://pictures.example.com/good.png')
      await paste(page, 'bad.png')
      await expect.poll(async () => (await told(page)).at(-1), PATIENT).toEqual(['bad.png no-server'])
      await page.page.evaluate(() => (window as unknown as { dismissAll(): void }).dismissAll())
      expect((await told(page)).at(-1)).toEqual([])
    } finally {
      site.close()
    }
  })

  it('[EM15] takes an extension that adds behaviour, and refuses one that adds to the schema by its name', async () => {
    const { open, server } = embedder()
    const site = await startSite(`
      import { Extension, Node } from '@tiptap/core'
      import '@cowrite/editor/element'
      window.told = []
      const element = document.createElement('cowrite-editor')
      element.server = '${server.url}'
      element.doc = 'extended'
      element.user = { name: 'Ada' }
      element.extensions = [Extension.create({ name: 'shout', addKeyboardShortcuts: () => ({ F8: ({ editor }) => editor.commands.insertContent('HEY') }) })]
      element.addEventListener('cowrite-error', (event) => told.push(event.detail))
      document.body.append(element)
      window.widget = () => (element.extensions = [Node.create({ name: 'widget', group: 'block' })])
      window.bundle = () => (element.extensions = [Extension.create({ name: 'kit', addExtensions: () => [Node.create({ name: 'widget', group: 'block' })] })])
      window.grown = () => (element.extensions = [Extension.create({ name: 'grown', addGlobalAttributes: () => [{ types: ['paragraph'], attributes: { mood: { default: null } } }] })])
    `)
    try {
      const page = await open(site.url)
      await page.ready()
      await page.typeAtEnd('a')
      await page.page.keyboard.press('F8')
      await page.untilText('aHEY')
      const refused = async (which: string): Promise<unknown> => {
        await page.page.evaluate((name) => (window as unknown as Record<string, () => void>)[name]!(), which)
        await page.page.getByRole('alert').getByText('The document cannot be opened').waitFor()
        await page.element().evaluate((element) => ((element as unknown as { extensions: unknown }).extensions = undefined))
        await page.ready()
        return (await told(page)).at(-1)
      }
      const message = (name: string): object => ({ code: 'cannot-open', message: `the extension "${name}" adds to the schema, which is the same for everybody` })
      expect(await refused('widget')).toEqual(message('widget'))
      expect(await refused('bundle'), 'also inside another extension').toEqual(message('widget'))
      expect(await refused('grown'), 'also an attribute of what there is').toEqual(message('grown'))
      expect(await page.text()).toBe('aHEY')
    } finally {
      site.close()
    }
  })
})

/** A picture of one pixel. */
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
