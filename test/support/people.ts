/**
 * People with browsers of their own: what one keeps (name, unsaved edits), no other one has.
 *
 * Owns: their browser profiles and tabs, from coming to leaving.
 * Does not own: the browser program (browser.ts), what a tab does (tab.ts).
 * Always holds: after `leave` no tab is open, and what any console complained about fails the test.
 */
import type { Browser, BrowserContext } from 'playwright-core'
import type { ServerProcess } from './server-process.js'
import { Tab } from './tab.js'

export class People {
  readonly #browser: () => Browser
  readonly #profiles: BrowserContext[] = []
  readonly #tabs: Tab[] = []

  constructor(browser: () => Browser) {
    this.#browser = browser
  }

  /** Somebody new. */
  async come(): Promise<Person> {
    const profile = await this.#browser().newContext()
    this.#profiles.push(profile)
    return new Person(profile, (tab) => this.#tabs.push(tab))
  }

  /** Everybody goes. @throws Error with what their consoles complained about, if anything */
  async leave(): Promise<void> {
    const complaints = this.#tabs.splice(0).flatMap((tab) => tab.complaints)
    await Promise.all(this.#profiles.splice(0).map((profile) => profile.close()))
    if (complaints.length > 0) throw new Error(`the console of a page says: ${complaints.join(' | ')}`)
  }
}

export class Person {
  readonly profile: BrowserContext
  readonly #onTab: (tab: Tab) => void

  constructor(profile: BrowserContext, onTab: (tab: Tab) => void) {
    this.profile = profile
    this.#onTab = onTab
  }

  /** A new tab with this document, ready to be edited. */
  async open(server: Pick<ServerProcess, 'url'>, document: string): Promise<Tab> {
    const tab = await this.tab()
    await tab.visit(server, document)
    return tab
  }

  /** A new, empty tab. */
  async tab(): Promise<Tab> {
    const tab = new Tab(await this.profile.newPage())
    this.#onTab(tab)
    return tab
  }
}
