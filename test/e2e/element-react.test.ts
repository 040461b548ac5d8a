/**
 * `<CowriteEditor>` in a real React application, in StrictMode.
 *
 * Proves EM11 and EM12 with React's development build, real pages, real sockets and the real server.
 */
import type { CowriteEditorElement, CowriteEditorProps } from '@cowrite/editor/react'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Embedded } from '../support/embedded.js'
import { useEmbedder } from '../support/embedder.js'
import { composeTogether } from '../support/composing.js'
import { type Site, startSite } from '../support/site.js'
import { PATIENT } from '../support/tab.js'

/** An application as somebody writes it; the test turns its state. */
const APPLICATION = `
  import { createElement, StrictMode, useEffect, useRef, useState } from 'react'
  import { createRoot } from 'react-dom/client'
  import { CowriteEditor } from '@cowrite/editor/react'
  window.told = []
  window.effects = 0
  function App() {
    const [{ key, isThere = true, ...props }, setState] = useState({ isThere: false })
    const ref = useRef(null)
    window.turn = (change) => setState((now) => ({ ...now, ...change }))
    window.current = ref
    useEffect(() => void window.effects++, [])
    const tell = (name) => (detail) => window.told.push([name, props.mark, detail])
    return isThere && createElement(CowriteEditor, {
      ref, key, server: location.hash.slice(1), user: { name: 'Ada', id: 'ada' }, ...props,
      messages: { 'find.open': props.word ?? 'Find' }, extensions: [], searchMentions: async () => [{ id: 'lin', name: 'Lin ' + props.mark }],
      onReady: (editor) => tell('ready')(editor.isEditable), onStatus: (status) => tell('status')(status.connection), onUsers: tell('users'),
      onChange: tell('change'), onSelection: tell('selection'), onMention: tell('mention'), onError: tell('error'),
    })
  }
  createRoot(document.getElementById('app')).render(createElement(StrictMode, null, createElement(App)))
`

interface Application {
  readonly told: [string, unknown, unknown][]
  readonly effects: number
  readonly current: { readonly current: CowriteEditorElement | null }
  turn(change: object): void
}

const embedder = useEmbedder()
let site: Site

beforeAll(async () => {
  site = await startSite(APPLICATION, '<div id="app"></div>')
})
afterAll(() => site.close())

async function start(props: Partial<CowriteEditorProps> & Record<string, unknown>): Promise<Embedded> {
  const { open, server } = embedder()
  const page = await open(`${site.url}#${server.url}`)
  await page.page.waitForFunction(() => 'turn' in globalThis)
  await turn(page, { isThere: true, ...props })
  await page.ready()
  return page
}
const turn = ({ page }: Embedded, change: object): Promise<void> => page.evaluate((given) => (globalThis as unknown as Application).turn(given), change)
const told = async ({ page }: Embedded, name: string): Promise<[unknown, unknown][]> =>
  (await page.evaluate(() => (globalThis as unknown as Application).told)).filter(([event]) => event === name).map(([, mark, detail]) => [mark, detail])

