/**
 * The editor of one document: provider, schema guard, Tiptap editor and presence, put together.
 *
 * Owns: their order. The guard watches before the editor exists; the editor is mounted only when there
 * is content that has been checked (bound earlier, it could write over what it has not seen yet).
 * Does not own: any toolbar, panel or page.
 * Always holds: once mounted the text is never unmounted by a network that comes and goes; when the
 * guard stops the editor, a still copy of the text stays on screen; a document that was replaced by another is
 * opened anew, with a Yjs document that knows nothing of the former.
 */
import { isAtLeast } from '@cowrite/protocol'
import { CowriteProvider } from '@cowrite/client'
import { type Editor, getSchema } from '@tiptap/core'
import { createTexts } from '../i18n/texts.js'
import { CONTENT_FIELD, SCHEMA_ID, schemaExtensions } from '../schema/index.js'
import { watchChanges } from './changes.js'
import { withOwnImages } from './image-view.js'
import { hostCallbacks } from './host-callbacks.js'
import { refuseSchemaChanges } from './host-extensions.js'
import { refuseTwoCopies } from './one-yjs.js'
import { SchemaGuard, watchSchema, type Unknown } from './guard.js'
import { Listeners } from './listeners.js'
import type { CowriteEditor, CowriteEditorEvents, CowriteEditorOptions, EditorStatus, ReadOnlyReason, Stopped } from './options.js'
import { cleanColor, cleanName, colorOf, peopleOf, type Person, type UserInfo } from './person.js'
import { seeder } from './initial-content.js'
import { createTiptapEditor, leaveStillCopy } from './tiptap-editor.js'
import { httpAddress } from './upload.js'

/** How long a connection may take before the text is shown without one, in milliseconds. */
export const PREVIEW_AFTER_MS = 1_000

/** The reason that is told when there are several, first. */
const REASONS: readonly ReadOnlyReason[] = ['schema', 'role', 'view']

/** One copy of the document, linked to the server. */
interface Opened {
  readonly provider: CowriteProvider
  readonly findUnknown: () => Unknown | undefined
  close(): Promise<void>
}

/**
 * Opens a document for editing inside `element`.
 * @throws Error when `extensions` would change the schema, or `initialContent` does not fit it.
 */
