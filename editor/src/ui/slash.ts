/**
 * The menu that `/` opens in the text: blocks and what can be inserted.
 *
 * Owns: which commands it offers, and finding them by their name in the reader's language or in English.
 * Does not own: the list (suggestion-list.ts), the commands.
 */
import { Extension } from '@tiptap/core'
import { englishTexts } from '../i18n/texts.js'
import { BLOCKS, LISTS } from './block-commands.js'
import { type Command, setStyle, STYLES } from './commands.js'
import type { Ui } from './context.js'
import { icon } from './icons.js'
import { shownShortcut } from './shortcuts.js'
import { suggestionPlugin, type Suggested } from './suggestion-list.js'

interface SlashItem extends Suggested {
  readonly words: string
  readonly command: Command
}

const STYLE_COMMANDS: readonly Command[] = STYLES.map(({ id, label, icon: name, keys }) => ({
  id,
  label,
  icon: name,
  keys,
  run: (editor) => setStyle(editor, id),
}))

/** Typed by people who know other editors. */
const ALIASES: Readonly<Record<string, string>> = {
  paragraph: 'paragraph', bulletList: 'ul unordered', orderedList: 'ol ordered', taskList: 'todo checkbox', codeBlock: 'pre',
  horizontalRule: 'hr rule line', details: 'toggle accordion', image: 'picture photo upload', mention: '@ person',
}

/** @param further commands beyond text styles, lists and blocks, such as inserting a picture */
export function slashMenu(ui: Ui, further: readonly Command[], without: ReadonlySet<string> = new Set()): Extension {
  const items: readonly SlashItem[] = [...STYLE_COMMANDS, ...LISTS, ...BLOCKS, ...further]
    .filter(({ id }) => !without.has(id))
    .map((command) => ({
      id: command.id,
      label: ui.t(command.label),
      mark: () => icon(command.icon),
      ...(command.keys !== undefined && { hint: shownShortcut(command.keys) }),
      words: `${ui.t(command.label)} ${englishTexts.t(command.label)} ${command.id} ${ALIASES[command.id] ?? ''}`.toLocaleLowerCase(),
      command,
    }))
  return Extension.create({
    name: 'slashMenu',
    addProseMirrorPlugins() {
      return [
        suggestionPlugin<SlashItem>(ui, this.editor, {
          name: 'slash',
          sign: '/',
          label: ui.t('slash.label'),
          none: () => ui.t('slash.none'),
          items: (query, editor) => {
            const wanted = query.toLocaleLowerCase()
            return items
              .filter(({ words, command }) => words.split(' ').some((word) => word.startsWith(wanted)) && (command.isPossible?.(editor) ?? true))
          },
          choose: (editor, range, { command }) => {
            editor.commands.deleteRange(range)
            command.run(editor)
          },
        }),
      ]
    },
  })
}
