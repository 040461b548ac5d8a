/**
 * What the page around does for the editor in its iframe: gives tokens, finds people, takes pictures.
 *
 * Owns: asking it through the port, and what becomes of its answers.
 * Does not own: the messages (embed/messages.ts), how a page answers (embed/answers.ts).
 * Always holds: only what the page said it does is asked for; a question about people or a picture ends after its
 * patience at the latest. A token may take as long as a person takes to log in.
 */
import { UploadError, type UploadFile } from '../core/upload.js'
import {
  type FrameMessage, type HostMessage, MAX_WORDS_LENGTH, type Open, SEARCH_PATIENCE_MS, UPLOAD_PATIENCE_MS,
} from '../embed/messages.js'
import { createQuestions, type QuestionLimits } from '../embed/questions.js'
import type { MentionTarget, SearchMentions } from '../ui/mention.js'

export interface PageAround {
  readonly getToken: (() => Promise<string>) | undefined
  readonly searchMentions: SearchMentions | undefined
  readonly uploadFile: UploadFile | undefined
  /** Takes what is an answer to one of these; the rest is left alone. */
  hear(message: HostMessage): void
}

export function createPageAround({ logsIn, helps }: Pick<Open, 'logsIn' | 'helps'>, send: (message: FrameMessage) => void): PageAround {
  const tokens = createQuestions<string>()
  const people = createQuestions<readonly MentionTarget[]>()
  const pictures = createQuestions<string>()
  /** By the number of its question. */
  const progress = new Map<number, (part: number) => void>()
  const limits = (type: 'forget-people' | 'forget-picture', patienceMs: number, signal: AbortSignal): QuestionLimits =>
    ({ patienceMs, signal, forget: (id) => send({ type, id }) })

  const searchMentions: SearchMentions = (query, { signal }) =>
    people.ask((id) => send({ type: 'ask-people', id, query: query.slice(0, MAX_WORDS_LENGTH) }), limits('forget-people', SEARCH_PATIENCE_MS, signal))

  const uploadFile: UploadFile = async (file, { signal, progress: tell }) => {
    let asked: number | undefined
    const begin = (id: number): void => {
      asked = id
      progress.set(id, tell)
      send({ type: 'ask-picture', id, file })
    }
    try {
      return await pictures.ask(begin, limits('forget-picture', UPLOAD_PATIENCE_MS, signal))
    } catch (error) {
      throw error instanceof UploadError || signal.aborted ? error : new UploadError('no-server', { cause: error })
    } finally {
      if (asked !== undefined) progress.delete(asked)
    }
  }
  return {
    getToken: logsIn ? () => tokens.ask((id) => send({ type: 'ask-token', id })) : undefined,
    searchMentions: helps.includes('mentions') ? searchMentions : undefined,
    uploadFile: helps.includes('pictures') ? uploadFile : undefined,
    hear: (message) => {
      switch (message.type) {
        case 'token':
          return tokens.answer(message.id, message.token)
        case 'no-token':
          return tokens.fail(message.id, new Error(message.message))
        case 'people':
          return people.answer(message.id, message.people)
        case 'progress':
          pictures.goesOn(message.id)
          return progress.get(message.id)?.(message.part)
        case 'picture':
          return pictures.answer(message.id, message.address)
        case 'no-people':
          return people.fail(message.id, new Error(message.message))
        case 'no-picture':
          return pictures.fail(message.id, new UploadError(message.problem))
      }
    },
  }
}
