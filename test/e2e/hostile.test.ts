/**
 * A peer that means harm, seen in a real browser: what it writes and claims neither runs, loads, covers nor floods.
 *
 * Proves PG24.
 */
import { expect, it } from 'vitest'
import * as Y from 'yjs'
import { StockClient } from '../support/stock-client.js'
import { PATIENT, until } from '../support/tab.js'
import { useVisits } from '../support/visits.js'

const { open, server } = useVisits()

const EVIL = 'https://evil.example'

function element(name: string, attributes: Record<string, unknown>, ...children: (Y.XmlElement | Y.XmlText)[]): Y.XmlElement {
  const made = new Y.XmlElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value as string)
  made.insert(0, children)
  return made
}
const linked = (text: string, href: string): Y.XmlText => {
  const made = new Y.XmlText()
  made.insert(0, text, { link: { href } })
  return made
}

it('[PG24] a hostile peer neither runs, loads, covers nor floods anything', { timeout: 60_000 }, async () => {
  const tab = await open('hostile')
  const asked: string[] = []
  tab.page.on('request', (request) => asked.push(request.url()))
  await tab.type('Harmless')
  const peer = new StockClient({ webSocketUrl: server().url.replace('http', 'ws') }, 'hostile')
  await peer.synced()
  const fragment = peer.doc.getXmlFragment('default')
  fragment.push([
    element('paragraph', { textAlign: `left;position:fixed;inset:0;background:url(${EVIL}/style)` }, linked('press', 'javascript:window.ran=1')),
    element('paragraph', {}, linked('or this', 'java\tscript:window.ran=2')),
    element('image', { src: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="window.ran=3"/>', alt: '"><img src=x onerror="window.ran=4">' }),
    element('codeBlock', { language: `x" style="background:url(${EVIL}/code)` }, new Y.XmlText('</code><script>window.ran=5</script>')),
    element('paragraph', {}, new Y.XmlText('The last')),
  ])
  const first = Y.createRelativePositionFromTypeIndex((fragment.get(0) as Y.XmlElement).get(0) as unknown as Y.Text, 2)
  peer.provider.awareness.setLocalState({
    user: { name: `<img src=x onerror="window.ran=6">${'A'.repeat(2_000)}`, color: `red;position:fixed;inset:0;background:url(${EVIL}/color)` },
    cursor: { anchor: first, head: first },
  })
  await tab.page.getByText('The last').waitFor()
  const label = tab.page.locator('.ce-caret-label')
  await label.waitFor()
  expect((await label.innerText()).length).toBeLessThanOrEqual(61)
  for (const link of await tab.page.locator('.ce-content p', { hasText: 'press' }).or(tab.page.locator('.ce-content p', { hasText: 'or this' })).all()) await link.click({ modifiers: ['ControlOrMeta'] })
  const seen = await tab.page.evaluate(() => ({
    ran: 'ran' in window,
    fixed: [...document.querySelectorAll<HTMLElement>('.ce-content *')].filter((node) => getComputedStyle(node).position === 'fixed').length,
    scripts: document.querySelectorAll('.ce-root script, .ce-content img[src^="data:"]').length,
    hrefs: [...document.querySelectorAll('.ce-content a')].map((link) => link.getAttribute('href') ?? '').filter((href) => /script:/i.test(href)),
  }))
  expect(seen).toEqual({ ran: false, fixed: 0, scripts: 0, hrefs: [] })
  expect(asked.filter((url) => url.startsWith(EVIL) || url.startsWith('data:'))).toEqual([])
  await until(() => tab.text(), (text) => text.startsWith('Harmless'), 'the text')
  await expect.poll(() => tab.status(), PATIENT).toBe('Saved')
  peer.destroy()
  // y-tiptap says once for each drawing that it does not like the color; it does not use it.
  expect(tab.complaints.splice(0).filter((words) => !words.startsWith('A user uses an unsupported color format'))).toEqual([])
})
