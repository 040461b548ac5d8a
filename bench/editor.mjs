/**
 * `node bench/editor.mjs`: how the editor's page feels with a long document, in a real Chromium on the built page.
 *
 * Owns: four figures: a document of 2,000 paragraphs until it can be written, a keystroke in it until it is painted, the
 * longest frame while somebody else sends 50 changes a second, and the heap of a page that opened 50 editors.
 * Does not own: any limit: a machine that is busy with something else says nothing about the editor.
 * Always holds: it is the page as it is served; nothing is simulated but the other person.
 */
import { createServer } from 'node:http'
import { chromium } from 'playwright-core'
import { prepare } from '../scripts/build.mjs'
import { chromiumAdvice, findChromium } from '../scripts/chromium.mjs'

const PARAGRAPHS = 2_000
const KEYS = 100
const OPENINGS = 50

await prepare()
const executablePath = findChromium()
if (executablePath === undefined) throw new Error(chromiumAdvice())
const { startServer } = await import('../server/dist/index.js')
const server = await startServer({ port: 0, ephemeral: true, logLevel: 'error', stopGraceMs: 1_000 })
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--js-flags=--expose-gc'] })
const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]

try {
  const figures = { ...(await longDocument()), ...(await heap()) }
  for (const [what, figure] of Object.entries(figures)) console.log(`${what.padEnd(58)} ${figure}`)
} finally {
  await browser.close()
  await server.close()
}

async function open(name) {
  const page = await (await browser.newContext()).newPage()
  const started = performance.now()
  await page.goto(`${server.url}/d/${name}`)
  await page.waitForFunction(() => window.cowrite?.editor !== undefined)
  return { page, ms: performance.now() - started }
}

async function longDocument() {
  const writer = await open('long')
  await writer.page.evaluate((count) => {
    const line = 'The quick brown fox jumps over the lazy dog, and then it rests for a while. '
    const content = Array.from({ length: count }, (_, at) => ({ type: 'paragraph', content: [{ type: 'text', text: `${at} ${line.repeat(2)}` }] }))
    window.cowrite.editor.commands.setContent({ type: 'doc', content })
    return window.cowrite.provider.flush()
  }, PARAGRAPHS)
  const { page, ms } = await open('long')
  await page.bringToFront()
  await page.locator('.ce-content p').nth(20).click()
  const keys = []
  for (let key = 0; key < KEYS; key++) {
    await page.evaluate(() => {
      window.painted = new Promise((resolve) => {
        document.addEventListener('keydown', ({ timeStamp }) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - timeStamp))), { once: true, capture: true })
      })
    })
    await page.keyboard.press('a')
    keys.push(await page.evaluate(() => window.painted))
  }
  const frames = await framesUnderLoad(writer.page, page)
  return {
    [`${PARAGRAPHS} paragraphs, until they can be written (ms)`]: Math.round(ms),
    'a keystroke until it is painted, p50 and p95 (ms)': `${percentile(keys, 0.5).toFixed(1)}, ${percentile(keys, 0.95).toFixed(1)}`,
    'frames under 50 changes a second, p95 and longest (ms)': `${percentile(frames, 0.95).toFixed(0)}, ${Math.max(...frames).toFixed(0)}`,
  }
}

/** Somebody else types 50 times a second for 5 s. @returns the time between two frames of the reader */
async function framesUnderLoad(writer, reader) {
  const frames = reader.evaluate(() => new Promise((resolve) => {
    const times = []
    let last = performance.now()
    const end = last + 5_000
    const frame = (now) => {
      times.push(now - last)
      last = now
      if (now < end) requestAnimationFrame(frame)
      else resolve(times)
    }
    requestAnimationFrame(frame)
  }))
  await writer.evaluate(() => new Promise((resolve) => {
    let left = 250
    const text = window.cowrite.provider.ydoc.getXmlFragment('default').get(10).get(0)
    const timer = setInterval(() => {
      text.insert(0, 'b')
      if (--left === 0) {
        clearInterval(timer)
        resolve()
      }
    }, 20)
  }))
  return frames
}

/** What a page keeps that made and dropped 50 editors. */
async function heap() {
  const site = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.end(`<!doctype html><link rel="icon" href="data:,"><script type="module" src="${server.url}/cowrite-editor.js"></script><div id="place"></div>`)
  })
  await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve))
  const page = await (await browser.newContext()).newPage()
  await page.goto(`http://127.0.0.1:${site.address().port}/`)
  const cycle = (at) => page.evaluate(async (doc) => {
    await customElements.whenDefined('cowrite-editor')
    const editor = document.createElement('cowrite-editor')
    editor.setAttribute('doc', doc)
    const isReady = new Promise((resolve) => editor.addEventListener('cowrite-ready', resolve, { once: true }))
    document.getElementById('place').append(editor)
    await isReady
    await editor.close()
  }, `heap-${at % 5}`)
  const used = async () => {
    await page.evaluate(() => {
      for (let run = 0; run < 5; run++) globalThis.gc()
    })
    return page.evaluate(() => performance.memory.usedJSHeapSize)
  }
  for (let at = 0; at < 5; at++) await cycle(at) // what is loaded and made once
  const before = await used()
  for (let at = 0; at < OPENINGS; at++) await cycle(at)
  const after = await used()
  site.close()
  return { [`heap after ${OPENINGS} editors that came and went (MB more)`]: ((after - before) / 1024 / 1024).toFixed(1) }
}
