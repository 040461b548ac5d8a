/**
 * The page on a server where people log in: links with tokens, roles that change, rights that are taken away.
 *
 * Proves LG1 to LG6 with real tabs, real tokens and the real server.
 */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { faults } from '../support/axe.js'
import { connection, countSockets, keptIn, useLoginWorld } from '../support/login-world.js'
import { PATIENCE } from '../support/patience.js'
import { PATIENT, type Tab } from '../support/tab.js'
import { tokenOf } from '../support/tokens.js'

const { people, start, visit, open, restrict } = useLoginWorld()

const panel = (tab: Tab) => tab.page.locator('.ce-login')
const isEditable = (tab: Tab): Promise<boolean> => tab.page.locator('.ce-content').evaluate((content) => (content as HTMLElement).isContentEditable)
const paste = async (tab: Tab, text: string): Promise<void> => {
  await panel(tab).getByRole('textbox', { name: 'Link or token' }).fill(text)
  await panel(tab).getByRole('button', { name: 'Go on' }).click()
}
const shot = async (tab: Tab, name: string): Promise<void> => {
  if (process.env['COWRITE_SHOTS']) await tab.page.screenshot({ path: join(process.env['COWRITE_SHOTS'], `${name}.png`) })
}
/** A token that counts for so many seconds, less what is left of this one, and the 4 s by which clocks may differ. */
const tokenFor = (seconds: number): string => {
  const now = Math.floor(Date.now() / 1000)
  return tokenOf({ iat: now - 60, exp: now + seconds })
}