export function createCowriteEditor(options: CowriteEditorOptions): CowriteEditor {
  const texts = options.texts ?? createTexts('en', options.messages ?? {})
  const { t } = texts
  const { id: schemaId, extensions } = options.schema ?? { id: SCHEMA_ID, extensions: schemaExtensions }
  const schema = withOwnImages(extensions({ taskLabel: (text) => text || t('text.emptyTask') }), httpAddress(options.server))
  const built = getSchema(schema)
  refuseTwoCopies(built)
  refuseSchemaChanges(schema, built, options.extensions ?? [])
  const listeners = new Listeners<CowriteEditorEvents>()
  const host = hostCallbacks(options, { texts, listeners, people: () => users })
  const barriers = new Set<ReadOnlyReason>(options.editable === false ? ['view'] : [])
  let editor: Editor | undefined
  let stopped: Stopped | undefined
  let destroyed = false
  let knownUser: string | undefined
  let users: readonly Person[] = []
  let person = options.user
  /** What is typed into a deleted or forbidden document nobody will ever see. */
  let isOver = false
  const isEditable = (): boolean => barriers.size === 0 && !isOver
  /** Whether a clean start was made and has not led to a document yet. */
  let isStarting = false

  const open = (): Opened => {
    const provider = new CowriteProvider({
      server: options.server,
      doc: options.doc,
      // What a host gave is the host's to fill.
      keepCopy: !options.connection?.ydoc && !options.connection?.awareness,
      ...options.connection,
      // The server lets nobody write whose schema may lack what others put into the document.
      params: { schema: schemaId, ...options.connection?.params },
    })
    const { ydoc, awareness } = provider
    const fragment = ydoc.getXmlFragment(CONTENT_FIELD)
    const guard = new SchemaGuard(built)
    awareness.on('change', peopleChanged)
    const undo = [
      () => awareness.off('change', peopleChanged),
      watchChanges(ydoc, (change) => listeners.tell('change', change)),
      watchSchema(fragment, guard, (found) => stop(found)),
      provider.onStatus(() => tellStatus()),
    ]
    const close = (): Promise<void> => {
      for (const each of undo) each()
      return provider.destroy()
    }
    return { provider, findUnknown: () => guard.findUnknown(fragment), close }
  }

  let endPreview: (() => void) | undefined
  let previewing: AbortController | undefined
  /** Shows what the server has by HTTP, until there is a connection; tried again whenever one failed. */
  const preview = async (): Promise<void> => {
    const { refusal, loginAwaited } = opened.provider.status
    // Who is not let in is not by HTTP either.
    if (editor !== undefined || endPreview || previewing || destroyed || stopped || refusal || loginAwaited) return
    const { signal } = (previewing = new AbortController())
    try {
      const { showPreview } = await import('./preview.js')
      const shown = await showPreview({ ...options, texts }, schema, signal)
      if (signal.aborted) shown?.()
      else endPreview = shown
    } catch {
      // No HTTP either: there is nothing to show.
    }
    previewing = undefined
    if (endPreview) listeners.tell('status', status())
  }
  const noPreview = (): void => {
    previewing?.abort()
    endPreview?.()
    endPreview = undefined
  }

  const status = (): EditorStatus => {
    const readOnly = REASONS.find((reason) => barriers.has(reason))
    return { ...opened.provider.status, ...(stopped && { stopped }), ...(readOnly && { readOnly }), ...(endPreview && { preview: true as const }) }
  }
  const tellStatus = (): void => {
    const { role, because, user, synced, copy, refusal, loginAwaited, connection } = opened.provider.status
    if (connection === 'offline') void preview()
    if (refusal || loginAwaited) noPreview()
    const isSchema = because === 'schema-outdated'
    stand('schema', isSchema)
    stand('role', role !== undefined && !isAtLeast(role, 'write') && !isSchema)
    if (user && user.id !== knownUser) {
      // The others see what the token says; so does this person.
      knownUser = user.id
      setUser({ id: user.id, name: user.name ?? user.id, ...(user.color !== undefined && { color: user.color }) })
    }
    // Not `whenSynced()`: that gives up at a refusal, after which the person may still try again.
    if (synced || copy) void mount()
    // What a host gave is the host's to replace.
    if (refusal?.replaced && !options.connection?.ydoc && !options.connection?.awareness && !isStarting) return startClean()
    if ((refusal?.code === 'deleted' || refusal?.code === 'forbidden') !== isOver) {
      isOver = !isOver
      editor?.setEditable(isEditable())
    }
    listeners.tell('status', status())
  }
  /** Another document took the place of the one that was open: from now on it is that one. */
  const startClean = (): void => {
    const { close } = opened
    isStarting = true
    editor?.destroy()
    editor = undefined
    listeners.tell('replaced', undefined)
    opened = open()
    setUser(person)
    void close()
    listeners.tell('status', status())
  }
  /** @returns whether that is new */
  const stand = (reason: ReadOnlyReason, stands: boolean): boolean => {
    if (barriers.has(reason) === stands) return false
    if (stands) barriers.add(reason)
    else barriers.delete(reason)
    editor?.setEditable(isEditable())
    return true
  }
  const setBarrier = (reason: ReadOnlyReason, stands: boolean): void => {
    if (stand(reason, stands)) tellStatus()
  }

  const peopleChanged = (): void => {
    const { awareness, ydoc } = opened.provider
    users = peopleOf(awareness.getStates(), ydoc.clientID, t('text.someone'))
    listeners.tell('users', users)
  }

  const setUser = (user: UserInfo): void => {
    person = user
    const name = cleanName(user.name) || t('text.someone')
    const color = cleanColor(user.color) ?? colorOf(user.id ?? name)
    opened.provider.awareness.setLocalStateField('user', { ...(user.id !== undefined && { id: user.id }), name, color })
  }
  const stop = (found: Unknown): void => {
    stopped = { code: 'schema-unknown', found }
    if (editor !== undefined) leaveStillCopy(editor, options.element)
    editor = undefined
    tellStatus()
    listeners.tell('error', stopped)
  }
  const mount = async (): Promise<void> => {
    if (editor !== undefined || destroyed || stopped !== undefined) return
    isStarting = false
    const { provider, findUnknown } = opened
    // A document of which there is a copy has a past, and stays as it is.
    if (seeding !== undefined && !provider.status.copy) await seeding(provider)
    if (editor !== undefined || destroyed || stopped !== undefined || provider !== opened.provider) return
    const found = findUnknown()
    if (found !== undefined) return stop(found)
    const { ydoc, awareness } = provider
    noPreview()
    editor = createTiptapEditor({ options: { ...options, texts }, further: host.extensions, schema, ydoc, awareness, isEditable: isEditable() })
    listeners.tell('ready', editor)
  }
  const seeding = options.initialContent === undefined ? undefined : seeder(options.initialContent, built)
  let opened = open()
  setUser(options.user)
  // Last: where opening throws, nothing is left that could ring.
  const previewTimer = setTimeout(() => void preview(), PREVIEW_AFTER_MS)

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
    uploads: host.uploads,
    get provider() {
      return opened.provider
    },
    get ydoc() {
      return opened.provider.ydoc
    },
    get awareness() {
      return opened.provider.awareness
    },
    on: (name, listener) => listeners.add(name, listener),
    focus: () => editor?.view.focus(), // Tiptap's own command waits a frame, and keys typed in it go elsewhere
    flush: () => opened.provider.flush(),
    getJSON: () => editor?.getJSON(),
    setUser,
    setEditable: (value) => setBarrier('view', !value),
    destroy: async () => {
      if (destroyed) return
      destroyed = true
      clearTimeout(previewTimer)
      noPreview()
      listeners.clear()
      host.uploads?.destroy()
      editor?.destroy()
      editor = undefined
      await opened.close()
    },
  }
}
