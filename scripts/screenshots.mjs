/**
 * `npm run screenshots`: pictures of the editor's main states, for the README and the docs.
 *
 * Owns: which states there are and how they come about. They are written to docs/images/, a file each.
 * Does not own: the browser (chromium.mjs), the build (build.mjs).
 * Always holds: what is shown is the built page on the real server; names and text are the same at each run.
 */
import { mkdirSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { prepare } from './build.mjs'
import { chromiumAdvice, findChromium } from './chromium.mjs'
import { root } from './steps.mjs'

/** Larger pictures make the repository heavy, in bytes. */
const MAX_BYTES = 150_000
const folder = join(root, 'docs/images')

const text = (words, ...marks) => ({ type: 'text', text: words, ...(marks.length > 0 && { marks: marks.map((type) => ({ type })) }) })
const block = (type, content, attrs) => ({ type, ...(attrs && { attrs }), ...(content && { content }) })
const line = (...content) => block('paragraph', content.map((part) => (typeof part === 'string' ? text(part) : part)))
const task = (words, checked) => block('taskItem', [line(words)], { checked })
const cells = (type, ...words) => block('tableRow', words.map((word) => block(type, [line(...(word === '' ? [] : [word]))])))

const PLAN = [
  block('heading', [text('Harbor festival')], { level: 1 }),
  line('Everything for the ', text('second weekend in June', 'bold'), '. Add what is missing; mention who should know.'),
  block('heading', [text('To do')], { level: 2 }),
  block('taskList', [task('Permits from the harbor office', true), task('Two food stands for the north pier', false), task('A stage that fits between the cranes', false)]),
  block('heading', [text('Stands')], { level: 2 }),
  block('table', [cells('tableHeader', 'Stand', 'Who', 'Power'), cells('tableCell', 'Fish rolls', 'Mara', '16 A'), cells('tableCell', 'Coffee', 'Jonas', '32 A')]),
  line('Power comes from the old ferry terminal.'),
  block('codeBlock', [text("const open = (stand) => stand.power <= terminal.left\nstands.filter(open).forEach(assign)")], { language: 'javascript' }),
  line(),
]

const ARABIC = [
  block('heading', [text('مهرجان الميناء')], { level: 1 }),
  line('كل ما يلزم ', text('لعطلة نهاية الأسبوع الثانية في يونيو', 'bold'), '. أضف ما ينقص، واذكر من يجب أن يعرف.'),
  block('heading', [text('المهام')], { level: 2 }),
  block('taskList', [task('تصاريح من مكتب الميناء', true), task('كشكان للطعام على الرصيف الشمالي', false), task('منصة تتسع بين الرافعات', false)]),
  block('heading', [text('الأكشاك')], { level: 2 }),
  block('table', [cells('tableHeader', 'الكشك', 'المسؤول', 'الكهرباء'), cells('tableCell', 'سندويش السمك', 'مارا', '16 A'), cells('tableCell', 'قهوة', 'يوناس', '32 A')]),
  line(),
]

const people = {
  mara: { id: 'mara', name: 'Mara Lind', color: '#0b6fa4' },
  jonas: { id: 'jonas', name: 'Jonas Okafor', color: '#b3261e' },
}

await prepare()
const executablePath = findChromium()
if (executablePath === undefined) throw new Error(chromiumAdvice())
mkdirSync(folder, { recursive: true })
const { startServer } = await import(pathToFileURL(join(root, 'server/dist/index.js')).href)
const server = await startServer({ port: 0, ephemeral: true, logLevel: 'error', stopGraceMs: 1000 })
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] })
try {
  await takeAll()
} finally {
  await browser.close()
  await server.close()
}

async function open(person, options = {}, address = 'harbor-festival') {
  const context = await browser.newContext({ viewport: { width: 1200, height: 760 }, reducedMotion: 'reduce', ...options })
  await context.addInitScript((value) => localStorage.setItem('cowrite:person', JSON.stringify(value)), person)
  const page = await context.newPage()
  await page.goto(`${server.url}/d/${address}`)
  await page.waitForFunction(() => window.cowrite?.editor !== undefined)
  return page
}

