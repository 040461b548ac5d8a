/**
 * What the header shows of the connection and the people, and what is announced of both.
 *
 * @vitest-environment happy-dom
 */
import type { EditorStatus, Person } from '@cowrite/editor'
import { ANNOUNCE_EVERY_MS, CALM_AFTER_MS, createPresenceView, createStatusView, createUi } from '@cowrite/editor/ui'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  document.body.replaceChildren()
})

const status = (changes: Partial<EditorStatus> = {}): EditorStatus =>
  ({ connection: 'connected', save: 'saved', unsaved: 0, kept: true, synced: true, setAside: 0, ...changes })
const saving = status({ save: 'saving', unsaved: 1 })
const offline = (unsaved: number, kept = true): EditorStatus => status({ connection: 'offline', save: 'unsaved', unsaved, kept })

describe('the status in the page', () => {
  it('[PG3] leaves Saved at once and comes back to it only after a moment of calm', () => {
    const view = createStatusView(createUi(document.body), () => undefined)
    view.show(status())
    expect(view.element.textContent).toBe('Saved')
    for (let key = 0; key < 5; key++) {
      view.show(saving)
      expect(view.element.textContent).toBe('Saving…')
      view.show(status())
      vi.advanceTimersByTime(CALM_AFTER_MS / 2)
      expect(view.element.textContent).toBe('Saving…')
    }
    vi.advanceTimersByTime(CALM_AFTER_MS)
    expect(view.element.textContent).toBe('Saved')
    expect(view.element.getAttribute('role')).toBe('status')
  })

  it('[PG3] does not flicker between kept and not yet kept, but never shows Saved for either', () => {
    const view = createStatusView(createUi(document.body), () => undefined)
    view.show(status())
    view.show(offline(1, false))
    expect(view.element.textContent).toBe('Offline: 1 change only in this tab')
    view.show(offline(1))
    expect(view.element.textContent).toBe('Offline: 1 change kept here')
    view.show(offline(2, false))
    expect(view.element.textContent).toBe('Offline: 1 change kept here')
    view.show(offline(2))
    expect(view.element.textContent).toBe('Offline: 2 changes kept here')
    for (let count = 3; count < 10; count++) {
      view.show(offline(count, false))
      vi.advanceTimersByTime(CALM_AFTER_MS / 4)
    }
    expect(view.element.textContent).toBe('Offline: 6 changes only in this tab')
    vi.advanceTimersByTime(CALM_AFTER_MS)
    expect(view.element.textContent).toBe('Offline: 9 changes only in this tab')
  })

  it('[PG2] shows the reason of a refusal with a button that tries again', () => {
    const acts: string[] = []
    const view = createStatusView(createUi(document.body), (action) => acts.push(action))
    view.show(status())
    expect(view.notice.hidden).toBe(true)
    view.show(status({ connection: 'refused', refusal: { closeCode: 4403, code: 'forbidden', text: 'You may not open this document.' } }))
    expect(view.notice.hidden).toBe(false)
    expect(view.notice.textContent).toContain('You may not open this document.')
    view.notice.querySelector('button')!.click()
    expect(acts).toEqual(['retry'])
    view.show(status())
    vi.advanceTimersByTime(CALM_AFTER_MS)
    expect(view.notice.hidden).toBe(true)
  })

  it('[LG4] says why when the right to write is lost, and that it is back; who came to read is not told again', () => {
    const ui = createUi(document.body)
    const view = createStatusView(ui, () => undefined)
    const reader = status({ role: 'read', readOnly: 'role' })
    view.show(reader)
    expect([view.element.textContent, view.element.dataset['tip'], view.notice.hidden]).toEqual(
      ['Read only', 'You may read this document, but not change it.', true])
    view.show(status({ role: 'write' }))
    vi.advanceTimersByTime(CALM_AFTER_MS)
    expect([view.element.textContent, ui.announcer.element.textContent]).toEqual(['Saved', 'You may change this document now.'])
    vi.advanceTimersByTime(ANNOUNCE_EVERY_MS)
    view.show(reader)
    expect(view.notice.hidden).toBe(false)
    expect(view.notice.textContent).toContain('You may read this document, but not change it.')
    expect(view.notice.querySelector('button')?.hidden).toBe(true)
    expect(ui.announcer.element.textContent).toBe('You may read this document, but not change it.')
    // A network that comes and goes is no change of the role.
    view.show(offline(0))
    view.show(reader)
    expect(view.notice.hidden).toBe(false)
    view.show(status())
    vi.advanceTimersByTime(CALM_AFTER_MS)
    expect(view.notice.hidden).toBe(true)
  })

  it('[PG4] announces trouble and its end, not every save, and at most once in three seconds', () => {
    const ui = createUi(document.body)
    const { announcer } = ui
    const view = createStatusView(ui, () => undefined)
    const said = (): string => announcer.element.textContent
    view.show(status())
    view.show(saving)
    view.show(status())
    vi.advanceTimersByTime(ANNOUNCE_EVERY_MS)
    expect(said()).toBe('')
    view.show(offline(0))
    expect(said()).toBe('Offline')
    view.show(offline(1))
    view.show(saving)
    view.show(status())
    vi.advanceTimersByTime(CALM_AFTER_MS)
    expect(said()).toBe('Offline')
    vi.advanceTimersByTime(ANNOUNCE_EVERY_MS)
    expect(said()).toBe('Saved')
  })
})

describe('the people in the header', () => {
  const person = (name: string, isSelf = false): Person =>
    ({ key: `id ${name}`, name, color: '#2f5fd0', clientIds: [name.length], isSelf })

  it('[PG5] shows oneself first as a button, and "+N" for those who do not fit', () => {
    let pressed = 0
    const view = createPresenceView(createUi(document.body), { onSelf: () => pressed++ })
    view.show([person('Zoe', true), ...['Ada', 'Bo', 'Cy', 'Di', 'Ed', 'Flo', 'Gus'].map((name) => person(name))])
    const faces = [...view.element.querySelectorAll('.ce-face')]
    expect(faces.map((face) => face.getAttribute('data-initials'))).toEqual(['Z', 'A', 'B', 'C', 'D', '+3'])
    expect(faces.at(-1)!.getAttribute('aria-label')).toBe('3 more: Ed, Flo, Gus')
    ;(faces[0] as HTMLElement).click()
    expect(pressed).toBe(1)
    expect(faces[1]!.tagName).toBe('SPAN')
  })

  it('[PG4] announces who comes and goes, but not who was there before', () => {
    const ui = createUi(document.body)
    const { announcer } = ui
    const view = createPresenceView(ui, {})
    view.show([person('Zoe', true), person('Ada')])
    expect(announcer.element.textContent).toBe('')
    view.show([person('Zoe', true), person('Ada'), person('Bo')])
    expect(announcer.element.textContent).toBe('Bo joined')
    view.show([person('Zoe', true), person('Bo')])
    vi.advanceTimersByTime(ANNOUNCE_EVERY_MS)
    expect(announcer.element.textContent).toBe('Ada left')
  })
})
