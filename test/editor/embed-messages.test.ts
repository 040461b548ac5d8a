/**
 * What a page and the editor in its iframe take from each other.
 */
import { MAX_ANSWER_LENGTH, MAX_PEOPLE_TOLD, MAX_QUESTIONS, MAX_TOKEN_LENGTH, MAX_WORDS_LENGTH } from '@cowrite/editor/embed'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readFrameMessage, readHello, readHostMessage, readOpen, readSettings } from '../../editor/dist/embed/messages.js'
import { createQuestions } from '../../editor/dist/embed/questions.js'

const words = 'x'.repeat(MAX_WORDS_LENGTH)
const status = { connection: 'connected', save: 'saved', unsaved: 0, kept: true, synced: true }
const person = { key: 'id ada', name: 'Ada', color: '#a8470a', isSelf: true }

const FROM_HOST = [
  { type: 'set', settings: { editable: false, theme: 'dark', lang: 'ko', user: { name: 'Ada', id: 'ada' }, toolbar: 'none', offline: true } },
  { type: 'ask', id: 1, question: 'html' },
  { type: 'token', id: 2, token: 'x'.repeat(MAX_TOKEN_LENGTH) },
  { type: 'no-token', id: 3, message: words },
]
const FROM_FRAME = [
  { type: 'ready' }, { type: 'status', status }, { type: 'status', status: { ...status, readOnly: 'role', refusal: 'forbidden' } },
  { type: 'users', users: [person] }, { type: 'change', local: true }, { type: 'mention', id: 'ada', name: words },
  { type: 'error', code: 'forbidden', message: words }, { type: 'ask-token', id: 0 }, { type: 'answer', id: 1, value: '' }, { type: 'failure', id: 1, message: 'no' },
]
const WRONG = [
  undefined, null, 1, 'ready', [], {}, { type: 'unknown' }, { type: 'ask', id: 1, question: 'cookies' }, { type: 'ask', id: -1, question: 'html' },
  { type: 'ask', id: 1.5, question: 'html' }, { type: 'token', id: 1, token: 'x'.repeat(MAX_TOKEN_LENGTH + 1) }, { type: 'token', id: 1, token: {} },
  { type: 'no-token', id: 1, message: `${words}x` }, { type: 'status', status: { ...status, unsaved: 'many' } }, { type: 'status' },
  { type: 'users', users: Array.from({ length: MAX_PEOPLE_TOLD + 1 }, () => person) }, { type: 'change', local: 'yes' },
  { type: 'mention', id: 'ada', name: `${words}x` }, { type: 'error', code: 1, message: '' }, { type: 'answer', id: 1, value: 3 },
]

describe('messages of the iframe', () => {
  it('[IF6] are taken when they have the form and the size, with nothing beside', () => {
    for (const message of FROM_HOST) expect(readHostMessage({ ...message, beside: 1 })).toEqual(message)
    for (const message of FROM_FRAME) expect(readFrameMessage({ ...message, beside: 1 })).toEqual(message)
    expect(readHello({ type: 'cowrite:hello', versions: [1, 'x', 2] })).toEqual([1, 2])
    expect(readOpen({ type: 'cowrite:open', version: 1, settings: { theme: 'dark', token: 'x' }, logsIn: true, beside: 1 }))
      .toEqual({ type: 'cowrite:open', version: 1, settings: { theme: 'dark' }, logsIn: true })
  })

  it('[IF6] are nothing otherwise, and never an error', () => {
    for (const message of WRONG) {
      expect([readHostMessage(message), readFrameMessage(message), readHello(message), readOpen(message)]).toEqual([undefined, undefined, undefined, undefined])
    }
    for (const message of FROM_HOST) expect(readFrameMessage(message)).toBeUndefined()
    for (const message of FROM_FRAME) expect(readHostMessage(message)).toBeUndefined()
    expect(readFrameMessage({ type: 'answer', id: 1, value: 'x'.repeat(MAX_ANSWER_LENGTH + 1) })).toBeUndefined()
    expect(readOpen({ type: 'cowrite:open', version: 2, settings: {}, logsIn: true })).toBeUndefined()
  })

  it('[IF6] a setting that is none is left out, the others count', () => {
    expect(readSettings({ editable: 'no', theme: 'pink', lang: 'ko', user: { name: 3 }, toolbar: 'none', label: `${words}x`, style: 'red', offline: false }))
      .toEqual({ lang: 'ko', toolbar: 'none', offline: false })
    expect(readSettings({ user: { name: 'Ada', id: 'ada', admin: true } })).toEqual({ user: { name: 'Ada', id: 'ada' } })
  })

  it('[IF6] the limits are those that the documentation names', async () => {
    const page = await readFile(new URL('../../docs/embed.md', import.meta.url), 'utf8')
    const shown = (count: number): string => (count > 9999 ? count.toLocaleString('en') : String(count))
    expect(page.replace(/\s+/g, ' ')).toContain(`words of ${shown(MAX_WORDS_LENGTH)} characters, tokens of ${shown(MAX_TOKEN_LENGTH)}, ` +
      `texts of ${shown(MAX_ANSWER_LENGTH)}, ${MAX_PEOPLE_TOLD} people told of, ${MAX_QUESTIONS} questions at a time`)
  })

  it('[IF6] so many questions may wait and no more; an answer counts once; at the end all fail', async () => {
    const questions = createQuestions<string>()
    const ids: number[] = []
    const asked = Array.from({ length: MAX_QUESTIONS }, () => questions.ask((id) => ids.push(id)))
    await expect(questions.ask((id) => ids.push(id))).rejects.toThrow(String(MAX_QUESTIONS))
    questions.answer(ids[0]!, 'first')
    questions.answer(ids[0]!, 'second')
    questions.answer(999_999, 'nobody asked')
    expect(await asked[0]).toBe('first')
    questions.fail(ids[1]!, 'no')
    await expect(asked[1]).rejects.toThrow('no')
    const rest = asked.slice(2).map((one) => expect(one).rejects.toThrow('over'))
    questions.failAll('over')
    await Promise.all(rest)
  })
})
