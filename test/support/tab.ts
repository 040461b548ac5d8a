/**
 * A browser tab with the editor's page, as a person uses it.
 *
 * Owns: opening the page, typing with real key events, waiting for what the page shows, and collecting
 * what went wrong in the console.
 * Does not own: the browser (browser.ts), the server.
 * Always holds: text comes in by the keyboard, never by a call of the editor; nothing waits for time,
 * only for what can be seen.
 */
import type { CowriteEditor } from '@cowrite/editor'
import { pathOfDocumentName } from '@cowrite/protocol'
import type { ConsoleMessage, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { ServerProcess } from './server-process.js'

declare global {
  interface Window {
    /** The page's handle for the console (editor/src/page/page.ts). */
    cowrite?: Pick<CowriteEditor, 'editor' | 'provider'>
  }
}

/** Chromium itself reports a server that cannot be reached; no page can keep it from that. */
const UNREACHABLE = /WebSocket connection to .* failed/

/** Longest that a tab may take to show something, in milliseconds; a loaded machine is slow. For `expect.poll`. */
export const PATIENT = { timeout: 20_000, interval: 30 }

export class Tab {
  readonly page: Page
  /** Errors and warnings in the console, and what was thrown and not caught. */
  readonly complaints: string[] = []

  constructor(page: Page) {
    this.page = page
    page.setDefaultTimeout(PATIENT.timeout)
    page.on('console', (message: ConsoleMessage) => {
      const isComplaint = message.type() === 'error' || message.type() === 'warning'
      if (isComplaint && !UNREACHABLE.test(message.text())) this.complaints.push(message.text())
    })
    page.on('pageerror', (error) => this.complaints.push(String(error)))
  }

  /** Goes to the page of a document, and waits until it can be edited. */
  async visit(server: Pick<ServerProcess, 'url'>, document: string): Promise<void> {
    await this.page.goto(server.url + pathOfDocumentName(document, '/d/'))
    await this.ready()
  }

  async ready(): Promise<void> {
    await this.page.waitForFunction(() => window.cowrite?.editor !== undefined)
  }

  /** The words of the page's status. */
  status(): Promise<string> {
    return this.page.locator('.ce-status-text').innerText()
  }

  untilStatus(words: string | RegExp): Promise<void> {
    const fits = (now: string): boolean => (typeof words === 'string' ? now === words : words.test(now))
    return until(() => this.status(), fits, `the status '${words}'`)
  }

  /** The document as the editor has it. */
  json(): Promise<unknown> {
    return this.page.evaluate(() => window.cowrite?.editor?.getJSON())
  }

  /** Its text, one line for each block. */
  text(): Promise<string> {
    return this.page.evaluate(() => window.cowrite?.editor?.getText({ blockSeparator: '\n' }) ?? '')
  }

  /** Everything that the status has said since this was called, and what it said then; call the result for the words so far. */
  async watchStatus(): Promise<() => Promise<string[]>> {
    const words = await this.page.evaluateHandle(() => {
      const element = document.querySelector('.ce-status-text')
      const seen = [element?.textContent ?? '']
      const note = (): number => seen.push(element?.textContent ?? '')
      if (element) new MutationObserver(note).observe(element, { childList: true, characterData: true, subtree: true })
      return seen
    })
    return () => words.evaluate((seen) => [...seen])
  }

  untilText(text: string): Promise<void> {
    return until(() => this.text(), (now) => now === text, `the text '${text}'`)
  }

  /** The name under which the others see this person. */
  personName(): Promise<string> {
    return this.page.evaluate(() => {
      const user: { name: string } | undefined = window.cowrite?.provider.awareness.getLocalState()?.['user']
      return user?.name ?? ''
    })
  }

  /** Puts the caret behind the last character of this block, by mouse and keyboard, and waits until the editor has it there. */
  async caretToEndOfBlock(index: number): Promise<void> {
    await this.page.bringToFront()
    const block = this.page.locator('.ce-content > *').nth(index)
    await block.click()
    await this.page.keyboard.press('End')
    await this.page.waitForFunction((at) => {
      const selection = window.cowrite?.editor?.state.selection
      return selection?.empty === true && selection.$from.index(0) === at && selection.$from.parentOffset === selection.$from.parent.content.size
    }, index)
  }

  /** Types where the caret is. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text)
  }

  /** Composes as an input method does: each step replaces the one before, and the result replaces the last. */
  async compose(steps: readonly string[], result: string): Promise<void> {
    const inputMethod = await this.page.context().newCDPSession(this.page)
    for (const text of steps) {
      await inputMethod.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
    }
    await inputMethod.send('Input.insertText', { text: result })
    await inputMethod.detach()
  }

  async press(key: string): Promise<void> {
    await this.page.bringToFront()
    await this.page.keyboard.press(key)
  }
}

/** Waits until all tabs hold the same document, and returns it. */
export async function untilEqual(...tabs: readonly Tab[]): Promise<unknown> {
  const documents = (): Promise<string[]> => Promise.all(tabs.map(async (tab) => JSON.stringify(await tab.json())))
  await until(documents, (now) => new Set(now).size === 1, 'equal documents')
  return tabs[0]?.json()
}

/** Looks again and again until what is there fits; an assertion of the test that calls it. */
export function until<T>(look: () => Promise<T>, fits: (now: T) => boolean, wanted: string): Promise<void> {
  return expect.poll(look, { ...PATIENT, message: `waiting for ${wanted}` }).toSatisfy(fits)
}
