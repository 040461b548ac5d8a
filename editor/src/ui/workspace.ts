/**
 * The editor with everything around it: header, toolbar, notices, text. The page shows it whole; an
 * element for other pages can take the same parts.
 *
 * Owns: putting the parts together and what is shown before the text is there.
 * Does not own: the parts, nor where the document's name and the person come from.
 * Always holds: there is always something to read: a sketch of lines while connecting, a reason when
 * the server cannot be reached or refuses.
 */
import type { Editor } from '@tiptap/core'
import { createCowriteEditor, type CowriteEditor, type CowriteEditorOptions, type EditorStatus } from '../core/create-cowrite-editor.js'
import type { UserInfo } from '../core/person.js'
import { createAnnouncer } from './announce.js'
import { createContextBar } from './context-bar.js'
import { el, focusedNear, setAttr } from './dom.js'
import { followLinks, openLinkDialog } from './link-dialog.js'
import { openPersonDialog, rememberPerson } from './person-settings.js'
import { createPresenceView } from './presence.js'
import { createStatusView } from './status.js'
import { createToolbar } from './toolbar.js'
import { installTooltips } from './tooltip.js'

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
  /** Passed on to the provider. */
  readonly connection?: CowriteEditorOptions['connection']
  /** Passed on to the editor. */
  readonly editor?: Pick<CowriteEditorOptions, 'editable' | 'placeholder' | 'label' | 'extensions'>
  /** Stand at the start of the header: product, document name. */
  readonly leading: readonly HTMLElement[]
  /** Stand at its end; made with the announcer at hand. */
  trailing(say: (text: string) => void): readonly HTMLElement[]
}

export interface Workspace {
  readonly cowrite: CowriteEditor
  /** Ends editing and connection, and leaves `root` empty. Resolves when unsaved edits are in local storage. */
  destroy(): Promise<void>
}

/** How long connecting may take before the page says more than "Connecting…", in milliseconds. */
export const PATIENCE_MS = 8000

/** Builds the workspace inside `root` and connects. */
export function createWorkspace(options: WorkspaceOptions): Workspace {
  const { root } = options
  let { person } = options
  const announcer = createAnnouncer()
  const { embedded } = options
  const holder = embedded?.holder ?? el('div', { class: 'ce-text' })
  const lines = sketch()
  const waiting = el('p', { class: 'ce-waiting', attrs: { hidden: true } })

  const act = (action: 'retry' | 'reload'): void => {
    if (action === 'retry') cowrite.provider.connect()
    else location.reload()
  }
  const status = createStatusView(announcer, act)
  const askPerson = (): void =>
    openPersonDialog(root, person, (changed) => {
      person = changed
      rememberPerson(changed)
      cowrite.setUser(changed)
    })
  const presence = createPresenceView(announcer, (options.isPersonOwn ?? true) ? askPerson : undefined)
  const backToText = (): void => cowrite.focus()
  const toolbar = createToolbar(() => root, backToText)
  const header = el(
    embedded ? 'div' : 'header', // landmarks are the page's
    { class: 'ce-header' },
    ...options.leading,
    el('span', { class: 'ce-spring' }),
    status.element,
    presence.element,
    ...options.trailing((text) => announcer.say(text)),
  )
  const top = el('div', { class: 'ce-top' }, header, toolbar.element, status.notice)
  const contextBar = createContextBar(() => top.getBoundingClientRect().bottom, backToText)
  const main = el(
    embedded ? 'section' : 'main',
    { class: 'ce-main', attrs: { 'aria-label': 'Document' } },
    waiting,
    lines,
    embedded?.place ?? holder,
  )
  root.classList.add('ce-root')
  root.replaceChildren(top, contextBar.element, main, announcer.element)
  const removeTooltips = installTooltips(root)

  const cowrite = createCowriteEditor({
    element: holder,
    server: options.server,
    doc: options.doc,
    user: person,
    coveredTop: embedded ? 0 : top.offsetHeight,
    ...options.editor,
    ...(options.connection && { connection: options.connection }),
  })
  let isPatient = true
  const showStatus = (now: EditorStatus): void => {
    status.show(now)
    const text = cowrite.editor || now.stopped ? undefined : whyNothingYet(now, isPatient)
    setAttr(waiting, 'hidden', text === undefined)
    if (text !== undefined && waiting.textContent !== text) waiting.textContent = text
    if (cowrite.editor || now.stopped) lines.remove()
    setAttr(lines, 'data-still', now.connection === 'refused')
  }
  const patience = setTimeout(() => {
    isPatient = false
    showStatus(cowrite.status)
  }, PATIENCE_MS)
  const attach = (editor: Editor | undefined): void => {
    toolbar.attach(editor)
    contextBar.attach(editor)
  }
  cowrite.on('status', showStatus)
  cowrite.on('users', (people) => presence.show(people))
  cowrite.on('error', () => attach(undefined))
  cowrite.on('ready', (editor) => {
    attach(editor)
    followLinks(editor)
    showStatus(cowrite.status)
    // Into a new document people want to type at once; in an old one a caret at the top is only noise to others.
    const isWanted = options.autofocus ?? (editor.isEmpty && document.activeElement === document.body)
    if (isWanted) editor.commands.focus('start', { scrollIntoView: false })
  })
  const keyPressed = (event: KeyboardEvent): void => {
    if (event.key === 'F10' && event.altKey) {
      event.preventDefault()
      // A second press goes on to the bar of the table or code block.
      if (!toolbar.element.contains(focusedNear(root)) || !contextBar.focus()) toolbar.focus()
    } else if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
      const { editor } = cowrite
      if (editor === undefined || !editor.view.hasFocus() || !editor.isEditable || editor.isActive('codeBlock')) return
      event.preventDefault()
      openLinkDialog(root, editor)
    }
  }
  root.addEventListener('keydown', keyPressed)
  presence.show(cowrite.users)
  showStatus(cowrite.status)
  return {
    cowrite,
    destroy: async () => {
      clearTimeout(patience)
      root.removeEventListener('keydown', keyPressed)
      attach(undefined)
      for (const part of [status, presence, contextBar, announcer]) part.destroy()
      removeTooltips()
      root.replaceChildren()
      await cowrite.destroy()
    },
  }
}

/** What to say instead of a blank page. */
function whyNothingYet(status: EditorStatus, isPatient: boolean): string | undefined {
  if (status.connection === 'refused') return 'The document cannot be shown.'
  if (status.connection === 'offline') return 'The server cannot be reached. The document opens as soon as it answers.'
  return isPatient ? undefined : 'Still waiting for the server…'
}

/** Grey lines where the text will be. */
function sketch(): HTMLElement {
  const widths = ['is-title', 'is-long', 'is-long', 'is-short', 'is-long', 'is-middle']
  return el(
    'div',
    { class: 'ce-sketch', attrs: { 'aria-hidden': 'true' } },
    ...widths.map((width) => el('div', { class: `ce-sketch-line ${width}` })),
  )
}
