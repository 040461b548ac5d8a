/**
 * What a page and the editor in its iframe say to each other.
 *
 * Owns: the messages, their limits, and reading them: each side takes what the other sends through here.
 * Does not own: how the two find each other (frame.ts, page/embed.ts).
 * Always holds: nothing here trusts the other side: a message of another form or size is no message. Only what has
 * been read is used, in a copy that holds nothing else.
 */
import type { Person, UserInfo } from '../core/person.js'
import { isUploadProblem, type UploadProblem } from '../core/upload.js'
import type { MentionTarget } from '../ui/mention.js'

/** Version of these messages; the iframe names those that it speaks. */
export const EMBED_VERSION = 1

/** Longest token, in characters. */
export const MAX_TOKEN_LENGTH = 16_384
/** Longest word, name, label or reason, in characters. */
export const MAX_WORDS_LENGTH = 1000
/** Longest text of a document that is handed over, in characters. */
export const MAX_ANSWER_LENGTH = 64 * 1024 * 1024
/** How many people are told of; more are there, and not named. */
export const MAX_PEOPLE_TOLD = 500
/** How many people a search may find; more are not looked at. */
export const MAX_PEOPLE_FOUND = 100
/** How long the page may take to find people, in milliseconds. */
export const SEARCH_PATIENCE_MS = 10_000
/** How long the page may show no progress of a picture, in milliseconds. */
export const UPLOAD_PATIENCE_MS = 60_000
/** How many questions may be open at once, in each direction. */
export const MAX_QUESTIONS = 100

/** From the iframe to the page around it, by `postMessage`: the only message that anybody may read. */
export interface Hello {
  readonly type: 'cowrite:hello'
  readonly versions: readonly number[]
}
/** From the page to the iframe, with one port; all further messages go through that. */
export interface Open {
  readonly type: 'cowrite:open'
  readonly version: number
  readonly settings: Settings
  /** Whether the page gives tokens. */
  readonly logsIn: boolean
  /** What else it does for the editor; older pages name nothing. */
  readonly helps: readonly Help[]
}

export interface Settings {
  readonly editable?: boolean
  readonly theme?: 'auto' | 'light' | 'dark'
  readonly lang?: string
  readonly user?: UserInfo
  readonly toolbar?: 'full' | 'compact' | 'none'
  readonly features?: string
  readonly placeholder?: string
  readonly label?: string
  readonly offline?: boolean
  readonly autofocus?: boolean
}

export const HELPS = ['mentions', 'pictures'] as const
/** `mentions`: finds whom `@` may mean; `pictures`: brings them somewhere. */
export type Help = (typeof HELPS)[number]

export const QUESTIONS = ['html', 'markdown', 'text', 'json', 'flush', 'focus', 'close'] as const
export type Question = (typeof QUESTIONS)[number]

/** From the page, through the port. */
export type HostMessage =
  | { readonly type: 'set'; readonly settings: Settings }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question }
  | { readonly type: 'token'; readonly id: number; readonly token: string }
  | { readonly type: 'no-token' | 'no-people'; readonly id: number; readonly message: string }
  | { readonly type: 'people'; readonly id: number; readonly people: readonly MentionTarget[] }
  | { readonly type: 'progress'; readonly id: number; readonly part: number }
  | { readonly type: 'picture'; readonly id: number; readonly address: string }
  | { readonly type: 'no-picture'; readonly id: number; readonly problem: UploadProblem }

export interface FrameStatus {
  readonly connection: 'connecting' | 'connected' | 'offline' | 'refused'
  readonly save: 'saved' | 'saving' | 'unsaved'
  readonly unsaved: number
  readonly kept: boolean
  readonly synced: boolean
  readonly readOnly?: 'schema' | 'role' | 'view'
  /** Name of the refusal (docs/errors.md), when there is one. */
  readonly refusal?: string
}

export type FramePerson = Pick<Person, 'key' | 'name' | 'color' | 'isSelf'>

/** From the iframe, through the port. */
export type FrameMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'status'; readonly status: FrameStatus }
  | { readonly type: 'users'; readonly users: readonly FramePerson[] }
  | { readonly type: 'change'; readonly local: boolean }
  | { readonly type: 'mention'; readonly id: string; readonly name: string }
  | { readonly type: 'error'; readonly code: string; readonly message: string }
  | { readonly type: 'ask-token'; readonly id: number }
  | { readonly type: 'ask-people'; readonly id: number; readonly query: string }
  | { readonly type: 'ask-picture'; readonly id: number; readonly file: File }
  /** Nobody waits for the answer to that any more. */
  | { readonly type: 'forget-people' | 'forget-picture'; readonly id: number }
  | { readonly type: 'answer'; readonly id: number; readonly value: string }
  | { readonly type: 'failure'; readonly id: number; readonly message: string }

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})
const isText = (value: unknown, longest = MAX_WORDS_LENGTH): value is string => typeof value === 'string' && value.length <= longest
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const oneOf = <const T extends string>(...values: readonly T[]) => (value: unknown): value is T => values.some((one) => one === value)

const isQuestion = oneOf(...QUESTIONS)
const isConnection = oneOf('connecting', 'connected', 'offline', 'refused')
const isSave = oneOf('saved', 'saving', 'unsaved')

