/**
 * What a person does while writing, beyond typing: selecting, pasting, looking at the blocks.
 *
 * Owns: these steps in a tab. Does not own: the tab (tab.ts).
 */
import { expect } from 'vitest'
import { PATIENT, type Tab } from './tab.js'

export interface JsonNode {
  readonly type: string
  readonly attrs?: Record<string, unknown>
  readonly content?: readonly JsonNode[]
  readonly marks?: readonly { readonly type: string }[]
  readonly text?: string
}
/** Types of the document's blocks. */
export const blocks = async (tab: Tab): Promise<string[]> => ((await tab.json()) as JsonNode).content!.map(({ type }) => type)
export async function untilBlocks(tab: Tab, wanted: string[]): Promise<void> {
  await expect.poll(() => blocks(tab), PATIENT).toEqual(wanted)
}

/** Selects text by keys, and waits until the editor has it selected. */
export async function selectBack(tab: Tab, characters: number): Promise<void> {
  for (let count = 0; count < characters; count++) await tab.page.keyboard.press('Shift+ArrowLeft')
  await tab.page.waitForFunction((size) => {
    const selection = window.cowrite?.editor?.state.selection
    return selection !== undefined && selection.to - selection.from === size
  }, characters)
}
/** Pastes what a clipboard with these types of content would bring. */
export const paste = (tab: Tab, data: Record<string, string>): Promise<void> =>
  tab.page.evaluate((entries) => {
    const clipboardData = new DataTransfer()
    for (const [type, text] of Object.entries(entries)) clipboardData.setData(type, text)
    document.querySelector('.ce-content')!.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, data)
