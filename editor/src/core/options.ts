/**
 * What an editor of a document is given, and what it gives back.
 *
 * Owns: the types. Does not own: anything that happens.
 */
import type { CowriteProvider, CowriteProviderOptions, Status } from '@cowrite/client'
import type { Editor, Extensions, JSONContent } from '@tiptap/core'
import type { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'
import type { Messages, Texts } from '../i18n/texts.js'
import type { HostSchema } from '../schema/index.js'
import type { MentionTarget, SearchMentions } from '../ui/mention.js'
import type { Change } from './changes.js'
import type { Unknown } from './guard.js'
import type { ImageUploads, Upload } from './images.js'
import type { Person, UserInfo } from './person.js'
import type { UploadFile } from './upload.js'

export interface CowriteEditorOptions {
  /** Where the text goes; its content is replaced. */
  readonly element: HTMLElement
  /** Address of the server: `https://host`, `ws://host:1234`, with or without a base path. */
  readonly server: string
  /** Name of the document. */
  readonly doc: string
  readonly user: UserInfo
  /** Whether this person may type; default true. */
  readonly editable?: boolean
  /** Shown in an empty document. */
  readonly placeholder?: string
  /** Accessible name of the text. */
  readonly label?: string
  /** Height in pixels of what covers the text's upper edge (a sticky toolbar). */
  readonly coveredTop?: number | (() => number)
  /** Extensions that add behaviour. Ones that change the schema are refused: it is the same for everybody. */
  readonly extensions?: Extensions
  /** A schema of your own (`growSchema`), which the server has to know by its `id`; default Cowrite's. */
  readonly schema?: HostSchema
  /** The words of the editor; default English. */
  readonly texts?: Texts
  /** Words that go before the English ones; for other languages give `texts`. */
  readonly messages?: Messages
  /** Whom `@` finds; without it `@` is a letter. */
  readonly searchMentions?: SearchMentions
  /** Where pasted and dropped pictures are brought; without it they are not taken. `uploadTo` brings them to the server. */
  readonly uploadFile?: UploadFile
  /**
   * ProseMirror JSON, or HTML, that a document gets when it is opened for the first time ever; once, however many open it
   * at the same moment. A document into which anything was ever written stays as it is.
   */
  readonly initialContent?: JSONContent | string
  /** Passed on to the provider. */
  readonly connection?: Omit<CowriteProviderOptions, 'server' | 'doc'>
}

/** What the guard found, and that it ended the editing. */
export interface Stopped {
  readonly code: 'schema-unknown'
  readonly found: Unknown
}

/**
 * Why the text cannot be changed here:
 * - `schema`: this editor's schema is not the server's
 * - `role`: the person may only read
 * - `view`: whoever made the editor wanted it for reading
 */
export type ReadOnlyReason = 'schema' | 'role' | 'view'

export interface EditorStatus extends Status {
  /** Set when this editor can no longer be used for this document. */
  readonly stopped?: Stopped
  /** Set while what is shown is a copy from the server's disk, since there was no connection yet: it cannot be changed. */
  readonly preview?: true
  /** Set while the text can be read but not changed. */
  readonly readOnly?: ReadOnlyReason
}

export type CowriteEditorEvents = {
  status: EditorStatus
  users: readonly Person[]
  /** The document changed, here or elsewhere; told at most every 150 ms. */
  change: Change
  /** The text can be edited now; told once, and again after `replaced`. */
  ready: Editor
  /** Another document took the place of this one: `editor`, `provider`, `ydoc` and `awareness` are new from now on. */
  replaced: undefined
  error: Stopped
  /** This person mentioned somebody, found by `searchMentions`. */
  mention: MentionTarget
  /** The pictures under way to where `uploadFile` brings them, at every change. */
  uploads: readonly Upload[]
}

export interface CowriteEditor {
  /** Tiptap's editor; undefined until there is content to show and after the guard stopped it. */
  readonly editor: Editor | undefined
  readonly provider: CowriteProvider
  readonly ydoc: Y.Doc
  readonly awareness: Awareness
  readonly status: EditorStatus
  readonly users: readonly Person[]
  /** Pictures by a button of yours, another try, giving up; undefined without `uploadFile`. */
  readonly uploads: ImageUploads | undefined
  /** @returns stops listening. */
  on<Name extends keyof CowriteEditorEvents>(name: Name, listener: (event: CowriteEditorEvents[Name]) => void): () => void
  focus(): void
  /** Resolves when everything typed so far is saved on the server. */
  flush(): Promise<void>
  /** The document as ProseMirror JSON; undefined until it is ready. */
  getJSON(): JSONContent | undefined
  setUser(user: UserInfo): void
  setEditable(editable: boolean): void
  /** Ends editing and connection. Resolves when unsaved edits are in local storage. */
  destroy(): Promise<void>
}
