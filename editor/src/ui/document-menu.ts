/**
 * The menu for the whole document, at the end of the header.
 *
 * Owns: its own entries (find, the block with the caret, print, shortcuts) and taking in further ones.
 * Does not own: what further entries do.
 */
import type { Editor } from '@tiptap/core'
import { BLOCKS, LISTS } from './block-commands.js'
import { BLOCK_MOVES } from './block-moves.js'
import { type Command, HISTORY, MARKS, SCRIPTS, STYLES } from './commands.js'
import type { Ui } from './context.js'
import { openDialog } from './dialog.js'
import { el } from './dom.js'
import { icon, type IconName } from './icons.js'
import { attachMenu } from './menu.js'
import { shownShortcut } from './shortcuts.js'
import { iconButton } from './tool-button.js'

/** Something to do with the document. */
export interface MenuEntry {
  readonly id: string
  readonly label: string
  readonly icon: IconName
  /** Tiptap's notation. */
  readonly keys?: string
  isPossible?(): boolean
  run(): void
}

export interface DocumentMenuOptions {
  getEditor(): Editor | undefined
  openFind(): void
  readonly without: ReadonlySet<string>
  /** Groups of further entries; asked at each opening. */
  further?(): readonly (readonly MenuEntry[])[]
}

export function createDocumentMenu(ui: Ui, options: DocumentMenuOptions): HTMLButtonElement {
  const { t } = ui
  const button = iconButton('more', t('menu.open'))
  button.dataset['command'] = 'more'
  const moves = (): MenuEntry[] =>
    BLOCK_MOVES.map((command) => ({
      id: command.id,
      label: t(command.label),
      icon: command.icon,
      ...(command.keys !== undefined && { keys: command.keys }),
      isPossible: () => {
        const editor = options.getEditor()
        return editor?.isEditable === true && (command.isPossible?.(editor) ?? true)
      },
      run: () => {
        const editor = options.getEditor()
        if (editor === undefined) return
        command.run(editor)
        editor.view.focus()
      },
    }))
  const groups = (): readonly (readonly MenuEntry[])[] => [
    [{ id: 'find', label: t('find.open'), icon: 'search', keys: 'Mod-f', isPossible: () => options.getEditor() !== undefined, run: options.openFind }],
    ...(options.further?.() ?? []),
    moves(),
    [
      ...(options.without.has('print') ? [] : [{ id: 'print', label: t('menu.print'), icon: 'print' as const, keys: 'Mod-p', run: () => window.print() }]),
      { id: 'shortcuts', label: t('menu.shortcuts'), icon: 'keyboard', keys: 'Mod-/', run: () => openShortcuts(ui) },
    ],
  ]
  const entries = (): readonly MenuEntry[] => groups().flat()
  attachMenu(ui, button, {
    label: t('menu.label'),
    choices: () =>
      groups().flatMap((group, at) =>
        group.map((entry, index) => ({
          id: entry.id,
          label: entry.label,
          mark: () => icon(entry.icon),
          isOff: entry.isPossible?.() === false,
          isApart: at > 0 && index === 0,
          ...(entry.keys !== undefined && { hint: shownShortcut(entry.keys) }),
        })),
      ),
    choose: (id) => entries().find((entry) => entry.id === id)?.run(),
  })
  return button
}

/** A list of what the keyboard can do. */
export function openShortcuts(ui: Ui): void {
  const { t } = ui
  const rows: readonly (readonly [string, string])[] = [
    [t('shortcuts.slash'), '/'],
    [t('mention'), '@'],
    [t('find.open'), shownShortcut('Mod-f')],
    [t('link'), shownShortcut('Mod-k')],
    ...([...HISTORY, ...MARKS, ...SCRIPTS, ...STYLES, ...LISTS, ...BLOCKS, ...BLOCK_MOVES] as readonly Pick<Command, 'label' | 'keys'>[])
      .filter(({ keys }) => keys !== undefined)
      .map(({ label, keys }) => [t(label), shownShortcut(keys!)] as const),
    [t('shortcuts.toolbar'), shownShortcut('Alt-F10')],
    [t('shortcuts.leave'), 'Esc'],
  ]
  openDialog(ui, {
    title: t('shortcuts.title'),
    body: [
      // Reachable by keyboard, since it may be longer than the window.
      el('dl', { class: 'ce-shortcuts', attrs: { tabindex: 0 } }, ...rows.map(([label, keys]) => el('div', {}, el('dt', {}, label), el('dd', {}, el('kbd', {}, keys))))),
    ],
  })
}
