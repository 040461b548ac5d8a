/**
 * The properties of `<cowrite-editor>` that no attribute can hold: objects and functions of the page.
 *
 * Owns: keeping them, and telling the element whether a change takes effect in the open document or needs it opened
 * anew.
 * Does not own: what they are used for (opening.ts).
 * Always holds: a function that takes the place of another is used from its next call on. One that was set before the
 * element was defined counts.
 */
import type { Extensions } from '@tiptap/core'
import type { UserInfo } from '../core/person.js'
import type { UploadFile } from '../core/upload.js'
import type { Messages } from '../i18n/texts.js'
import type { HostSchema } from '../schema/index.js'
import type { SearchMentions } from '../ui/mention.js'
import { userOf } from './attributes.js'

/** Lets the module be imported where there is no DOM, as by a page that is rendered on a server. */
const Base = globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement)

/** Gives a token to log in with. */
export type GetToken = () => string | Promise<string>

const NAMES = ['user', 'extensions', 'getToken', 'searchMentions', 'uploadFile', 'messages', 'schema'] as const

export abstract class HostProperties extends Base {
  #user: UserInfo | undefined
  #extensions: Extensions | undefined
  #getToken: GetToken | undefined
  #searchMentions: SearchMentions | undefined
  #uploadFile: UploadFile | undefined
  #messages: Messages | undefined
  #schema: HostSchema | undefined

  protected abstract hostChanged(effect: 'live' | 'opening'): void

  /** Takes in what the page set before the element was defined. */
  protected takeEarly(): void {
    for (const name of NAMES) {
      if (!Object.hasOwn(this, name)) continue
      const value: unknown = this[name]
      delete this[name]
      Object.assign(this, { [name]: value })
    }
  }

  /** Who writes here; without it the person chooses a name, which this browser remembers. */
  get user(): UserInfo | undefined {
    return this.#user ?? userOf(this)
  }
  set user(user: UserInfo | undefined) {
    this.#user = user
    this.hostChanged('live')
  }

  /** Extensions that only add behaviour; a change opens the document anew. */
  get extensions(): Extensions | undefined {
    return this.#extensions
  }
  set extensions(extensions: Extensions | undefined) {
    if (extensions === this.#extensions) return
    this.#extensions = extensions
    this.hostChanged('opening')
  }

  /** Gives a token to log in with: asked at each connection and before the token ends. `token` will do for one that lasts. */
  get getToken(): GetToken | undefined {
    return this.#getToken
  }
  set getToken(getToken: GetToken | undefined) {
    this.#getToken = getToken
  }

  /** Whom `@` finds; without it, who is here. */
  get searchMentions(): SearchMentions | undefined {
    return this.#searchMentions
  }
  set searchMentions(search: SearchMentions | undefined) {
    const isOther = (search === undefined) !== (this.#searchMentions === undefined)
    this.#searchMentions = search
    if (isOther) this.hostChanged('opening')
  }

  /** Brings a picture somewhere and gives its address; without it pictures go to the Cowrite server. */
  get uploadFile(): UploadFile | undefined {
    return this.#uploadFile
  }
  set uploadFile(upload: UploadFile | undefined) {
    const isOther = (upload === undefined) !== (this.#uploadFile === undefined)
    this.#uploadFile = upload
    if (isOther) this.hostChanged('opening')
  }

  /** The page's own words, which go before those of the language; a change opens the document anew. */
  get messages(): Messages | undefined {
    return this.#messages
  }
  set messages(messages: Messages | undefined) {
    const isOther = JSON.stringify(messages) !== JSON.stringify(this.#messages)
    this.#messages = messages
    if (isOther) this.hostChanged('opening')
  }

  /** A schema of the page's own (`growSchema`), which the server has to know; a change opens the document anew. */
  get schema(): HostSchema | undefined {
    return this.#schema
  }
  set schema(schema: HostSchema | undefined) {
    const isOther = schema?.id !== this.#schema?.id
    this.#schema = schema
    if (isOther) this.hostChanged('opening')
  }
}
