/**
 * Two people in one document, in two real browser tabs on the real server.
 *
 * Proves EE1, EE2, EE7, EE8 and EE11.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { useBrowser } from '../support/browser.js'
import { People } from '../support/people.js'
import { type ServerProcess, startServerProcess } from '../support/server-process.js'
import { PATIENT, type Tab, untilEqual } from '../support/tab.js'

const people = new People(useBrowser())
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess()
})
afterAll(() => server.remove())
// [EE11] after every test: it fails when a console complained.
afterEach(() => people.leave())

const open = async (document: string): Promise<Tab> => (await people.come()).open(server, document)

/** Two people, each with a browser of their own, open the document. */
const openTwo = async (document: string): Promise<[Tab, Tab]> => [await open(document), await open(document)]

const faces = (tab: Tab): Promise<string[]> =>
  tab.page.locator('.ce-people .ce-face').evaluateAll((all) => all.map((face) => face.getAttribute('aria-label') ?? ''))

const caretNames = (tab: Tab): Promise<string[]> => tab.page.locator('.ce-caret-label').allTextContents()

describe('two tabs', { timeout: 90_000 }, () => {
  it('[EE1] [EE11] show each other text, carets with names and faces, and notice a leave', async () => {
    const [a, b] = await openTwo('together')
    await a.caretToEndOfBlock(0)
    await a.type('Hello from A.')
    await b.untilText('Hello from A.')
    await b.caretToEndOfBlock(0)
    await b.type(' And from B.')
    await a.untilText('Hello from A. And from B.')

    const [nameOfA, nameOfB] = [await a.personName(), await b.personName()]
    await expect.poll(() => caretNames(a), PATIENT).toEqual([nameOfB])
    await expect.poll(() => caretNames(b), PATIENT).toEqual([nameOfA])
    await expect.poll(() => faces(a), PATIENT).toEqual([`${nameOfA} (you). Change your name`, `${nameOfB}. Follow`])
    await expect.poll(() => faces(b), PATIENT).toEqual([`${nameOfB} (you). Change your name`, `${nameOfA}. Follow`])

    await b.page.close()
    await expect.poll(() => caretNames(a), PATIENT).toEqual([])
    await expect.poll(async () => (await faces(a)).length, PATIENT).toBe(1)
  })

  it('[EE1] one person with two tabs is one face', async () => {
    const person = await people.come()
    const a = await person.open(server, 'one-person')
    const again = await person.open(server, 'one-person')
    await again.caretToEndOfBlock(0)
    await again.type('x')
    await a.untilText('x')
    expect(await faces(a)).toHaveLength(1)
    expect(await faces(again)).toHaveLength(1)
  })

  it('[EE2] typing at once at different places loses no character', async () => {
    const a = await open('different-places')
    await a.caretToEndOfBlock(0)
    await a.type('first: ')
    await a.press('Enter')
    await a.type('second: ')
    const b = await open('different-places')
    await a.caretToEndOfBlock(0)
    await b.caretToEndOfBlock(1)
    const [ofA, ofB] = [letters(150, 'abcdefghij'), letters(150, '0123456789')]
    await Promise.all([a.type(ofA), b.type(ofB)])
    await untilEqual(a, b)
    await a.untilText(`first: ${ofA}\nsecond: ${ofB}`)
  })

  it('[EE2] typing at once at the same place loses no character', async () => {
    const [a, b] = await openTwo('same-place')
    await a.caretToEndOfBlock(0)
    await a.type('START ')
    await b.untilText('START ')
    await b.caretToEndOfBlock(0)
    const [ofA, ofB] = [letters(200, 'abcdefghij'), letters(200, '0123456789')]
    await Promise.all([a.type(ofA), b.type(ofB)])
    await expect.poll(async () => (await a.text()).length, PATIENT).toBe('START '.length + ofA.length + ofB.length)
    await untilEqual(a, b)
    const text = await a.text()
    expect(text.replaceAll(/[^a-j]/g, '')).toBe(ofA)
    expect(text.replaceAll(/\D/g, '')).toBe(ofB)
  })

  it('[EE2] typing at once into an empty document loses no character', async () => {
    const [a, b] = await openTwo('empty')
    await a.caretToEndOfBlock(0)
    await b.caretToEndOfBlock(0)
    const [ofA, ofB] = [letters(50, 'abcdefghij'), letters(50, '0123456789')]
    await Promise.all([a.type(ofA), b.type(ofB)])
    // Each may have made the document's first paragraph; then there are two.
    await expect.poll(async () => (await a.text()).replaceAll('\n', '').length, PATIENT).toBe(100)
    await untilEqual(a, b)
    const text = await a.text()
    expect(text.replaceAll(/[^a-j]/g, '')).toBe(ofA)
    expect(text.replaceAll(/\D/g, '')).toBe(ofB)
  })

  it('[EE2] an input method composes while the other one types elsewhere', async () => {
    const [a, b] = await openTwo('composing')
    await a.caretToEndOfBlock(0)
    await a.type('A: ')
    await a.press('Enter')
    await a.type('B: ')
    await b.untilText('A: \nB: ')
    await b.caretToEndOfBlock(1)
    await a.caretToEndOfBlock(0)
    await Promise.all([a.type(letters(50, 'abcdefghij')), b.compose(['に', 'にほ', 'にほん'], '日本')])
    await a.untilText(`A: ${letters(50, 'abcdefghij')}\nB: 日本`)
    await untilEqual(a, b)
  })

  it('[EE2] an input method composes in the line in which the other one types', async () => {
    const [a, b] = await openTwo('composing-together')
    await a.caretToEndOfBlock(0)
    await a.type('START ')
    await b.untilText('START ')
    await b.caretToEndOfBlock(0)
    const ofA = letters(50, 'abcdefghij')
    await Promise.all([a.type(ofA), b.compose(['に', 'にほ', 'にほん'], '日本')])
    await expect.poll(async () => (await b.text()).replaceAll(/[^a-j]/g, ''), PATIENT).toBe(ofA)
    await untilEqual(a, b)
    // The other one's typing may end a composition early, so that what was composed until then stays in
    // the text as well; it never takes anything away.
    expect(await a.text()).toMatch(/^START .*日本/)
  })

  it('[EE7] undo and redo take back and bring back only what one typed oneself', async () => {
    const a = await open('undo')
    await a.caretToEndOfBlock(0)
    await a.type('Alice.')
    const b = await open('undo')
    await b.caretToEndOfBlock(0)
    await b.type('Bob')
    await a.untilText('Alice.Bob')
    await a.caretToEndOfBlock(0)
    await a.type('!')
    await b.untilText('Alice.Bob!')
    await b.press('Control+z')
    await a.untilText('Alice.!')
    await b.press('Control+z')
    await b.press('Control+y')
    await a.untilText('Alice.Bob!')
    await untilEqual(a, b)
  })

  it('[EE8] a reload shows the same document, formatting included', async () => {
    const a = await open('reload')
    await a.caretToEndOfBlock(0)
    await a.type('# Heading')
    await a.press('Enter')
    await a.type('- one')
    await a.press('Enter')
    await a.type('two')
    await a.untilStatus('Saved')
    const before = await a.json()
    expect(JSON.stringify(before)).toContain('bulletList')
    await a.page.reload()
    await a.ready()
    expect(await a.json()).toEqual(before)
  })

  it('[EE8] any name in the address leads everybody to the same document', async () => {
    const [a, b] = await openTwo('a')
    for (const name of ['a/b/c', 'two words', 'naïve – 文書 🦦', '100% & more?#', '.hidden', '%2F']) {
      await Promise.all([a.visit(server, name), b.visit(server, name)])
      expect(await b.page.locator('h1').innerText()).toBe(name)
      expect(await b.text()).toBe('')
      await a.caretToEndOfBlock(0)
      await a.type(name)
      await b.untilText(name)
    }
  })
})

/** So many characters of an alphabet, over and over. */
function letters(count: number, alphabet: string): string {
  return alphabet.repeat(Math.ceil(count / alphabet.length)).slice(0, count)
}
