/**
 * Two people who type in one paragraph at once, one of them with an input method.
 *
 * Owns: the keys and compositions, and what has to come of them: each letter of both, once, in order, on both sides.
 * Does not own: where the text is; whoever calls has put the carets into it.
 */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { PATIENT } from './tab.js'

const LETTERS = 'abcdefghij'
/** What the input method shows before a letter is chosen. */
const COMPOSED = 'に'

/** @param textsOf the whole text, as each of them has it now; none of its letters is one of those that are typed */
export async function composeTogether(composer: Page, typist: Page, textsOf: () => Promise<[string, string]>): Promise<void> {
  // A composition that an edit beside it interrupts stays as it was and a new one begins: nothing is lost, but it is there twice.
  const withoutLeftovers = async (): Promise<[string, string]> => {
    const [one, other] = await textsOf()
    return one === other ? [one.replaceAll(COMPOSED, ''), other.replaceAll(COMPOSED, '')] : [one, other]
  }
  const before = (await textsOf())[0].length
  const input = await composer.context().newCDPSession(composer)
  for (const letter of LETTERS) {
    await input.send('Input.imeSetComposition', { text: COMPOSED, selectionStart: 1, selectionEnd: 1 })
    await typist.keyboard.type(letter)
    await input.send('Input.insertText', { text: letter.toUpperCase() })
  }
  const lengths = async (): Promise<(number | boolean)[]> => {
    const [one, other] = await withoutLeftovers()
    return [one.length, one === other]
  }
  await expect.poll(lengths, PATIENT).toEqual([before + 2 * LETTERS.length, true])
  const [text] = await withoutLeftovers()
  expect(text.replace(/[^a-j]/g, '')).toBe(LETTERS)
  expect(text.replace(/[^A-J]/g, '')).toBe(LETTERS.toUpperCase())
}
