/**
 * What a page answers to the editor in its iframe: a token, people whom `@` may mean, where a picture is now.
 *
 * Owns: calling the page's functions, and their signals.
 * Does not own: the port (mount-cowrite.ts), the messages (messages.ts).
 * Always holds: an answer goes through the port that the question came by; every question gets one, unless nobody
 * waits for it any more.
 */
import { isUploadProblem, type UploadFile } from '../core/upload.js'
import type { SearchMentions } from '../ui/mention.js'
import { type FrameMessage, type Help, type HostMessage, isTarget, MAX_PEOPLE_FOUND, messageOf, targetOf } from './messages.js'

export interface Answering {
  /** Gives a token to log in with: asked at each connection and before the token ends. */
  readonly getToken?: () => string | Promise<string>
  /** Finds whom `@` may mean; without it, who is here. */
  readonly searchMentions?: SearchMentions
  /** Brings a picture somewhere and gives its address; without it pictures go to the Cowrite server. */
  readonly uploadFile?: UploadFile
}

export interface Answers {
  readonly helps: readonly Help[]
  hear(message: FrameMessage, port: MessagePort): void
  /** Ends what is under way. */
  forgetAll(): void
}

export function createAnswers({ getToken, searchMentions, uploadFile }: Answering): Answers {
  const underWay = new Map<string, AbortController>()
  const begin = (question: string): AbortSignal => {
    const controller = new AbortController()
    underWay.set(question, controller)
    return controller.signal
  }
  const forget = (question: string): void => {
    underWay.get(question)?.abort()
    underWay.delete(question)
  }
  const token = async (id: number): Promise<HostMessage> => {
    try {
      const given: unknown = await getToken?.()
      if (typeof given !== 'string') throw new Error('getToken gave no token')
      return { type: 'token', id, token: given }
    } catch (error) {
      return { type: 'no-token', id, message: messageOf(error) }
    }
  }
  const people = async (id: number, query: string, signal: AbortSignal): Promise<HostMessage> => {
    try {
      const found = await searchMentions?.(query, { signal })
      return { type: 'people', id, people: (found ?? []).filter(isTarget).slice(0, MAX_PEOPLE_FOUND).map(targetOf) }
    } catch (error) {
      return { type: 'no-people', id, message: messageOf(error) }
    }
  }
  const picture = async (id: number, file: File, signal: AbortSignal, port: MessagePort): Promise<HostMessage> => {
    const progress = (part: number): void => port.postMessage({ type: 'progress', id, part } satisfies HostMessage)
    try {
      const address: unknown = await uploadFile?.(file, { signal, progress })
      if (typeof address !== 'string') throw new Error('uploadFile gave no address')
      return { type: 'picture', id, address }
    } catch (error) {
      const problem: unknown = (error as { problem?: unknown } | null)?.problem
      return { type: 'no-picture', id, problem: isUploadProblem(problem) ? problem : 'no-server' }
    }
  }
  const answer = async (question: string, port: MessagePort, ask: (signal: AbortSignal) => Promise<HostMessage>): Promise<void> => {
    const signal = begin(question)
    const message = await ask(signal)
    underWay.delete(question)
    if (!signal.aborted) port.postMessage(message)
  }
  return {
    helps: [...(searchMentions ? ['mentions'] as const : []), ...(uploadFile ? ['pictures'] as const : [])],
    hear: (message, port) => {
      switch (message.type) {
        case 'ask-token':
          return void answer(`token ${message.id}`, port, () => token(message.id))
        case 'ask-people':
          return void answer(`people ${message.id}`, port, (signal) => people(message.id, message.query, signal))
        case 'ask-picture':
          return void answer(`picture ${message.id}`, port, (signal) => picture(message.id, message.file, signal, port))
        case 'forget-people':
          return forget(`people ${message.id}`)
        case 'forget-picture':
          return forget(`picture ${message.id}`)
      }
    },
    forgetAll: () => {
      for (const question of [...underWay.keys()]) forget(question)
    },
  }
}
