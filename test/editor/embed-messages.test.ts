/**
 * What a page and the editor in its iframe take from each other.
 */
import {
  MAX_ANSWER_LENGTH, MAX_PEOPLE_FOUND, MAX_PEOPLE_TOLD, MAX_QUESTIONS, MAX_TOKEN_LENGTH, MAX_WORDS_LENGTH, SEARCH_PATIENCE_MS, UPLOAD_PATIENCE_MS,
} from '@cowrite/editor/embed'
import { readFile } from 'node:fs/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { readFrameMessage, readHello, readHostMessage, readOpen, readSettings } from '../../editor/dist/embed/messages.js'
import { createQuestions } from '../../editor/dist/embed/questions.js'

const words = 'x'.repeat(MAX_WORDS_LENGTH)
const status = { connection: 'connected', save: 'saved', unsaved: 0, kept: true, synced: true }
const person = { key: 'id ada', name: 'Ada', color: '#a8470a', isSelf: true }

const FROM_HOST = [
  { type: 'set', settings: { editable: false, theme: 'dark', lang: 'ko', user: { name: 'Ada', id: 'ada' }, toolbar: 'none', offline: true } },
  { type: 'ask', id: 1, question: 'html' },
  { type: 'token', id: 2, token: 'x'.repeat(MAX_TOKEN_LENGTH) },
  { type: 'no-token', id: 3, message: words }, { type: 'people', id: 1, people: [{ id: 'u-1', name: 'Ada' }, { id: 'u-2', name: 'Bob', color: '#a8470a' }] },
  { type: 'no-people', id: 1, message: words }, { type: 'progress', id: 1, part: 0.5 }, { type: 'picture', id: 1, address: words }, { type: 'no-picture', id: 1, problem: 'too-large' },
]
const FROM_FRAME = [
  { type: 'ready' }, { type: 'status', status }, { type: 'status', status: { ...status, readOnly: 'role', refusal: 'forbidden' } },
  { type: 'users', users: [person] }, { type: 'change', local: true }, { type: 'mention', id: 'ada', name: words },
  { type: 'error', code: 'forbidden', message: words }, { type: 'ask-token', id: 0 }, { type: 'answer', id: 1, value: '' }, { type: 'failure', id: 1, message: 'no' },
  { type: 'ask-people', id: 1, query: words }, { type: 'ask-picture', id: 1, file: new File([], 'a.png') }, { type: 'forget-people', id: 1 }, { type: 'forget-picture', id: 1 },
]
const WRONG = [
  undefined, null, 1, 'ready', [], {}, { type: 'unknown' }, { type: 'ask', id: 1, question: 'cookies' }, { type: 'ask', id: -1, question: 'html' },
  { type: 'ask', id: 1.5, question: 'html' }, { type: 'token', id: 1, token: 'x'.repeat(MAX_TOKEN_LENGTH + 1) }, { type: 'token', id: 1, token: {} },
  { type: 'no-token', id: 1, message: `${words}x` }, { type: 'status', status: { ...status, unsaved: 'many' } }, { type: 'status' },
  { type: 'users', users: Array.from({ length: MAX_PEOPLE_TOLD + 1 }, () => person) }, { type: 'change', local: 'yes' },
  { type: 'mention', id: 'ada', name: `${words}x` }, { type: 'error', code: 1, message: '' }, { type: 'answer', id: 1, value: 3 },
  { type: 'people', id: 1, people: 'all' }, { type: 'no-people', id: 1 }, { type: 'progress', id: 1, part: 1.5 }, { type: 'progress', id: 1, part: Number.NaN },
  { type: 'picture', id: 1, address: `${words}x` }, { type: 'no-picture', id: 1, problem: 'bad luck' }, { type: 'ask-people', id: 1, query: `${words}x` },
  { type: 'ask-picture', id: 1, file: new Blob([]) }, { type: 'ask-picture', id: 1, file: new File([], `${words}x`) }, { type: 'forget-people' },
]

describe('messages of the iframe', () => {
  it('[IF6] are taken when they have the form and the size, with nothing beside', () => {
    for (const message of FROM_HOST) expect(readHostMessage({ ...message, beside: 1 })).toEqual(message)
    for (const message of FROM_FRAME) expect(readFrameMessage({ ...message, beside: 1 })).toEqual(message)
    expect(readHello({ type: 'cowrite:hello', versions: [1, 'x', 2] })).toEqual([1, 2])
    expect(readOpen({ type: 'cowrite:open', version: 1, settings: { theme: 'dark', token: 'x' }, logsIn: true, beside: 1 }))
      .toEqual({ type: 'cowrite:open', version: 1, settings: { theme: 'dark' }, logsIn: true, helps: [] })
    expect(readOpen({ type: 'cowrite:open', version: 1, settings: {}, logsIn: false, helps: ['pictures', 'cookies', 'mentions'] })?.helps).toEqual(['mentions', 'pictures'])
    const crowd = [{ id: 1, name: 'no' }, null, ...Array.from({ length: MAX_PEOPLE_FOUND }, (_, index) => ({ id: `u-${index}`, name: 'Ada', beside: 1 }))]
    expect(readHostMessage({ type: 'people', id: 1, people: crowd }), 'the first of them, and of these the sound ones')
      .toEqual({ type: 'people', id: 1, people: Array.from({ length: MAX_PEOPLE_FOUND - 2 }, (_, index) => ({ id: `u-${index}`, name: 'Ada' })) })
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
      `texts of ${shown(MAX_ANSWER_LENGTH)}, ${MAX_PEOPLE_TOLD} people told of, ${MAX_PEOPLE_FOUND} people found, ${MAX_QUESTIONS} questions at a time`)
    expect(page).toContain(`${SEARCH_PATIENCE_MS / 1000} s`)
    expect(page).toContain(`${UPLOAD_PATIENCE_MS / 1000} s`)
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
    questions.fail(ids[1]!, new Error('no'))
    await expect(asked[1]).rejects.toThrow('no')
    const rest = asked.slice(2).map((one) => expect(one).rejects.toThrow('over'))
    questions.failAll('over')
    await Promise.all(rest)
  })

  it('[IF8] a question ends with its patience, which a sign of progress begins anew, and with its signal; the other side is told', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const questions = createQuestions<string>()
    const forgotten: number[] = []
    const ids: number[] = []
    const { signal } = new AbortController()
    const controller = new AbortController()
    const ask = (by: AbortSignal): Promise<string> => questions.ask((id) => ids.push(id), { patienceMs: 1000, signal: by, forget: (id) => forgotten.push(id) })
    const [late, answered, aborted] = [ask(signal), ask(signal), ask(controller.signal)]
    const failures = Promise.all([late, aborted].map((one) => one.catch(({ message }: Error) => message)))
    vi.advanceTimersByTime(900)
    questions.goesOn(ids[1]!)
    controller.abort(new Error('not wanted'))
    vi.advanceTimersByTime(200)
    expect(await failures).toEqual(['no answer within 1000 ms', 'not wanted'])
    expect(forgotten).toEqual([ids[2], ids[0]])
    questions.answer(ids[1]!, 'in time')
    expect(await answered).toBe('in time')
    vi.advanceTimersByTime(5000)
    expect(forgotten, 'what was answered is not forgotten').toHaveLength(2)
    await expect(ask(AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
    expect(ids, 'nor was that asked').toHaveLength(3)
  })
})
