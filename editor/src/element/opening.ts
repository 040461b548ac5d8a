/**
 * From what a page says by attributes and properties to a workspace.
 *
 * Owns: the translation. Does not own: when a workspace is made and ended (cowrite-editor-element.ts).
 */
import { colorOf } from '../core/person.js'
import { el } from '../ui/dom.js'
import { rememberedPerson } from '../ui/person-settings.js'
import { createWorkspace, type Workspace } from '../ui/workspace.js'
import { keepsUnsaved, leftOut } from './attributes.js'
import type { CowriteEditorElement } from './cowrite-editor-element.js'

/** @throws TypeError or Error when a name, an address or an extension cannot be used. */
export function openWorkspace(element: CowriteEditorElement, root: HTMLElement, holder: HTMLElement): Workspace {
  const { user, extensions } = element
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
    connection: { keepUnsaved: keepsUnsaved(element), ...(logsIn && { getToken }) },
    ...(logsIn && { getToken: async () => getToken() }),
    editor: {
      editable: element.mode === 'edit',
      ...(placeholder !== undefined && { placeholder }),
      ...(label !== undefined && { label }),
      ...(extensions && { extensions }),
    },
  })
}
