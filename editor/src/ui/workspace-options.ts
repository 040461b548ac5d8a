/**
 * What a workspace is given.
 *
 * Owns: the types. Does not own: the workspace (workspace.ts).
 */
import type { Follower } from '../core/follow.js'
import type { CowriteEditor, CowriteEditorOptions } from '../core/options.js'
import type { UserInfo } from '../core/person.js'
import type { UploadFile } from '../core/upload.js'
import type { OpenDocument } from '../files/import-into.js'
import type { Texts } from '../i18n/texts.js'
import type { Ui } from './context.js'
import type { MenuEntry } from './document-menu.js'
import type { LoginPanel } from './login-panel.js'
import type { MentionOptions } from './mention.js'

export interface WorkspaceOptions {
  readonly root: HTMLElement
  readonly server: string
  readonly doc: string
  readonly person: Required<UserInfo>
  /** Whether this person may change name and color here, to be remembered in this browser; default true. */
  readonly isPersonOwn?: boolean
  /**
   * For a workspace that is a part of somebody's page: where the text stands (outside `root`, so that it
   * belongs to the page), and what shows it inside `root`. Without it the workspace is the page.
   */
  readonly embedded?: { readonly holder: HTMLElement; readonly place: HTMLElement }
  /** Whether the caret goes into the text once it is there; by default only into an empty document. */
  readonly autofocus?: boolean
  /** The words of the interface; default English. */
  readonly texts?: Texts
  /** Default `full`. */
  readonly toolbar?: 'full' | 'compact' | 'none'
  /** Ids of commands, panels and menus that are left out (`table`, `image`, `outline`, `find`, `slash`, `mention` …). */
  readonly without?: ReadonlySet<string>
  /** Whom `@` finds beyond who is here, and whom to tell of a mention. */
  readonly mentions?: Pick<MentionOptions, 'search' | 'onMention'>
  /** Where pictures are brought; by default to the server. */
  readonly uploadFile?: UploadFile
  /** Groups of further entries of the document's menu; asked at each opening. */
  menu?(cowrite: CowriteEditor): readonly (readonly MenuEntry[])[]
  /** Says what is to be done about a login, where the page itself can do something. */
  login?(ui: Ui): LoginPanel
  /** Passed on to the provider. */
  readonly connection?: CowriteEditorOptions['connection']
  /** Passed on to the editor. */
  readonly editor?: Pick<CowriteEditorOptions, 'editable' | 'placeholder' | 'label' | 'extensions' | 'schema'>
  /** Stand at the start of the header: product, document name. */
  readonly leading: readonly HTMLElement[]
  /** Stand at its end. */
  trailing(ui: Ui): readonly HTMLElement[]
}

export interface Workspace {
  readonly cowrite: CowriteEditor
  /** What import and export need to know. */
  readonly files: OpenDocument
  readonly follower: Follower
  /** Shows the status as it is now, for when something else that it depends on has changed. */
  refresh(): void
  /** Ends editing and connection, and leaves `root` empty. Resolves when unsaved edits are in local storage. */
  destroy(): Promise<void>
}
