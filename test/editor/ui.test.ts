/**
 * Toolbars, menus, and what the browser remembers.
 *
 * @vitest-environment happy-dom
 */
import {
  applyTheme, ariaShortcut, attachMenu, createThemeButton, createToolbar, createUi, makeRoving, MOST_RECENT, recentDocuments,
  rememberDocument, rememberedPerson, rememberPerson, shownShortcut, suggestDocumentName, suggestPersonName, timeAgo,
} from '@cowrite/editor/ui'
import { isDocumentName } from '@cowrite/protocol'
import { afterEach, describe, expect, it } from 'vitest'

afterEach(() => {
  document.body.replaceChildren()
  localStorage.clear()
})

const press = (target: Element, key: string): KeyboardEvent => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
  target.dispatchEvent(event)
  return event
}

describe('toolbars', () => {
  it('[PG6] are one tab stop; arrows, Home and End move, Escape goes back to the text', () => {
    const bar = document.createElement('div')
    bar.innerHTML = '<button>a</button><button>b</button><div hidden><button>x</button></div><button>c</button>'
    document.body.append(bar)
    let left = 0
    const roving = makeRoving(bar, () => left++)
    const stops = (): string[] => [...bar.querySelectorAll('[tabindex="0"]')].map((one) => one.textContent)
    expect(stops()).toEqual(['a'])
    roving.focus()
    const focused = (): string => document.activeElement?.textContent ?? ''
    press(document.activeElement!, 'ArrowRight')
    expect(focused()).toBe('b')
    press(document.activeElement!, 'ArrowRight')
    expect(focused()).toBe('c')
    press(document.activeElement!, 'ArrowRight')
    expect(focused()).toBe('a')
    press(document.activeElement!, 'End')
    expect(focused()).toBe('c')
    expect(stops()).toEqual(['c'])
    press(document.activeElement!, 'Home')
    expect(focused()).toBe('a')
    press(document.activeElement!, 'Escape')
    expect(left).toBe(1)
  })

  it('[PG6] name every control, give its keys, and are off without an editor', () => {
    const toolbar = createToolbar(createUi(document.body), { backToText: () => undefined })
    document.body.append(toolbar.element)
    const controls = [...toolbar.element.querySelectorAll('button')]
    expect(controls.length).toBeGreaterThanOrEqual(18)
    for (const control of controls) {
      expect(control.getAttribute('aria-label'), control.outerHTML).toBeTruthy()
      expect(control.getAttribute('aria-disabled')).toBe('true')
      expect(control.type).toBe('button')
    }
    expect(toolbar.element.getAttribute('role')).toBe('toolbar')
    const bold = controls.find((control) => control.dataset['command'] === 'bold')!
    expect(bold.getAttribute('aria-pressed')).toBe('false')
    expect(bold.getAttribute('aria-keyshortcuts')).toBe('Control+B')
    expect(bold.getAttribute('data-tip-keys')).toBe('Ctrl+B')
  })

  it('[PG7] a menu opens on its current choice, moves by keys, and gives the focus back', () => {
    const button = document.createElement('button')
    document.body.append(button)
    const chosen: string[] = []
    const choices = ['one', 'two', 'three'].map((id) => ({ id, label: id }))
    attachMenu({ root: document.body }, button, { label: 'Numbers', choices, current: () => 'two', choose: (id) => chosen.push(id) })
    button.click()
    const focused = (): string => document.activeElement?.textContent ?? ''
    expect(button.getAttribute('aria-expanded')).toBe('true')
    expect(focused()).toBe('two')
    press(document.activeElement!, 'ArrowDown')
    press(document.activeElement!, 'ArrowDown')
    expect(focused()).toBe('one')
    press(document.activeElement!, 't')
    expect(focused()).toBe('two')
    press(document.activeElement!, 'Escape')
    expect(document.querySelector('[role=menu]')).toBeNull()
    expect(document.activeElement).toBe(button)
    button.click()
    ;(document.activeElement as HTMLElement).click()
    expect(chosen).toEqual(['two'])
    expect(button.getAttribute('aria-expanded')).toBe('false')
  })

  it('[PG6] shows keys as people know them', () => {
    expect(shownShortcut('Mod-Shift-7', false)).toBe('Ctrl+Shift+7')
    expect(shownShortcut('Mod-Shift-7', true)).toBe('⇧⌘7')
    expect(ariaShortcut('Mod-b', true)).toBe('Meta+B')
  })
})

describe('what the browser remembers', () => {
  it('[PG8] a newcomer gets a name, a color and an id, and keeps them', () => {
    const person = rememberedPerson()
    expect(person.name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/)
    expect(person.color).toMatch(/^#[0-9a-f]{6}$/)
    expect(rememberedPerson()).toEqual(person)
    rememberPerson({ ...person, name: 'Ada' })
    expect(rememberedPerson().name).toBe('Ada')
    localStorage.setItem('cowrite:person', '{"name":7,"color":"red;x","id":""}')
    expect(rememberedPerson().color).toMatch(/^#[0-9a-f]{6}$/)
    localStorage.setItem('cowrite:person', 'not json')
    expect(rememberedPerson().name).not.toBe('')
  })

  it('[PG9] suggested document names are valid and do not repeat', () => {
    const names = new Set(Array.from({ length: 200 }, suggestDocumentName))
    expect(names.size).toBe(200)
    for (const name of names) expect(isDocumentName(name) && /^[a-z]+-[a-z]+-[a-z]+-\d{4}$/.test(name), name).toBe(true)
    expect(suggestPersonName()).toMatch(/^\w+ \w+$/)
  })

  it('[PG9] documents opened lately are listed newest first, each once, and no more than a screenful', () => {
    for (let index = 0; index < MOST_RECENT + 3; index++) rememberDocument(`doc ${index}`, index)
    rememberDocument('doc 5', 99)
    const names = recentDocuments().map(({ name }) => name)
    expect(names).toHaveLength(MOST_RECENT)
    expect(names.slice(0, 2)).toEqual(['doc 5', `doc ${MOST_RECENT + 2}`])
    expect(names.filter((name) => name === 'doc 5')).toHaveLength(1)
    localStorage.setItem('cowrite:recent', '[null, {"name": ""}, {"name": "ok", "openedAt": 5}, 7]')
    expect(recentDocuments()).toEqual([{ name: 'ok', openedAt: 5 }])
  })

  it('[PG9] says how long ago something was', () => {
    const now = 1_000_000_000_000
    const ago = (seconds: number): string => timeAgo(now - seconds * 1000, now, 'en')
    expect([ago(3), ago(300), ago(3 * 3600), ago(86_400), ago(9 * 86_400)])
      .toEqual(['just now', '5 minutes ago', '3 hours ago', 'yesterday', '9 days ago'])
  })

  it('[PG10] the theme goes round automatic, light and dark, and is remembered', () => {
    const root = document.createElement('div')
    const button = createThemeButton(root)
    const seen = [root.dataset['theme']]
    for (let press = 0; press < 3; press++) {
      button.click()
      seen.push(root.dataset['theme'])
    }
    expect(seen).toEqual(['auto', 'light', 'dark', 'auto'])
    button.click()
    const again = document.createElement('div')
    createThemeButton(again)
    expect(again.dataset['theme']).toBe('light')
    applyTheme(again, 'dark')
    expect(again.dataset['theme']).toBe('dark')
  })
})
