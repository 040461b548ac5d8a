/**
 * The editor of one document: provider, schema guard, Tiptap editor and presence, put together.
 *
 * Owns: their order. The guard watches before the editor exists; the editor is mounted only when the
 * document has been synced once (bound earlier, it could write over what it has not seen yet).
 * Does not own: any toolbar, panel or page.
 * Always holds: once mounted the text is never unmounted by a network that comes and goes; when the
 * guard stops the editor, a still copy of the text stays on screen.
 */
import { CowriteProvider, type CowriteProviderOptions, type Status } from '@cowrite/client'
import { Editor, getSchema, type Extensions, type JSONContent } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { Dropcursor, Gapcursor, Placeholder } from '@tiptap/extensions'
import type { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'
import { CONTENT_FIELD, schemaExtensions } from '../schema/index.js'
import { caretsExtension } from './carets.js'
import { type Change, watchChanges } from './changes.js'
import { CodeHighlight } from './code-highlight.js'
import { SchemaGuard, watchSchema, type Unknown } from './guard.js'
import { Listeners } from './listeners.js'
import { manners } from './manners.js'
import { cleanColor, cleanName, colorOf, peopleOf, type Person, type UserInfo } from './person.js'
import { shimShadowRoot } from './shadow-shim.js'

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
  readonly coveredTop?: number
  /** Extensions that add behaviour. Ones that add nodes or marks are refused: the schema is fixed. */
  readonly extensions?: Extensions
  /** Passed on to the provider. */
  readonly connection?: Omit<CowriteProviderOptions, 'server' | 'doc'>
}

/** What the guard found, and that it ended the editing. */
export interface Stopped {
  readonly code: 'schema-unknown'
  readonly found: Unknown
}

export interface EditorStatus extends Status {
  /** Set when this editor can no longer be used for this document. */
  readonly stopped?: Stopped
}

export type CowriteEditorEvents = {
  status: EditorStatus
  users: readonly Person[]
  /** The document changed, here or elsewhere; told at most every 150 ms. */
  change: Change
  /** The text can be edited now; told once. */
  ready: Editor
  error: Stopped
}

export interface CowriteEditor {
  /** Tiptap's editor; undefined until the first sync and after the guard stopped it. */
  readonly editor: Editor | undefined
  readonly provider: CowriteProvider
  readonly ydoc: Y.Doc
  readonly awareness: Awareness
  readonly status: EditorStatus
  readonly users: readonly Person[]
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

/**
 * Opens a document for editing inside `element`.
 * @throws Error when `extensions` would change the schema.
 */
export function createCowriteEditor(options: CowriteEditorOptions): CowriteEditor {
  const extensions = schemaExtensions()
  refuseSchemaChanges(options.extensions ?? [])
  const provider = new CowriteProvider({ server: options.server, doc: options.doc, ...options.connection })
  const { ydoc, awareness } = provider
  const fragment = ydoc.getXmlFragment(CONTENT_FIELD)
  const guard = new SchemaGuard(getSchema(extensions))
  const listeners = new Listeners<CowriteEditorEvents>()
  let editable = options.editable ?? true
  let editor: Editor | undefined
  let stopped: Stopped | undefined
  let destroyed = false
  let users: readonly Person[] = []

  const status = (): EditorStatus => (stopped === undefined ? provider.status : { ...provider.status, stopped })
  const tellStatus = (): void => {
    // Not `whenSynced()`: that gives up at a refusal, after which the person may still try again.
    if (provider.status.synced) mount()
    listeners.tell('status', status())
  }

  const peopleChanged = (): void => {
    users = peopleOf(awareness.getStates(), ydoc.clientID)
    listeners.tell('users', users)
  }
  awareness.on('change', peopleChanged)
  const stopWatchingChanges = watchChanges(ydoc, (change) => listeners.tell('change', change))

  const setUser = (user: UserInfo): void => {
    const name = cleanName(user.name) || 'Someone'
    const color = cleanColor(user.color) ?? colorOf(user.id ?? name)
    awareness.setLocalStateField('user', { ...(user.id !== undefined && { id: user.id }), name, color })
  }
  setUser(options.user)

  const stop = (found: Unknown): void => {
    stopped = { code: 'schema-unknown', found }
    if (editor !== undefined) leaveStillCopy(editor, options.element)
    editor = undefined
    tellStatus()
    listeners.tell('error', stopped)
  }
  const stopWatching = watchSchema(fragment, guard, stop)

  const mount = (): void => {
    if (editor !== undefined || destroyed || stopped !== undefined) return
    const found = guard.findUnknown(fragment)
    if (found !== undefined) return stop(found)
    options.element.replaceChildren()
    editor = new Editor({
      element: options.element,
      injectCSS: false,
      editable,
      extensions: [
        ...extensions,
        Collaboration.configure({ document: ydoc, field: CONTENT_FIELD }),
        caretsExtension(awareness),
        Placeholder.configure({ placeholder: options.placeholder ?? 'Start writing…', showOnlyWhenEditable: true }),
        Dropcursor.configure({ color: false, class: 'ce-dropcursor' }),
        Gapcursor,
        CodeHighlight,
        ...manners,
        ...(options.extensions ?? []),
      ],
      editorProps: {
        attributes: {
          class: 'ce-content',
          role: 'textbox',
          'aria-multiline': 'true',
          'aria-label': options.label ?? 'Document text',
        },
        scrollMargin: { top: (options.coveredTop ?? 0) + 24, bottom: 48, left: 0, right: 0 },
        scrollThreshold: { top: options.coveredTop ?? 0, bottom: 24, left: 0, right: 0 },
      },
    })
    shimShadowRoot(editor.view.root)
    listeners.tell('ready', editor)
  }
  const stopListening = provider.onStatus(tellStatus)

  return {
    get editor() {
      return editor
    },
    get status() {
      return status()
    },
    get users() {
      return users
    },
    provider,
    ydoc,
    awareness,
    on: (name, listener) => listeners.add(name, listener),
    focus: () => editor?.view.focus(), // Tiptap's own command waits a frame, and keys typed in it go elsewhere
    flush: () => provider.flush(),
    getJSON: () => editor?.getJSON(),
    setUser,
    setEditable: (value) => {
      editable = value
      editor?.setEditable(value)
    },
    destroy: async () => {
      if (destroyed) return
      destroyed = true
      stopWatching()
      stopWatchingChanges()
      stopListening()
      awareness.off('change', peopleChanged)
      listeners.clear()
      editor?.destroy()
      editor = undefined
      await provider.destroy()
    },
  }
}

function refuseSchemaChanges(extensions: Extensions): void {
  const foreign = extensions.find(({ type }) => type === 'node' || type === 'mark')
  if (foreign) throw new Error(`the extension "${foreign.name}" adds to the schema, which is the same for everybody`)
}

/** Destroys the view and leaves what it showed, as plain elements that nobody can type into. */
function leaveStillCopy(editor: Editor, element: HTMLElement): void {
  const copy = editor.view.dom.cloneNode(true) as HTMLElement
  copy.removeAttribute('contenteditable')
  copy.setAttribute('aria-readonly', 'true')
  for (const caret of copy.querySelectorAll('.ce-caret')) caret.remove()
  for (const control of copy.querySelectorAll('input, button')) control.setAttribute('disabled', '')
  editor.destroy()
  element.replaceChildren(copy)
}
