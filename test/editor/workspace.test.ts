/**
 * The whole workspace over a connection that the test holds in its hands.
 *
 * @vitest-environment happy-dom
 */
import type { CowriteEditor } from '@cowrite/editor'
import { CALM_AFTER_MS, createWorkspace, PATIENCE_MS, type Workspace } from '@cowrite/editor/ui'
import { encodeStep1, encodeStep2 } from '@cowrite/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'

/** A socket that does what the test says, and nothing else. */
class HeldSocket {
  static readonly opened: HeldSocket[] = []
  readyState = 0
  binaryType = ''
  onopen: (() => void) | null = null
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  onerror: ((event: unknown) => void) | null = null

  constructor() {
    HeldSocket.opened.push(this)
  }

  send(): void {}
  close(): void {}

  drop(code: number, reason: string): void {
    this.readyState = 3
    this.onclose?.({ code, reason })
  }

  /** Opens and sends an empty document. */
  greet(): void {
    this.readyState = 1
    this.onopen?.()
    const empty = new Y.Doc()
    for (const frame of [encodeStep1(Y.encodeStateVector(empty)), encodeStep2(Y.encodeStateAsUpdate(empty))]) {
      this.onmessage?.({ data: frame.slice().buffer })
    }
  }
}

let root: HTMLElement
let workspace: Workspace
let cowrite: CowriteEditor

beforeEach(() => {
  vi.useFakeTimers()
  HeldSocket.opened.length = 0
  root = document.createElement('div')
  document.body.append(root)
  workspace = createWorkspace({
    root,
    server: 'http://server.example',
    doc: 'notes',
    person: { id: 'ada', name: 'Ada', color: '#2f5fd0' },
    leading: [],
    trailing: () => [],
    connection: { WebSocketPolyfill: HeldSocket as unknown as typeof WebSocket, keepUnsaved: false },
  })
  cowrite = workspace.cowrite
})
afterEach(async () => {
  const destroyed = workspace.destroy()
  await vi.runOnlyPendingTimersAsync()
  await destroyed
  vi.useRealTimers()
  document.body.replaceChildren()
})

const socket = async (): Promise<HeldSocket> => {
  await vi.advanceTimersByTimeAsync(100)
  return HeldSocket.opened.at(-1)!
}
const words = (): string => root.querySelector('[role=status]')!.textContent
const waiting = (): string => root.querySelector<HTMLElement>('.ce-waiting:not([hidden])')?.textContent ?? ''

describe('the workspace', () => {
  it('[EE14] offers what was typed into a document that was deleted, also where this browser keeps nothing', async () => {
    const first = await socket()
    first.greet()
    await vi.advanceTimersByTimeAsync(10)
    cowrite.editor!.commands.insertContent('typed')
    const notice = root.querySelector<HTMLElement>('.ce-notice-aside')!
    expect(notice.hidden).toBe(true)
    first.drop(4404, 'The document was deleted.')
    await vi.advanceTimersByTimeAsync(10)
    expect(notice.hidden).toBe(false)
    expect(notice.textContent).toContain('What you had typed and not saved is only in this tab.')
    expect(notice.querySelector('button')!.textContent).toBe('Download')
    expect(cowrite.editor!.isEditable).toBe(false)
  })

  it('[PG11] shows a sketch while connecting, says more when it takes long, and then the text', async () => {
    const first = await socket()
    expect(words()).toBe('Connecting…')
    expect(root.querySelector('.ce-sketch')).not.toBeNull()
    expect(waiting()).toBe('')
    await vi.advanceTimersByTimeAsync(PATIENCE_MS)
    expect(waiting()).toBe('Still waiting for the server…')
    first.greet()
    await vi.advanceTimersByTimeAsync(10)
    expect(root.querySelector('.ce-content')).not.toBeNull()
    expect(root.querySelector('.ce-sketch')).toBeNull()
    expect(waiting()).toBe('')
    expect(root.querySelector('[data-command=bold]')!.getAttribute('aria-disabled')).toBeNull()
  })

  it('[PG11] says that the server cannot be reached, and opens the text once it can', async () => {
    ;(await socket()).drop(1006, '')
    expect(words()).toBe('Offline')
    expect(waiting()).toContain('cannot be reached')
    await vi.advanceTimersByTimeAsync(10_000)
    HeldSocket.opened.at(-1)!.greet()
    await vi.advanceTimersByTimeAsync(10)
    expect(root.querySelector('.ce-content')).not.toBeNull()
  })

  it('[PG2] gives the reason of a refusal instead of a blank page, and tries again on request', async () => {
    ;(await socket()).drop(4403, 'You may not open this document.')
    expect(words()).toBe('Not connected')
    const notice = root.querySelector('.ce-notice:not([hidden])')!
    expect(notice.textContent).toContain('You may not open this document.')
    expect(waiting()).toBe('The document cannot be shown.')
    const before = HeldSocket.opened.length
    notice.querySelector('button')!.click()
    ;(await socket()).greet()
    expect(HeldSocket.opened.length).toBeGreaterThan(before)
    await vi.advanceTimersByTimeAsync(10)
    expect(root.querySelector('.ce-content')).not.toBeNull()
    expect(root.querySelector<HTMLElement>('.ce-notice')!.hidden).toBe(true)
  })

  it('[PG12] keeps the text mounted and editable while the network comes and goes', async () => {
    ;(await socket()).greet()
    await vi.advanceTimersByTimeAsync(10)
    const text = root.querySelector('.ce-content')
    for (let round = 0; round < 5; round++) {
      HeldSocket.opened.at(-1)!.drop(1006, '')
      cowrite.editor!.commands.insertContent('x')
      await vi.advanceTimersByTimeAsync(CALM_AFTER_MS)
      expect(words()).toMatch(/^Offline: \d+ changes? only in this tab$/)
      await vi.advanceTimersByTimeAsync(10_000)
      HeldSocket.opened.at(-1)!.greet()
      await vi.advanceTimersByTimeAsync(10)
      expect(root.querySelector('.ce-content')).toBe(text)
    }
    expect(cowrite.editor!.getText()).toBe('xxxxx')
    expect(words()).not.toBe('Saved')
  })

  it('[PG13] leaves its root empty and goes offline for good when it is destroyed', async () => {
    ;(await socket()).greet()
    await vi.advanceTimersByTimeAsync(10)
    const destroyed = workspace.destroy()
    await vi.runOnlyPendingTimersAsync()
    await destroyed
    expect(root.childElementCount).toBe(0)
    const count = HeldSocket.opened.length
    await vi.advanceTimersByTimeAsync(60_000)
    expect(HeldSocket.opened).toHaveLength(count)
    expect(vi.getTimerCount()).toBe(0)
  })
})