async function takeAll() {
  const mara = await open(people.mara)
  await mara.evaluate((content) => window.cowrite.editor.commands.setContent({ type: 'doc', content }), PLAN)
  await mara.locator('.hljs-keyword').first().waitFor()
  await settled(mara)
  const jonas = await open(people.jonas)
  await caretAfter(jonas, 'Two food stands')
  await caretAfter(mara, 'mention who')
  await mara.locator('.ce-caret-label').waitFor()
  await take(mara, 'editor')
  await mara.emulateMedia({ colorScheme: 'dark' })
  await take(mara, 'editor-dark')
  await mara.emulateMedia({ colorScheme: 'light' })

  await caretAfter(mara, 'Fish rolls')
  await mara.locator('.ce-context-bar:not([hidden])').waitFor()
  await take(mara, 'table')
  await mara.locator('.ce-content p').last().click()
  await mara.keyboard.type('/')
  await mara.locator('.ce-suggestions').waitFor()
  await settled(mara)
  await take(mara, 'slash-menu')
  await mara.keyboard.press('Escape')
  await mara.keyboard.press('Backspace')
  await mara.locator('.ce-content strong').dblclick()
  await mara.locator('.ce-bubble-bar:not([hidden])').waitFor()
  await settled(mara)
  await take(mara, 'bubble-bar')
  await mara.locator('[data-command=outline]').click()
  await mara.keyboard.press('Control+f')
  await mara.locator('.ce-find .ce-input').first().fill('stand')
  await take(mara, 'find-and-outline')
  await mara.keyboard.press('Escape')
  await mara.locator('[data-command=outline]').click()
  await caretAfter(mara, 'mention who')

  await mara.locator('[data-command=more]').click()
  await take(mara, 'document-menu')
  const [chooser] = await Promise.all([mara.waitForEvent('filechooser'), mara.locator('[data-choice=import]').click()])
  await chooser.setFiles({ name: 'stands.docx', mimeType: '', buffer: Buffer.from('') })
  await mara.locator('.ce-dialog').waitFor()
  await take(mara, 'import')
  await mara.keyboard.press('Escape')
  await mara.locator('.ce-dialog').waitFor({ state: 'detached' })
  await fetch(`${server.url}/api/documents/harbor-festival/restore-points?reason=file`, { method: 'POST' })
  await mara.locator('[data-command=more]').click()
  await mara.locator('[data-choice=restore-points]').click()
  await mara.locator('.ce-restore-points li').first().waitFor()
  await take(mara, 'restore-points')
  await mara.keyboard.press('Escape')

  const phone = await open(people.jonas, { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 })
  await settled(phone)
  await take(phone, 'phone')
  const arabic = await open({ ...people.jonas, name: 'يوناس' }, {}, 'مهرجان-الميناء?lang=ar')
  await arabic.evaluate((content) => window.cowrite.editor.commands.setContent({ type: 'doc', content }), ARABIC)
  await caretAfter(arabic, 'الشمالي')
  await settled(arabic)
  await take(arabic, 'right-to-left')
  const reader = await open(people.jonas)
  await reader.evaluate(() => window.cowrite.setEditable(false))
  await reader.getByText('Read only').first().waitFor()
  await take(reader, 'read-only')
  const fresh = await open(people.mara, {}, 'untitled')
  await settled(fresh)
  await take(fresh, 'empty')
  await takeColumn()
  await mara.locator('.ce-content p').last().click()
  await mara.context().setOffline(true)
  await mara.evaluate(() => window.cowrite.provider.disconnect())
  await mara.keyboard.type('Written on the ferry.')
  await mara.getByText('kept here').first().waitFor()
  await take(mara, 'offline')
}

function site() {
  return `<!doctype html><meta charset="utf-8"><title>Harbor office</title><link rel="icon" href="data:,">
<style>
  body { display: grid; grid-template-columns: 1fr 360px; gap: 2rem; height: 100vh; box-sizing: border-box; margin: 0; padding: 2rem; background: #f3efe8; font: 1rem/1.6 Georgia, serif; color: #333 }
  h1 { margin: 0 0 1rem } cowrite-editor { border: 1px solid #d8d0c4; border-radius: 10px; overflow: hidden; --ce-accent: #9a4a1c }
</style>
<main><h1>Harbor office</h1><p>Requests for the festival are answered within a week. The notes beside this text belong to the cranes' crew and to
everybody who has business on the piers in June.</p><p>Permits are to be fetched in person, with the plan of the stand and its power.</p></main>
<cowrite-editor doc="harbor-festival" user-name="Jonas Okafor" user-id="jonas" user-color="#b3261e" theme="light"></cowrite-editor>
<script type="module" src="${server.url}/cowrite-editor.js"></script>`
}

/** The element in a narrow column of somebody's page. */
async function takeColumn() {
  const page = await (await browser.newContext({ viewport: { width: 900, height: 640 }, reducedMotion: 'reduce' })).newPage()
  const pages = createServer((_request, response) => response.setHeader('Content-Type', 'text/html').end(site()))
  await new Promise((resolve) => pages.listen(0, '127.0.0.1', resolve))
  await page.goto(`http://127.0.0.1:${pages.address().port}`)
  await page.waitForFunction(() => document.querySelector('cowrite-editor').editor !== undefined)
  await settled(page)
  await page.locator('.ce-content strong').dblclick()
  await page.locator('.ce-bubble-bar:not([hidden])').waitFor()
  await take(page, 'column')
  pages.close()
  pages.closeAllConnections()
}

function settled(page) {
  return page.locator('.ce-status[data-mood=calm]').waitFor()
}

/** Puts the caret behind these words. */
async function caretAfter(page, words) {
  await page.bringToFront()
  await page.evaluate((wanted) => {
    const { editor } = window.cowrite
    editor.state.doc.descendants((node, position) => {
      const at = node.isText ? node.text.indexOf(wanted) : -1
      if (at !== -1) editor.commands.focus(position + at + wanted.length, { scrollIntoView: false })
    })
  }, words)
}

async function take(page, name) {
  await page.bringToFront()
  await page.evaluate(() => document.fonts.ready.then(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))))
  const path = join(folder, `${name}.png`)
  await page.screenshot({ path, caret: 'initial' })
  const { size } = statSync(path)
  console.log(`${name}.png ${Math.round(size / 1000)} kB`)
  if (size > MAX_BYTES) throw new Error(`${name}.png is larger than ${MAX_BYTES} bytes`)
}