describe('<CowriteEditor> for React', { timeout: 90_000 }, () => {
  it('[EM11] in StrictMode two people write in one document; a change of key, twenty times, and leaving lose nothing of it', async () => {
    const a = await start({ doc: 'react' })
    const b = await start({ doc: 'react' })
    expect(await a.page.evaluate(() => (globalThis as unknown as Application).effects), 'StrictMode runs effects twice').toBe(2)
    expect([a.sockets.all, b.sockets.all]).toEqual([1, 1])
    await a.typeAtEnd('Sunny')
    await b.untilText('Sunny')
    await b.typeAtEnd(' towns')
    await a.untilText('Sunny towns')
    await a.element().evaluate((element) => (element as CowriteEditorElement).focus())
    await composeTogether(a.page, b.page, () => Promise.all([a.text(), b.text()]))
    const written = await a.text()
    // A letter just before each remount, which is quicker than any saving.
    for (let round = 0; round < 20; round++) {
      await a.page.evaluate(async (key) => {
        const { current, turn: change } = globalThis as unknown as Application
        const old = current.current!
        old.editor!.commands.insertContentAt(1, '.')
        change({ key })
        while (current.current === null || current.current === old || current.current.editor === undefined) await new Promise(requestAnimationFrame)
      }, round)
    }
    const whole = '.'.repeat(20) + written
    await a.untilText(whole)
    await b.untilText(whole)
    await expect.poll(() => a.sockets.open, PATIENT).toBe(1)
    expect(await a.page.locator('.ProseMirror').count()).toBe(1)
    await a.page.evaluate(() => {
      const { current, turn: change } = globalThis as unknown as Application
      current.current!.editor!.commands.insertContentAt(1, '!')
      change({ isThere: false })
    })
    await expect.poll(() => a.sockets.open, PATIENT).toBe(0)
    expect(await a.page.locator('.ProseMirror').count()).toBe(0)
    await b.untilText(`!${whole}`)
  })

  it('[EM11] what was typed without a connection just before the component left is there when it comes back', async () => {
    const page = await start({ doc: 'react offline' })
    await page.typeAtEnd('a')
    await page.page.evaluate(async () => {
      const { current, turn: change } = globalThis as unknown as Application
      await current.current!.flush()
      current.current!.disconnect()
      current.current!.editor!.commands.insertContentAt(2, 'b')
      change({ isThere: false })
      change({ isThere: true, key: 'again' })
    })
    await page.ready()
    await page.untilText('ab')
  })

  it('[EM12] another function, an equal object and another look open nothing anew, another document does; callbacks are those of the last rendering', async () => {
    const page = await start({ doc: 'react props', mark: 1 })
    expect((await told(page, 'users'))[0], 'also of oneself, alone').toMatchObject([1, [{ name: 'Ada', isSelf: true }]])
    await page.typeAtEnd('word')
    await expect.poll(() => told(page, 'change'), PATIENT).toContainEqual([1, { local: true }])
    await page.page.evaluate(() => Object.assign(globalThis, { kept: (globalThis as unknown as Application).current.current!.editor }))
    const isKept = (): Promise<boolean> => page.page.evaluate(() => {
      const { current, kept } = globalThis as unknown as Application & { kept: unknown }
      return current.current!.editor === kept
    })
    await turn(page, { mark: 2, theme: 'dark', toolbar: 'compact', className: 'mine' })
    expect(await page.element().evaluate((element) => [element.className, element.getAttribute('theme')])).toEqual(['mine', 'dark'])
    await page.page.keyboard.press('Shift+Home')
    await expect.poll(() => told(page, 'selection'), PATIENT).toContainEqual([2, { empty: false, text: 'word' }])
    await page.page.keyboard.press('End')
    await page.page.keyboard.type(' @l')
    await page.page.getByRole('option', { name: 'Lin 2' }).waitFor()
    await page.page.keyboard.press('Enter')
    await expect.poll(() => told(page, 'mention'), PATIENT).toEqual([[2, { id: 'lin', name: 'Lin 2' }]])
    await turn(page, { mode: 'view' })
    await expect.poll(() => page.page.locator('.ce-content').getAttribute('contenteditable'), PATIENT).toBe('false')
    await turn(page, { mode: undefined, user: { name: 'Ada', id: 'ada' } })
    await expect.poll(() => page.page.locator('.ce-content').getAttribute('contenteditable'), PATIENT).toBe('true')
    await turn(page, { user: { name: 'Grace', id: 'ada' } })
    await expect.poll(async () => (await told(page, 'users')).at(-1), PATIENT).toMatchObject([2, [{ name: 'Grace' }]])
    expect(await isKept()).toBe(true)
    expect(page.sockets.all).toBe(1)
    // A connection that is given up while it is made is a complaint of the browser's.
    const opened = async (times: number): Promise<void> => {
      await expect.poll(async () => (await told(page, 'ready')).length, PATIENT).toBe(times)
    }
    await turn(page, { word: 'Seek' })
    await page.page.getByRole('button', { name: /^Seek/ }).waitFor()
    await opened(2)
    expect(await isKept()).toBe(false)
    await turn(page, { doc: 'react other props' })
    await opened(3)
    expect(await page.text()).toBe('')
    await turn(page, { doc: undefined })
    await expect.poll(() => page.sockets.open, PATIENT).toBe(0)
    expect(await told(page, 'error')).toEqual([])
    expect((await told(page, 'ready')).every(([, isEditable]) => isEditable === true)).toBe(true)
  })
})
