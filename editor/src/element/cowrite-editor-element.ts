/**
 * `<cowrite-editor>`: the whole editor as one element for any page.
 *
 * Owns: the element's life: when a workspace is made, kept and ended while the tag is written, moved, taken
 * out, put back and changed.
 * Does not own: the workspace (ui/), what attributes mean (attributes.ts), events (events.ts).
 * Always holds: controls stand in the shadow root; the text is the element's child, in the page, because
 * y-tiptap and the input methods of browsers work there without surprises. One workspace at a time: the
 * next one waits until the edits of the last are in this browser's storage.
 */
import type { Editor, JSONContent } from '@tiptap/core'
import type { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'
import type { CowriteEditor, EditorStatus } from '../core/options.js'
import type { Person } from '../core/person.js'
import { httpAddress } from '../core/upload.js'
import type { ExportFormat, Imported, ImportIntoOptions } from '../files/index.js'
import type { Texts } from '../i18n/texts.js'
import { CHROME_CSS } from '../styles/sheets.js'
import { el } from '../ui/dom.js'
import type { Workspace } from '../ui/workspace.js'
import { EDIT_MODES, type EditMode, LIVE_ATTRIBUTES, modeOf, OPENING_ATTRIBUTES } from './attributes.js'
import { rememberClosing, whenClosed } from './closings.js'
import { dispatch, passOn } from './events.js'
import { HostProperties } from './host-properties.js'
import { openWorkspace } from './opening.js'
import { adoptContentStyles, sheetOf } from './page-styles.js'
import { textsFor } from './words.js'

export class CowriteEditorElement extends HostProperties {
  static readonly observedAttributes: readonly string[] = [...OPENING_ATTRIBUTES, ...LIVE_ATTRIBUTES]
  /** The server of elements that name none. */
  static defaultServer = ''

  readonly #shadow = this.attachShadow({ mode: 'open' })
  #workspace: Workspace | undefined
  /** Where the workspace was made; a view does not survive the move to another root. */
  #madeIn: Node | undefined
  /** What the workspace shows. */
  #opened = ''
  #dropPageStyles: (() => void) | undefined
  /** Counts the attempts to open: a later one makes the earlier ones give up. */
  #attempt = 0
  #isStale = false
  #isPlanned = false

  connectedCallback(): void {
    if (this.#shadow.adoptedStyleSheets.length === 0) this.#shadow.adoptedStyleSheets = [sheetOf(CHROME_CSS, this.ownerDocument)]
    this.takeEarly()
    this.#plan()
  }

  disconnectedCallback(): void {
    this.#plan()
  }

  attributeChangedCallback(name: string, old: string | null, now: string | null): void {
    if (old === now) return
    this.hostChanged(OPENING_ATTRIBUTES.some((opening) => opening === name) ? 'opening' : 'live')
  }

  protected override hostChanged(effect: 'live' | 'opening'): void {
    if (effect === 'opening') this.#isStale = true
    else this.#applyLive()
    this.#plan()
  }

  /** Name of the document. */
  get doc(): string {
    return this.getAttribute('doc') ?? ''
  }
  set doc(name: string) {
    this.setAttribute('doc', name)
  }

  /** Address of the server; by default the one that the script came from. */
  get server(): string {
    return this.getAttribute('server') ?? CowriteEditorElement.defaultServer
  }
  set server(address: string) {
    this.setAttribute('server', address)
  }

  get mode(): EditMode {
    return modeOf(this)
  }
  set mode(mode: EditMode) {
    if (!EDIT_MODES.includes(mode)) throw new TypeError(`mode is one of ${EDIT_MODES.join(', ')}`)
    this.setAttribute('mode', mode)
  }

  /** Tiptap's editor; undefined while there is no text to edit. */
  get editor(): Editor | undefined {
    return this.#cowrite?.editor
  }
  get ydoc(): Y.Doc | undefined {
    return this.#cowrite?.ydoc
  }
  get awareness(): Awareness | undefined {
    return this.#cowrite?.awareness
  }
  /** Undefined while no document is open. */
  get status(): EditorStatus | undefined {
    return this.#cowrite?.status
  }
  get users(): readonly Person[] {
    return this.#cowrite?.users ?? []
  }

  override focus(): void {
    this.#cowrite?.focus()
  }

  /**
   * Resolves when everything typed so far is saved on the server.
   * @throws Error when no document is open.
   */
  flush(): Promise<void> {
    return this.#cowrite?.flush() ?? Promise.reject(new Error('no document is open'))
  }
  getJSON(): JSONContent | undefined {
    return this.#cowrite?.getJSON()
  }
  /** The text alone, a line end between two blocks. */
  getText(): string {
    return this.editor?.getText({ blockSeparator: '\n' }) ?? ''
  }
  /** @throws Error when no document is open. */
  async asHTML(): Promise<string> {
    const { htmlOfJson } = await import('../convert/index.js')
    return htmlOfJson(this.#json())
  }
  /** @throws Error when no document is open. */
  async asMarkdown(): Promise<string> {
    const { markdownOfJson } = await import('../convert/index.js')
    return markdownOfJson(this.#json())
  }
  /** Takes the element out of the page. Resolves when what was typed is sent, or in this browser's storage. */
  async close(): Promise<void> {
    this.remove()
    this.#close()
    await whenClosed(this, this.#document)
  }
  /** As `close`, and removes what this browser keeps of this person on this server: edits that were not saved, and copies of documents. */
  async signOut(): Promise<void> {
    const provider = this.#cowrite?.provider
    await this.close()
    await provider?.signOut()
  }
  /** The document as a file to download: Word, Markdown, a web page, plain text. @throws Error when no document is open. */
  async exportAs(format: ExportFormat): Promise<File> {
    const { exportDocument } = await import('../files/index.js')
    return exportDocument(this.#json(), format, { name: this.doc, server: httpAddress(this.server || location.origin) })
  }
  /** Takes a file into the document. @throws ImportError: its `problem` says why; nothing is changed then. */
  async importFile(file: File, options?: ImportIntoOptions): Promise<Imported> {
    const { importInto } = await import('../files/index.js')
    if (this.#workspace === undefined) throw new Error('no document is open')
    return importInto(this.#workspace.files, file, options)
  }
  connect(): void {
    this.#cowrite?.provider.connect()
  }
  disconnect(): void {
    this.#cowrite?.provider.disconnect()
  }

  #json(): JSONContent {
    const json = this.getJSON()
    if (json === undefined) throw new Error('no document is open')
    return json
  }

  get #cowrite(): CowriteEditor | undefined {
    return this.#workspace?.cowrite
  }

  /** Everything that happens in one task (a move, several attributes) is looked at once, after it. */
  #plan(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    queueMicrotask(() => {
      this.#isPlanned = false
      if (this.#workspace && (!this.#isWanted || this.#isStale || this.getRootNode() !== this.#madeIn)) this.#close()
      if (this.#isWanted && !this.#workspace) void this.#openAfterClosing()
    })
  }

  get #document(): string {
    return JSON.stringify([this.server, this.doc])
  }

  get #isWanted(): boolean {
    return this.isConnected && this.doc !== ''
  }

  /** Also an element that was here before may still be putting away what was typed into the same document. */
  async #openAfterClosing(): Promise<void> {
    const attempt = ++this.#attempt
    const texts = await textsFor(this)
    await whenClosed(this, this.#document)
    if (attempt === this.#attempt && this.#isWanted && !this.#workspace) this.#open(texts)
  }

  #open(texts: Texts): void {
    this.#isStale = false
    this.#opened = this.#document
    this.#madeIn = this.getRootNode()
    this.#dropPageStyles = adoptContentStyles(this.#madeIn as Document | ShadowRoot)
    const root = el('div', { attrs: { part: 'root' } })
    const holder = el('div', { class: 'ce-text', attrs: { slot: 'text' } })
    this.#shadow.replaceChildren(root)
    this.append(holder)
    try {
      this.#workspace = openWorkspace(this, { root, holder, texts })
    } catch (error) {
      holder.remove()
      this.#showFailure(root, error)
      return
    }
    passOn(this.#workspace.cowrite, this)
    dispatch(this, 'cowrite-status', this.#workspace.cowrite.status)
    dispatch(this, 'cowrite-users', this.#workspace.cowrite.users)
  }

  #close(): void {
    if (!this.#workspace) return
    const closed = this.#workspace.destroy()
    this.#workspace = undefined
    this.#dropPageStyles?.()
    for (const holder of this.querySelectorAll(':scope > [slot=text]')) holder.remove()
    this.#shadow.replaceChildren()
    rememberClosing(this, this.#opened, closed)
  }

  #applyLive(): void {
    this.#cowrite?.setEditable(this.mode === 'edit')
    if (this.user) this.#cowrite?.setUser(this.user)
  }

  /** A name, an address or an extension that cannot be used: said to the developer and in the element's place. */
  #showFailure(root: HTMLElement, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.#dropPageStyles?.()
    root.classList.add('ce-root')
    root.replaceChildren(el('p', { class: 'ce-waiting', attrs: { role: 'alert' } }, `The document cannot be opened: ${message}`))
    dispatch(this, 'cowrite-error', { code: 'cannot-open', message })
  }
}