describe('the page with a login', { timeout: 60_000 }, () => {
  it('[LG1] without a token it says what is wrong and what to do, and a link or token that is pasted opens the document', async () => {
    await start()
    const tab = await visit('team/plan')
    await panel(tab).getByRole('heading', { name: 'This document needs a login' }).waitFor()
    await tab.untilStatus('Not connected')
    expect(await tab.page.locator('.ce-notice:visible, .ce-waiting:visible, .ce-sketch:visible').count()).toBe(0)
    await shot(tab, 'login-none')
    expect(await faults(tab.page)).toEqual([])
    // The field is where one types already; what is no token is said.
    await tab.page.keyboard.type('https://docs.example.org/d/plan')
    await tab.page.keyboard.press('Enter')
    await panel(tab).getByText('There is no token in this text.').waitFor()
    const token = tokenOf({ name: 'Ada Lovelace' })
    await paste(tab, ` ${tab.page.url()}#token=${token} `)
    await tab.ready()
    expect(await panel(tab).isVisible()).toBe(false)
    expect(tab.page.url()).not.toContain('token')
    await expect.poll(() => tab.personName(), PATIENT).toBe('Ada Lovelace')
    await tab.page.reload()
    await tab.ready()
  })

  it('[LG1] a token that is no longer valid, or not for this document, is told apart; `Try again` tries the same', async () => {
    await start()
    const tab = await visit('team/plan', tokenFor(-30))
    await panel(tab).getByRole('heading', { name: 'Your access has ended' }).waitFor()
    await tab.untilStatus('Login needed')
    const anew = tab.page.waitForEvent('load') // a token of somebody else begins anew
    await paste(tab, 'not.a.token')
    await anew
    await panel(tab).getByRole('heading', { name: 'Your access has ended' }).waitFor()
    await paste(tab, 'nor.this.one')
    await panel(tab).getByText('The server does not accept this token.').waitFor()

    const other = await visit('team/plan', tokenOf({ sub: 'eve', doc: 'other', role: 'write' }))
    await panel(other).getByRole('heading', { name: 'You may not open this document' }).waitFor()
    await shot(other, 'login-forbidden')
    const sockets = countSockets(other)
    await panel(other).getByRole('button', { name: 'Try again' }).click()
    await expect.poll(() => sockets.opened, PATIENT).toBe(1)
    await panel(other).getByRole('heading', { name: 'You may not open this document' }).waitFor()
    await paste(other, tokenOf({ sub: 'eve', doc: 'team/plan', role: 'write' }))
    await other.ready()
  })

  it('[LG2] before the token ends the page asks for another, which the open connection goes on with; after it the text stays, what is typed is kept, and saved under another', async () => {
    await start()
    const browser = await people.come()
    await browser.profile.clock.install()
    const tab = await open('team/plan', tokenFor(20), browser)
    await tab.caretToEndOfBlock(0)
    await tab.type('saved. ')
    await tab.untilStatus('Saved')
    await tab.page.evaluate(() => document.querySelector('.ce-content')?.setAttribute('data-same', ''))
    const sockets = countSockets(tab)
    expect(await panel(tab).isVisible()).toBe(false)
    // Past three quarters of its time; not so far that the silence itself would be taken for a dead link.
    await browser.profile.clock.fastForward(18_500)
    await panel(tab).getByRole('heading', { name: 'Your access ends soon' }).waitFor()
    await shot(tab, 'login-ending')
    await paste(tab, tokenFor(0))
    await panel(tab).waitFor({ state: 'hidden' })
    expect([await tab.status(), sockets.opened]).toEqual(['Saved', 0])
    await tab.caretToEndOfBlock(0)
    await panel(tab).getByRole('heading', { name: 'Your access has ended' }).waitFor()
    await tab.type('kept.')
    await tab.untilStatus('Login needed: 5 changes kept here')
    await shot(tab, 'login-ended')
    // It need not stand in the way of who writes on.
    await panel(tab).getByRole('button', { name: 'Later' }).click()
    expect(await panel(tab).getByRole('textbox').count()).toBe(0)
    await panel(tab).getByRole('button', { name: 'Paste a link' }).click()
    await tab.page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    expect(await faults(tab.page)).toEqual([])
    expect(await keptIn(tab)).toHaveLength(5)
    await paste(tab, tokenOf())
    await tab.untilStatus('Saved')
    expect(await panel(tab).isVisible()).toBe(false)
    expect(await tab.text()).toBe('saved. kept.')
    expect(await tab.page.locator('.ce-content[data-same]').count()).toBe(1)
    expect(await keptIn(tab)).toEqual([])
  })

  it('[LG3] nobody else at this browser sees or sends what somebody typed; they find it again', async () => {
    await start()
    const browser = await people.come()
    const [ada, grace] = [tokenOf({ sub: 'ada' }), tokenOf({ sub: 'grace' })]
    const hers = await open('plan', ada, browser)
    await hers.caretToEndOfBlock(0)
    await hers.type('together ')
    await hers.untilStatus('Saved')
    await connection(hers, 'disconnect')
    await hers.type('secret')
    await hers.untilStatus('Offline: 6 changes kept here')
    expect((await keptIn(hers)).map(([, document, user]) => [document, user])).toEqual(Array.from({ length: 6 }, () => ['plan', 'ada']))
    await hers.page.close()
    const other = await open('plan', grace, browser)
    await other.untilStatus('Saved')
    expect(await other.text()).toBe('together ')
    // Her next token, in a tab where somebody else was logged in.
    await other.page.goto('about:blank')
    const again = await open('plan', ada, browser)
    await again.untilText('together secret')
    await again.untilStatus('Saved')
    expect(await keptIn(again)).toEqual([])
  })

  it('[LG4] who may only read sees why; a role that changes acts within a second, on the same text', async () => {
    await start()
    const writer = await open('plan', tokenOf({ sub: 'boss' }))
    await writer.caretToEndOfBlock(0)
    await writer.type('Plan')
    await writer.untilStatus('Saved')
    const tab = await open('plan', tokenOf({ doc: 'plan', role: 'read' }))
    await tab.untilStatus('Read only')
    expect(await isEditable(tab)).toBe(false)
    expect(await tab.page.locator('.ce-status').getAttribute('data-tip')).toBe('You may read this document, but not change it.')
    await tab.page.evaluate(() => document.querySelector('.ce-content')?.setAttribute('data-same', ''))

    // Noted by the page itself: a test on a loaded machine looks too late.
    const turns = await tab.page.evaluateHandle(() => {
      const turns: number[] = []
      new MutationObserver(() => turns.push(Date.now())).observe(document.querySelector('.ce-content')!, { attributeFilter: ['contenteditable'] })
      return turns
    })
    const within = async (role: string, editable: boolean): Promise<void> => {
      await restrict('plan', 'ada', role)
      const at = Date.now()
      await expect.poll(() => isEditable(tab), PATIENT).toBe(editable)
      expect(((await turns.evaluate((all) => all.at(-1))) ?? Infinity) - at).toBeLessThan(1_000 * PATIENCE)
    }
    await within('write', true)
    await tab.untilStatus('Saved')
    await tab.caretToEndOfBlock(0)
    await tab.type(' of Ada')
    await writer.untilText('Plan of Ada')
    await tab.untilStatus('Saved')
    await within('read', false)
    await tab.untilStatus('Read only')
    await tab.page.locator('.ce-notice', { hasText: 'You may read this document, but not change it.' }).waitFor()
    await shot(tab, 'role-lost')
    await writer.type(' and all')
    await tab.untilText('Plan and all of Ada')
    expect(await tab.page.locator('.ce-content[data-same]').count()).toBe(1)
    await within('write', true)
    await expect.poll(() => tab.page.locator('.ce-notice:visible').count(), PATIENT).toBe(0)
  })

  it('[LG5] a right that is taken away ends the editing, and what the browser kept of the document is removed', async () => {
    await start()
    const tab = await open('plan', tokenOf())
    await tab.caretToEndOfBlock(0)
    await tab.type('saved ')
    await tab.untilStatus('Saved')
    await connection(tab, 'disconnect')
    await tab.type('kept')
    await tab.untilStatus('Offline: 4 changes kept here')
    await restrict('plan', 'ada', 'none')
    const sockets = countSockets(tab)
    await connection(tab, 'connect')
    await panel(tab).getByRole('heading', { name: 'You may not open this document' }).waitFor()
    expect(await isEditable(tab)).toBe(false)
    await expect.poll(() => keptIn(tab), PATIENT).toEqual([])
    expect(sockets.opened).toBe(1)
  })

  it('[LG6] signing out removes what the browser kept of this person', async () => {
    await start()
    const browser = await people.come()
    const tab = await open('plan', tokenOf(), browser)
    await tab.caretToEndOfBlock(0)
    await connection(tab, 'disconnect')
    await tab.type('kept')
    await tab.untilStatus('Offline: 4 changes kept here')
    await tab.page.evaluate(() => window.cowrite?.provider.signOut())
    expect(await keptIn(tab)).toEqual([])
    const again = await open('plan', tokenOf(), browser)
    expect(await again.text()).toBe('')
  })
})
