/**
 * `<cowrite-editor>` in a page of somebody else, as a person uses it.
 *
 * Owns: opening such a page, finding its elements (also inside shadow roots), and collecting what the
 * console and the page's CSP complain about.
 * Does not own: what stands in the page (pages.ts, examples/).
 * Always holds: text comes in by the keyboard; nothing waits for time.
 */
import type { CowriteEditorElement } from '@cowrite/editor/element'
import type { Locator, Page } from 'playwright-core'
import { PATIENT, until } from './tab.js'

/** Chromium itself reports a connection that is ended while it is being made; no page can keep it from that. */
const ENDED_EARLY = /WebSocket is closed before the connection is established/

export class Embedded {
  readonly page: Page
  readonly complaints: string[] = []
  /** Addresses of all WebSockets that the page has opened, and how many of them are open. */
  readonly sockets = { all: 0, open: 0 }

  constructor(page: Page) {
    this.page = page
    page.setDefaultTimeout(PATIENT.timeout)
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !ENDED_EARLY.test(message.text())) this.complaints.push(message.text())
    })
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('websocket', (socket) => {
      this.sockets.all += 1
      this.sockets.open += 1
      socket.on('close', () => (this.sockets.open -= 1))
    })
  }

  /** The element with this selector; it pierces open shadow roots. */
  element(selector = 'cowrite-editor'): Locator {
    return this.page.locator(selector)
  }

  /** Waits until it can be edited. */
  async ready(selector?: string): Promise<void> {
    await until(() => this.element(selector).evaluate((element) => (element as CowriteEditorElement).editor !== undefined), Boolean, 'an editor')
  }

  text(selector?: string): Promise<string> {
    return this.element(selector).evaluate((element) => (element as CowriteEditorElement).getText())
  }

  async untilText(text: string, selector?: string): Promise<void> {
    await until(() => this.text(selector), (now) => now === text, `the text '${text}'`)
  }

  json(selector?: string): Promise<unknown> {
    return this.element(selector).evaluate((element) => (element as CowriteEditorElement).getJSON())
  }

  /** Clicks into the text, and types at its very end. */
  async typeAtEnd(text: string, selector = 'cowrite-editor'): Promise<void> {
    await this.page.bringToFront()
    const content = this.page.locator(`${selector} .ce-content`)
    await content.locator('> *').last().click()
    await this.page.keyboard.press('Control+End')
    await until(() => this.element(selector).evaluate((element) => {
      const state = (element as CowriteEditorElement).editor?.state
      return state !== undefined && state.selection.empty && state.selection.from === state.doc.content.size - 1
    }), Boolean, 'the caret at the end')
    await this.page.keyboard.type(text)
  }
}
