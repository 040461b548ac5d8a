/**
 * The words of the status.
 */
import type { EditorStatus } from '@cowrite/editor'
import { statusText } from '@cowrite/editor/ui'
import { REFUSALS } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'

const status = (changes: Partial<EditorStatus> = {}): EditorStatus =>
  ({ connection: 'connected', save: 'saved', unsaved: 0, kept: true, synced: true, setAside: 0, ...changes })
const words = (changes: Partial<EditorStatus>): string => statusText(status(changes)).text

describe('the status text', () => {
  it('[PG1] says Saved only when connected, in sync and confirmed', () => {
    expect(words({})).toBe('Saved')
    for (const connection of ['connecting', 'connected', 'offline', 'refused'] as const) {
      for (const save of ['saved', 'saving', 'unsaved'] as const) {
        for (const synced of [true, false]) {
          const isSaved = connection === 'connected' && save === 'saved' && synced
          expect(words({ connection, save, synced }) === 'Saved').toBe(isSaved)
        }
      }
    }
  })

  it('[PG1] counts what is not saved', () => {
    expect(words({ save: 'saving', unsaved: 2 })).toBe('Saving…')
    expect(words({ save: 'unsaved', unsaved: 2 })).toBe('Not saved yet: 2 changes')
    expect(words({ save: 'unsaved', unsaved: 1 })).toBe('Not saved yet: 1 change')
    expect(words({ connection: 'offline', save: 'unsaved', unsaved: 1 })).toBe('Offline: 1 change kept here')
    expect(words({ connection: 'offline', save: 'unsaved', unsaved: 12 })).toBe('Offline: 12 changes kept here')
    expect(words({ connection: 'offline' })).toBe('Offline')
    expect(words({ connection: 'connecting', synced: false })).toBe('Connecting…')
  })

  it('[PG1] says "kept here" only of what this browser has stored', () => {
    expect(words({ connection: 'offline', save: 'unsaved', unsaved: 2, kept: false })).toBe('Offline: 2 changes only in this tab')
  })

  it('[PG2] a login that is awaited is no refusal, and says what is kept meanwhile', () => {
    const awaited = (changes: Partial<EditorStatus>): string => words({ loginAwaited: true, synced: false, ...changes })
    expect(awaited({ connection: 'offline' })).toBe('Login needed')
    expect(awaited({ connection: 'offline', save: 'unsaved', unsaved: 2 })).toBe('Login needed: 2 changes kept here')
    expect(awaited({ connection: 'offline', save: 'unsaved', unsaved: 1, kept: false })).toBe('Login needed: 1 change only in this tab')
    expect(awaited({ connection: 'connecting' })).toBe('Connecting…')
  })

  it('[PG2] gives the reason of a refusal, and a way on where there is one', () => {
    const refused = (code: keyof typeof REFUSALS, closeCode: number): ReturnType<typeof statusText> =>
      statusText(status({ connection: 'refused', save: 'unsaved', unsaved: 3, refusal: { closeCode, code, text: REFUSALS[code].text } }))
    expect(refused('forbidden', 4403)).toMatchObject({ text: 'Not connected', mood: 'error', action: 'retry' })
    expect(refused('forbidden', 4403).detail).toBe(`${REFUSALS.forbidden.text} 3 changes kept here.`)
    expect(refused('outdated', 4409).action).toBe('reload')
    expect(refused('deleted', 4404).action).toBeUndefined()
    expect(refused('bad-name', 4400).action).toBeUndefined()
  })

  it('[PG2] says that editing stopped when the guard stopped it, whatever the connection does', () => {
    for (const connection of ['connecting', 'connected', 'offline', 'refused'] as const) {
      const text = statusText(status({ connection, stopped: { code: 'schema-unknown', found: { kind: 'node', name: 'x' } } }))
      expect(text).toMatchObject({ text: 'Editing stopped', mood: 'error', action: 'reload' })
      expect(text.detail).toContain('Nothing was changed')
    }
  })
})
