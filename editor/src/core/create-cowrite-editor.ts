/**
 * The editor of one document: provider, schema guard, Tiptap editor and presence, put together.
 *
 * Owns: their order. The guard watches before the editor exists; the editor is mounted only when there
 * is content that has been checked (bound earlier, it could write over what it has not seen yet).
 * Does not own: any toolbar, panel or page.
 * Always holds: once mounted the text is never unmounted by a network that comes and goes; when the
 * guard stops the editor, a still copy of the text stays on screen.
 */
import { isAtLeast } from '@cowrite/protocol'
import { CowriteProvider } from '@cowrite/client'
import { type Editor, type Extensions, getSchema } from '@tiptap/core'
import { englishTexts } from '../i18n/texts.js'
import { CONTENT_FIELD, SCHEMA_ID, schemaExtensions } from '../schema/index.js'
import { watchChanges } from './changes.js'
import { withOwnImages } from './image-view.js'
import { SchemaGuard, watchSchema, type Unknown } from './guard.js'
import { Listeners } from './listeners.js'
import type { CowriteEditor, CowriteEditorEvents, CowriteEditorOptions, EditorStatus, ReadOnlyReason, Stopped } from './options.js'
import { cleanColor, cleanName, colorOf, peopleOf, type Person, type UserInfo } from './person.js'
import { createTiptapEditor, leaveStillCopy } from './tiptap-editor.js'
import { httpAddress } from './upload.js'

/** The reason that is told when there are several, first. */
const REASONS: readonly ReadOnlyReason[] = ['schema', 'role', 'view']

/**
 * Opens a document for editing inside `element`.
 * @throws Error when `extensions` would change the schema.
 */
export function createCowriteEditor(options: CowriteEditorOptions): CowriteEditor {
  const { t } = options.texts ?? englishTexts
  const schema = withOwnImages(schemaExtensions({ taskLabel: (text) => text || t('text.emptyTask') }), httpAddress(options.server))
  refuseSchemaChanges(options.extensions ?? [])
  const provider = new CowriteProvider({
    server: options.server,
    doc: options.doc,
    ...options.connection,
    // The server lets nobody write whose schema may lack what others put into the document.
    params: { schema: SCHEMA_ID, ...options.connection?.params },
  })
  const { ydoc, awareness } = provider
  const fragment = ydoc.getXmlFragment(CONTENT_FIELD)
  const guard = new SchemaGuard(getSchema(schema))
  const listeners = new Listeners<CowriteEditorEvents>()
  const barriers = new Set<ReadOnlyReason>(options.editable === false ? ['view'] : [])
  let editor: Editor | undefined
  let stopped: Stopped | undefined
  let destroyed = false
  let knownUser: string | undefined
  let users: readonly Person[] = []

  const status = (): EditorStatus => {
    const readOnly = REASONS.find((reason) => barriers.has(reason))
    return { ...provider.status, ...(stopped && { stopped }), ...(readOnly && { readOnly }) }
  }
  const tellStatus = (): void => {
    const { role, user } = provider.status
    stand('role', role !== undefined && !isAtLeast(role, 'write'))
    if (user && user.id !== knownUser) {
      // The others see what the token says; so does this person.
      knownUser = user.id
      setUser({ id: user.id, name: user.name ?? user.id, ...(user.color !== undefined && { color: user.color }) })
    }
    // Not `whenSynced()`: that gives up at a refusal, after which the person may still try again.
    if (provider.status.synced) mount()
    listeners.tell('status', status())
  }
  /** @returns whether that is new */
  const stand = (reason: ReadOnlyReason, stands: boolean): boolean => {
    if (barriers.has(reason) === stands) return false
    if (stands) barriers.add(reason)
    else barriers.delete(reason)
    editor?.setEditable(barriers.size === 0)
    return true
  }
  const setBarrier = (reason: ReadOnlyReason, stands: boolean): void => {
    if (stand(reason, stands)) tellStatus()
  }

  const peopleChanged = (): void => {
    users = peopleOf(awareness.getStates(), ydoc.clientID, t('text.someone'))
    listeners.tell('users', users)
  }
  awareness.on('change', peopleChanged)
  const stopWatchingChanges = watchChanges(ydoc, (change) => listeners.tell('change', change))

  const setUser = (user: UserInfo): void => {
    const name = cleanName(user.name) || t('text.someone')
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
    editor = createTiptapEditor({ options, schema, ydoc, awareness, isEditable: barriers.size === 0 })
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
    setEditable: (value) => setBarrier('view', !value),
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
