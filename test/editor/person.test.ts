/**
 * People: names, colours and presence states as hostile peers may write them.
 */
import { cleanColor, cleanName, colorOf, initialsOf, isShowable, MAX_NAME_LENGTH, peopleOf, PERSON_COLORS, personOf, textColorOn } from '@cowrite/editor'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'

describe('names and colors', () => {
  it('[ED1] a name is short, visible text', () => {
    expect(cleanName('  Ada \n Lovelace ')).toBe('Ada Lovelace')
    expect(cleanName('a\u202Eb\u0000c\u200Bd')).toBe('a b c d')
    expect(cleanName('x'.repeat(1_000_000))).toHaveLength(MAX_NAME_LENGTH)
    for (const none of ['', ' \u200B\n', undefined, null, 7, {}, ['x']]) expect(cleanName(none)).toBe('')
  })

  it('[ED1] a color is #rrggbb or it is replaced by one of ours', () => {
    expect(cleanColor('#A1b2C3')).toBe('#a1b2c3')
    for (const bad of ['red', '#fff', '#11223344', 'red;position:fixed', 'url(//x)', undefined, {}]) expect(cleanColor(bad)).toBeUndefined()
    expect(personOf({ user: { name: 'Ada', color: 'red;position:fixed' } }, 5).color).toBe(colorOf('client 5'))
    expect(PERSON_COLORS).toContain(colorOf('anybody'))
  })

  it('[ED2] text on a person\'s color has at least 4.5:1 contrast', () => {
    const luminance = (color: string): number => {
      const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
        .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number]
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const contrast = (a: string, b: string): number => {
      const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
      return (light + 0.05) / (dark + 0.05)
    }
    for (const color of PERSON_COLORS) {
      expect(textColorOn(color), color).toBe('#ffffff')
      expect(contrast(color, '#ffffff'), color).toBeGreaterThanOrEqual(4.5)
    }
    for (let red = 0; red < 256; red += 15) {
      for (let green = 0; green < 256; green += 15) {
        const color = `#${[red, green, (red * 7 + green) % 256].map((c) => c.toString(16).padStart(2, '0')).join('')}`
        expect(contrast(color, textColorOn(color)), color).toBeGreaterThanOrEqual(4.5)
      }
    }
  })

  it('[ED1] initials are one or two letters of any script', () => {
    expect(initialsOf('Ada Lovelace')).toBe('AL')
    expect(initialsOf('ada')).toBe('A')
    expect(initialsOf('Jean-Luc van der Berg')).toBe('JB')
    expect(initialsOf('김 민준')).toBe('김민')
    expect(initialsOf('😀 x')).toBe('😀X')
    expect(initialsOf('')).toBe('?')
  })
})

describe('who is here', () => {
  it('[ED3] is one entry per person however many tabs, oneself first', () => {
    const user = (id: string | undefined, name: string): object => ({ user: { ...(id && { id }), name, color: '#123456' } })
    const states = new Map<number, unknown>([
      [30, user('kim', 'Kim')], [10, user('ada', 'Ada')], [20, user('kim', 'Kim')], [40, user('me', 'Zoe')], [50, user(undefined, 'Bo')],
    ])
    const people = peopleOf(states, 40)
    expect(people.map(({ name, isSelf, clientIds }) => [name, isSelf, clientIds])).toEqual([
      ['Zoe', true, [40]], ['Ada', false, [10]], ['Bo', false, [50]], ['Kim', false, [20, 30]],
    ])
  })

  it('[ED3] leaves out clients that show no person, and survives any state', () => {
    const states = new Map<number, unknown>([
      [1, {}], [2, null], [3, 'x'], [4, { user: 'x' }], [5, { user: {} }], [6, { user: { name: {}, color: [], id: 7 } }],
    ])
    expect(peopleOf(states, 99).map(({ clientIds, name }) => [clientIds, name])).toEqual([[[5], 'Someone'], [[6], 'Someone']])
  })

  it('[ED4] a state that y-tiptap could not digest is not shown as a caret', () => {
    const ydoc = new Y.Doc()
    const position = Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(ydoc.getXmlFragment('default'), 0)) as unknown
    const cursor = { anchor: position, head: position }
    expect(isShowable({ user: { name: 'Ada' }, cursor })).toBe(true)
    for (const state of [
      null, 'x', {}, { user: 'x', cursor }, { user: {}, cursor: 'x' }, { user: {}, cursor: { anchor: null, head: null } },
      { user: {}, cursor: { anchor: {}, head: {} } }, { user: {}, cursor: { anchor: position } }, { cursor },
    ]) expect(isShowable(state), JSON.stringify(state)).toBe(false)
  })
})