/** @returns the versions that the iframe speaks */
export function readHello(data: unknown): readonly number[] | undefined {
  const { type, versions } = fieldsOf(data)
  return type === 'cowrite:hello' && Array.isArray(versions) && versions.length <= MAX_WORDS_LENGTH ? versions.filter(isCount) : undefined
}

export function readOpen(data: unknown): Open | undefined {
  const { type, version, settings, logsIn, helps } = fieldsOf(data)
  if (type !== 'cowrite:open' || version !== EMBED_VERSION || !isFlag(logsIn)) return undefined
  return { type, version, settings: readSettings(settings), logsIn, helps: Array.isArray(helps) ? HELPS.filter((help) => helps.includes(help)) : [] }
}

const SETTINGS: { readonly [Name in keyof Settings]-?: (value: unknown) => boolean } = {
  editable: isFlag,
  theme: oneOf('auto', 'light', 'dark'),
  lang: (value) => isText(value),
  user: (value) => {
    const { id, name, color } = fieldsOf(value)
    return isText(name) && (id === undefined || isText(id)) && (color === undefined || isText(color))
  },
  toolbar: oneOf('full', 'compact', 'none'),
  features: (value) => isText(value),
  placeholder: (value) => isText(value),
  label: (value) => isText(value),
  offline: isFlag,
  autofocus: isFlag,
}

/** The settings that are ones; a single wrong one is left out. */
export function readSettings(data: unknown): Settings {
  const given = fieldsOf(data)
  return Object.fromEntries(Object.entries(SETTINGS)
    .filter(([name, isGood]) => isGood(given[name]))
    .map(([name]) => [name, name === 'user' ? userOf(given[name]) : given[name]]))
}

function userOf(value: unknown): UserInfo {
  const { id, name, color } = fieldsOf(value) as unknown as UserInfo
  return { name, ...(id !== undefined && { id }), ...(color !== undefined && { color }) }
}

export function readHostMessage(data: unknown): HostMessage | undefined {
  const { type, id, question, token, message, settings, people, part, address, problem } = fieldsOf(data)
  if (type === 'set') return { type, settings: readSettings(settings) }
  if (!isCount(id)) return undefined
  if (type === 'ask' && isQuestion(question)) return { type, id, question }
  if (type === 'token' && isText(token, MAX_TOKEN_LENGTH)) return { type, id, token }
  if ((type === 'no-token' || type === 'no-people') && isText(message)) return { type, id, message }
  if (type === 'people' && Array.isArray(people)) return { type, id, people: people.slice(0, MAX_PEOPLE_FOUND).filter(isTarget).map(targetOf) }
  if (type === 'progress' && typeof part === 'number' && part >= 0 && part <= 1) return { type, id, part }
  if (type === 'picture' && isText(address)) return { type, id, address }
  if (type === 'no-picture' && isUploadProblem(problem)) return { type, id, problem }
  return undefined
}

export function readFrameMessage(data: unknown): FrameMessage | undefined {
  const { type, id, value, message, local, code, name, status, users, query, file } = fieldsOf(data)
  if (type === 'ready') return { type }
  if (type === 'change' && isFlag(local)) return { type, local }
  if (type === 'status') return readStatus(status)
  if (type === 'users' && Array.isArray(users) && users.length <= MAX_PEOPLE_TOLD) return { type, users: users.filter(isPerson).map(personOf) }
  if (type === 'mention' && isText(id) && isText(name)) return { type, id, name }
  if (type === 'error' && isText(code) && isText(message)) return { type, code, message }
  if (!isCount(id)) return undefined
  if (type === 'ask-token' || type === 'forget-people' || type === 'forget-picture') return { type, id }
  if (type === 'ask-people' && isText(query)) return { type, id, query }
  if (type === 'ask-picture' && file instanceof File && isText(file.name)) return { type, id, file }
  if (type === 'answer' && isText(value, MAX_ANSWER_LENGTH)) return { type, id, value }
  if (type === 'failure' && isText(message)) return { type, id, message }
  return undefined
}

function readStatus(data: unknown): FrameMessage | undefined {
  const { connection, save, unsaved, kept, synced, readOnly, refusal } = fieldsOf(data)
  if (!isConnection(connection) || !isSave(save) || !isCount(unsaved) || !isFlag(kept) || !isFlag(synced)) return undefined
  const why = oneOf('schema', 'role', 'view')(readOnly) ? { readOnly } : {}
  return { type: 'status', status: { connection, save, unsaved, kept, synced, ...why, ...(isText(refusal) && { refusal }) } }
}

function isPerson(value: unknown): value is FramePerson {
  const { key, name, color, isSelf } = fieldsOf(value)
  return isText(key) && isText(name) && isText(color) && isFlag(isSelf)
}
export const personOf = ({ key, name, color, isSelf }: FramePerson): FramePerson => ({ key, name, color, isSelf })

export function isTarget(value: unknown): value is MentionTarget {
  const { id, name, color } = fieldsOf(value)
  return isText(id) && isText(name) && (color === undefined || isText(color))
}
export const targetOf = ({ id, name, color }: MentionTarget): MentionTarget => ({ id, name, ...(color !== undefined && { color }) })

/** What can be said of an error, cut to what may be sent. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, MAX_WORDS_LENGTH)
