/**
 * From what a page says by attributes and properties to a workspace.
 *
 * Owns: the translation. Does not own: when a workspace is made and ended (cowrite-editor-element.ts).
 */
import { colorOf } from '../core/person.js'
import { el } from '../ui/dom.js'
import { UploadError, type UploadFile, isUploadProblem } from '../core/upload.js'
import type { Texts } from '../i18n/texts.js'
import { rememberedPerson } from '../ui/person-settings.js'
import { createWorkspace, type Workspace } from '../ui/workspace.js'
import { keepsUnsaved, leftOut } from './attributes.js'
import type { CowriteEditorElement } from './cowrite-editor-element.js'
import { dispatch } from './events.js'

export interface Places {
  readonly root: HTMLElement
  /** Where the text stands, in the page. */
  readonly holder: HTMLElement
  readonly texts: Texts
}

/** @throws TypeError or Error when a name, an address or an extension cannot be used. */
export function openWorkspace(element: CowriteEditorElement, { root, holder, texts }: Places): Workspace {
  const { user, extensions, searchMentions, uploadFile, schema } = element
  const named = user && { id: user.id ?? '', name: user.name, color: user.color ?? colorOf(user.id ?? user.name) }
  const given = (name: string): string | undefined => element.getAttribute(name) ?? undefined
  const [placeholder, label] = [given('placeholder'), given('label')]
  // Asked anew each time: a page may set either of them while the document is open.
  const getToken = (): string | Promise<string> => element.getToken?.() ?? given('token') ?? ''
  const logsIn = element.getToken !== undefined || given('token') !== undefined
  return createWorkspace({
    root,
    embedded: { holder, place: el('slot', { attrs: { name: 'text' } }) },
    server: element.server || location.origin,
    doc: element.doc,
    person: named ?? rememberedPerson(),
    isPersonOwn: named === undefined,
    autofocus: element.hasAttribute('autofocus'),
    without: leftOut(element),
    leading: [],
    trailing: () => [],
    texts,
    mentions: {
      // Read at each question: a page may replace its function while the document is open.
      ...(searchMentions && { search: async (query, options) => (element.searchMentions ?? searchMentions)(query, options) }),
      onMention: (target) => dispatch(element, 'cowrite-mention', target),
    },
    ...(uploadFile && { uploadFile: hostUpload(() => element.uploadFile ?? uploadFile) }),
    connection: { keepUnsaved: keepsUnsaved(element), ...(logsIn && { getToken }) },
    editor: {
      editable: element.mode === 'edit',
      ...(placeholder !== undefined && { placeholder }),
      ...(label !== undefined && { label }),
      ...(extensions && { extensions }),
      ...(schema && { schema }),
    },
  })
}

/** A page without modules cannot throw an `UploadError`: an object that names the problem will do. */
function hostUpload(current: () => UploadFile): UploadFile {
  return async (file, options) => {
    try {
      return await current()(file, options)
    } catch (error) {
      const problem: unknown = (error as { problem?: unknown } | null)?.problem
      throw error instanceof UploadError || !isUploadProblem(problem) ? error : new UploadError(problem, { cause: error })
    }
  }
}
