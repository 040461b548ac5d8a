/**
 * The words of the interface, in the reader's language.
 *
 * Owns: looking up a message, filling in its values, choosing its plural form, the direction of writing.
 * Does not own: the words themselves (en.json, en-files.ts, ko.json, ar.json) or where they are shown.
 * Always holds: there is always a text: an embedder's own, else the language's, else the English one.
 * Values go in as text; nothing here makes HTML.
 */
import type { FILE_WORDS } from './en-files.js'
import en from './en.json' with { type: 'json' }

/** A copy, so that the declarations name the keys themselves: TypeScript leaves out of them how JSON has to be imported. */
const copy = { ...en }

export type MessageKey = keyof typeof copy | keyof typeof FILE_WORDS

/** Forms of a message that depends on a `count`, by the plural category of the language (CLDR). */
export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string }

/** A table of messages; what it lacks is taken from English. */
export type Messages = Readonly<Partial<Record<MessageKey, string | PluralForms>>>

/** The text of a message with its values filled in: `{name}` stands for the value `name`. */
export type Translate = (key: MessageKey, values?: Readonly<Record<string, string | number>>) => string

export interface Texts {
  /** BCP 47 tag of the words. */
  readonly language: string
  readonly direction: 'ltr' | 'rtl'
  readonly t: Translate
}

/** Languages whose words come with the editor. */
export const LANGUAGES = [
  { id: 'en', name: 'English' },
  { id: 'ko', name: '한국어' },
  { id: 'ar', name: 'العربية' },
] as const

export type Language = (typeof LANGUAGES)[number]['id']

/** Scripts that run from right to left, by the languages written in them. */
const RIGHT_TO_LEFT = new Set(['ar', 'arc', 'ckb', 'dv', 'fa', 'ha', 'he', 'khw', 'ks', 'ps', 'sd', 'ug', 'ur', 'yi'])

export const directionOf = (language: string): 'ltr' | 'rtl' =>
  RIGHT_TO_LEFT.has(language.toLowerCase().split('-')[0] ?? '') ? 'rtl' : 'ltr'

const english: Record<string, string | PluralForms> = copy

/** Adds English words that came with a part of the interface which is loaded when it is used. */
export const addEnglish = (words: Messages): void => void Object.assign(english, words)

/** Texts from tables; the first table that has a message gives it. */
export function createTexts(language: string, ...tables: readonly Messages[]): Texts {
  const plurals = new Intl.PluralRules(language)
  const numbers = new Intl.NumberFormat(language)
  // In text that runs right to left, a name in Latin letters would carry the punctuation beside it away.
  const isolated = directionOf(language) === 'rtl' ? (text: string) => `\u2068${text}\u2069` : (text: string) => text
  const choose = (message: string | PluralForms, count: unknown): string =>
    typeof message === 'string' ? message : (message[plurals.select(Number(count))] ?? message.other)
  return {
    language,
    direction: directionOf(language),
    t: (key, values = {}) => {
      const message = tables.find((table) => Object.hasOwn(table, key))?.[key] ?? english[key] ?? key
      return choose(message, values['count']).replace(/\{(\w+)\}/g, (whole, name: string) => {
        const value = values[name]
        return value === undefined ? whole : typeof value === 'number' ? numbers.format(value) : isolated(value)
      })
    },
  }
}

export const englishTexts: Texts = createTexts('en')

/** The best language that comes with the editor for what somebody prefers, in order. */
export function bestLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const base = tag.toLowerCase().split('-')[0]
    const hit = LANGUAGES.find(({ id }) => id === base)
    if (hit) return hit.id
  }
  return 'en'
}

const tableOf = async (language: Language): Promise<Messages> => {
  switch (language) {
    case 'ko':
      return (await import('./ko.json', { with: { type: 'json' } })).default
    case 'ar':
      return (await import('./ar.json', { with: { type: 'json' } })).default
    case 'en':
      return {}
  }
}

/**
 * Texts in the language nearest to `language`.
 * @param own messages that go before those of the table, in whatever language they are: with a full
 * table of one's own any language can be had
 */
export async function loadTexts(language: string, own: Messages = {}): Promise<Texts> {
  const base = bestLanguage([language])
  const isOurs = language.toLowerCase().split('-')[0] === base
  const table = await tableOf(base).catch((): Messages => ({})) // offline before it was ever loaded: English
  return createTexts(isOurs || Object.keys(own).length > 0 ? language : 'en', own, table)
}
