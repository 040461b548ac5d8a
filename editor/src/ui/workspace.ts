/**
 * The editor with everything around it: header, toolbar, notices, panels, text. The page shows it whole;
 * an element for other pages takes the same parts.
 *
 * Owns: putting the parts together and what is shown before the text is there.
 * Does not own: the parts, nor where the document's name and the person come from.
 * Always holds: there is always something to read: a sketch of lines while connecting, a reason when
 * the server cannot be reached or refuses.
 */
import type { Editor } from '@tiptap/core'
import { createCowriteEditor } from '../core/create-cowrite-editor.js'
import { createFollower, type Follower } from '../core/follow.js'
import { createImageUploads } from '../core/images.js'
import type { CowriteEditor, EditorStatus } from '../core/options.js'
import { uploadTo } from '../core/upload.js'
import { blockKeys } from './block-moves.js'
import { createBubbleBar } from './bubble-bar.js'
import { createContextBar } from './context-bar.js'
import { createUi } from './context.js'
import { type DocumentFiles, fileEntries } from './document-files.js'
import { createDocumentMenu, openShortcuts } from './document-menu.js'
import { el, focusedNear, setAttr } from './dom.js'
import { createFindPanel } from './find-panel.js'
import { later } from './later.js'
import { followLinks, openLinkDialog } from './link-dialog.js'
import { mentionCommand, mentionMenu } from './mention.js'
import { createOutline } from './outline.js'
import { openPersonDialog, rememberPerson } from './person-settings.js'
import { createPresenceView } from './presence.js'
import { createSidebar } from './sidebar.js'
import { sketch, whyNothingYet } from './sketch.js'
import { slashMenu } from './slash.js'
import { createSetAsideNotice } from './set-aside-notice.js'
import { createStatusView } from './status.js'
import { iconButton } from './tool-button.js'
import { createToolbar } from './toolbar.js'
import { installTooltips } from './tooltip.js'
import { createUploadList, imageCommand } from './uploads.js'
import { createWordCount } from './words.js'
import type { Workspace, WorkspaceOptions } from './workspace-options.js'

export type { Workspace, WorkspaceOptions } from './workspace-options.js'

/** How long connecting may take before the page says more than "Connecting…", in milliseconds. */
export const PATIENCE_MS = 8000

/** Builds the workspace inside `root` and connects. */
export function createWorkspace(options: WorkspaceOptions): Workspace {
  const { root, embedded } = options
  let { person } = options
  const ui = createUi(root, options.texts)
  const { t, announcer } = ui
  const without = options.without ?? new Set<string>()
  const holder = embedded?.holder ?? el('div', { class: 'ce-text' })
  const lines = sketch()
  const waiting = el('p', { class: 'ce-waiting', attrs: { hidden: true } })

  const act = (action: 'retry' | 'reload'): void => {
    if (action === 'retry') cowrite.provider.connect()
    else location.reload()
  }
  const status = createStatusView(ui, act)
  const aside = createSetAsideNotice(ui, () => cowrite.provider)
  const login = options.login?.(ui)
  const askPerson = (): void =>
    openPersonDialog(ui, person, (changed) => {
      person = changed
      rememberPerson(changed)
      cowrite.setUser(changed)
    })
  const presence = createPresenceView(ui, {
    ...((options.isPersonOwn ?? true) && { onSelf: askPerson }),
    onFollow: (key) => follower.follow(key),
  })
  const backToText = (): void => cowrite.focus()
  // What covers the text's upper edge; a part of somebody's page scrolls with that page.
  const coveredTop = (): number => (embedded ? 0 : top.offsetHeight)
  const topEdge = (): number => Math.max(0, top.getBoundingClientRect().bottom)
  const outline = createOutline(ui, coveredTop)
  // Where a panel lies over the text, find would cover it, and it the matches.
  const find = createFindPanel(ui, topEdge, () => ui.width.isNarrow && sidebar.close(false))
  const sidebar = createSidebar(ui, [outline].filter(({ id }) => !without.has(id)), () => ui.width.isNarrow && find.close())
  const findButton = iconButton('search', t('find.open'), 'Mod-f')
  findButton.dataset['command'] = 'find'
  findButton.addEventListener('click', () => (find.element.hidden ? find.open() : find.close()))
  const words = createWordCount(ui)
  const upload = options.uploadFile ?? uploadTo(options.server, options.doc, options.connection?.getToken)
  const uploads = createImageUploads({
    upload,
    onChange: (list) => uploadList.show(list),
    onDone: (name) => announcer.say(t('image.uploaded', { name })),
  })
  const uploadList = createUploadList(ui, uploads)
  const picture = imageCommand(ui, (files) => uploads.add(files))
  const toolbar = createToolbar(ui, {
    backToText,
    insertions: [picture],
    without,
    isCompact: options.toolbar === 'compact',
    documentTools: [words.element, findButton, ...sidebar.buttons].filter((tool) => !without.has(tool.dataset['command'] ?? '')),
  })
  const files: DocumentFiles = { server: options.server, doc: options.doc, getToken: options.connection?.getToken, upload, without, cowrite: () => cowrite }
  const documentMenu = createDocumentMenu(ui, {
    getEditor: () => cowrite.editor,
    openFind: () => find.open(),
    without,
    further: () => [...(options.menu?.(cowrite) ?? []), ...fileEntries(ui, files)],
  })
  const header = el(
    embedded ? 'div' : 'header', // landmarks are the page's
    { class: 'ce-header' },
    ...options.leading,
    el('span', { class: 'ce-spring' }),
    status.element,
    presence.element,
    ...options.trailing(ui),
    documentMenu,
  )
  const top = el(
    'div',
    { class: 'ce-top' },
    header,
    options.toolbar === 'none' ? undefined : toolbar.element,
    status.notice,
    login?.element,
    aside.element,
    presence.banner,
    el('div', { class: 'ce-find-place' }, find.element),
  )
  const contextBar = createContextBar(ui, topEdge, backToText)
  const bubbleBar = createBubbleBar(ui, { coveredTop: topEdge, backToText, without })
  const handle = later(ui, async () => (await import('./block-handle.js')).createBlockHandle(ui, topEdge))
  const main = el(
    embedded ? 'section' : 'main',
    { class: 'ce-main', attrs: { 'aria-label': t('document.label') } },
    waiting,
    lines,
    embedded?.place ?? holder,
  )
  root.classList.add('ce-root')
  setAttr(root, 'lang', ui.texts.language)
  setAttr(root, 'dir', ui.texts.direction)
  root.replaceChildren(top, contextBar.element, bubbleBar.element, el('div', { class: 'ce-body' }, main, sidebar.element), uploadList.element, announcer.element)
  const removeTooltips = installTooltips(root)

  const measureTop = (): void => root.style.setProperty('--ce-top-height', `${embedded ? 0 : top.offsetHeight}px`)
  const topWatch = typeof ResizeObserver === 'undefined' ? undefined : new ResizeObserver(measureTop)
  topWatch?.observe(top)

  const { extensions = [], ...editorOptions } = options.editor ?? {}
  const cowrite: CowriteEditor = createCowriteEditor({
    element: holder,
    server: options.server,
    doc: options.doc,
    user: person,
    coveredTop,
    texts: ui.texts,
    ...editorOptions,
    extensions: [
      ...(without.has('slash') ? [] : [slashMenu(ui, [picture, mentionCommand], without)]),
      ...(without.has('mention') ? [] : [mentionMenu(ui, { people: () => cowrite.users, ...options.mentions })]),
      blockKeys,
      ...(without.has('image') ? [] : [uploads.extension]),
      ...extensions,
    ],
    ...(options.connection && { connection: options.connection }),
  })
  const newFollower = (): Follower => createFollower({ awareness: cowrite.awareness, coveredTop, onChange: (key) => presence.showFollowed(key) })
  let follower = newFollower()
  let isPatient = true
  const showStatus = (now: EditorStatus): void => {
    status.show(now)
    aside.show(now)
    const isLoginTold = login?.show(now, cowrite.editor !== undefined) ?? false
    if (isLoginTold) setAttr(status.notice, 'hidden', true)
    const key = cowrite.editor || now.stopped || now.preview || isLoginTold ? undefined : whyNothingYet(now, isPatient)
    setAttr(waiting, 'hidden', key === undefined)
    if (key !== undefined && waiting.textContent !== t(key)) waiting.textContent = t(key)
    if (cowrite.editor || now.stopped || now.preview) lines.remove()
    setAttr(lines, 'data-still', now.connection === 'refused')
    setAttr(lines, 'hidden', isLoginTold)
  }
  const patience = setTimeout(() => {
    isPatient = false
    showStatus(cowrite.status)
  }, PATIENCE_MS)
  const attach = (editor: Editor | undefined): void => {
    for (const part of [toolbar, contextBar, bubbleBar, handle, find, outline, words, follower]) part.attach(editor)
  }
  cowrite.on('status', showStatus)
  cowrite.on('users', (people) => presence.show(people))
  cowrite.on('error', () => attach(undefined))
  cowrite.on('replaced', () => attach(undefined))
  cowrite.on('ready', (editor) => {
    follower.destroy()
    follower = newFollower()
    attach(editor)
    followLinks(editor)
    showStatus(cowrite.status)
    // Into a new document people want to type at once; in an old one a caret at the top is only noise to others.
    const isWanted = options.autofocus ?? (editor.isEmpty && editor.isEditable && document.activeElement === document.body)
    if (isWanted) editor.commands.focus('start', { scrollIntoView: false })
  })
  const keyPressed = (event: KeyboardEvent): void => {
    const isMod = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey
    const { editor } = cowrite
    if (event.key === 'F10' && event.altKey) {
      event.preventDefault()
      // A second press goes on to the bar of the selection, table, code block or picture.
      const isInToolbar = toolbar.element.contains(focusedNear(root))
      if (!isInToolbar || !(contextBar.focus() || bubbleBar.focus())) toolbar.focus()
    } else if (isMod && event.key.toLowerCase() === 'k') {
      if (editor === undefined || !editor.view.hasFocus() || !editor.isEditable || editor.isActive('codeBlock')) return
      event.preventDefault()
      openLinkDialog(ui, editor)
    } else if (isMod && event.key.toLowerCase() === 'f' && !find.element.contains(focusedNear(root))) {
      // Pressed in the panel itself, the browser's own search opens.
      event.preventDefault()
      find.open()
    } else if (isMod && event.key === '/') {
      event.preventDefault()
      openShortcuts(ui)
    }
  }
  // The text may stand outside the root: its keys are heard where it stands.
  const keyPlaces = embedded ? [root, holder] : [root]
  for (const place of keyPlaces) place.addEventListener('keydown', keyPressed)
  presence.show(cowrite.users)
  showStatus(cowrite.status)
  return {
    cowrite,
    files,
    get follower() {
      return follower
    },
    refresh: () => showStatus(cowrite.status),
    destroy: async () => {
      clearTimeout(patience)
      for (const place of keyPlaces) place.removeEventListener('keydown', keyPressed)
      attach(undefined)
      for (const part of [status, presence, contextBar, bubbleBar, handle, outline, words, follower, uploads, announcer, ui.width]) part.destroy()
      topWatch?.disconnect()
      removeTooltips()
      root.replaceChildren()
      await cowrite.destroy()
    },
  }
}
