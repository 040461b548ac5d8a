/**
 * Mentioning people by `@`.
 *
 * Owns: whom the list offers (who is here, and whom the host's search finds), putting the mention into
 * the text, and telling the host once.
 * Does not own: the list (suggestion-list.ts), or who exists (the host knows).
 */
import { Extension } from '@tiptap/core'
import { initialsOf, type Person, textColorOn } from '../core/person.js'
import type { Command } from './commands.js'
import type { Ui } from './context.js'
import { el, setAttr } from './dom.js'
import { suggestionPlugin, type Suggested } from './suggestion-list.js'

/** Somebody who can be mentioned. */
export interface MentionTarget {
  /** Goes into the document: letters, digits and `_ . : @ + -`, at most 128. */
  readonly id: string
  readonly name: string
  readonly color?: string
}

/** Finds whom somebody may mean by what stands behind the `@`. */
export type SearchMentions = (query: string, options: { readonly signal: AbortSignal }) => Promise<readonly MentionTarget[]>

export interface MentionOptions {
  /** The people here now. */
  people(): readonly Person[]
  /** The host's search; without it only who is here can be mentioned. */
  readonly search?: SearchMentions
  /** Somebody was mentioned by this person. */
  onMention?(target: MentionTarget): void
}

/** How long to wait for the next key before the host's search is asked, in milliseconds. */
const SEARCH_WAIT_MS = 120
const MOST_SHOWN = 8

interface MentionItem extends Suggested {
  readonly target: MentionTarget
}

/** The command that writes the sign, which opens the list. */
export const mentionCommand: Command = {
  id: 'mention',
  label: 'mention',
  icon: 'mention',
  isPossible: (editor) => !editor.isActive('codeBlock'),
  run: (editor) => {
    const { $from } = editor.state.selection
    const before = $from.parent.textBetween(0, $from.parentOffset, undefined, ' ')
    editor.commands.insertContent(before === '' || before.endsWith(' ') ? '@' : ' @')
  },
}

export function mentionMenu(ui: Ui, options: MentionOptions): Extension {
  const here = (query: string): MentionTarget[] =>
    options.people()
      .filter((person) => !person.isSelf && person.name.toLocaleLowerCase().includes(query.toLocaleLowerCase()))
      // Who came without an id is known by this session's key, which no rule of the schema refuses.
      .map(({ key, name, color }) => ({ id: key.replace(/^id /, '').replace(/[^\w.:@+-]/g, '-').slice(0, 128), name, color }))
  let hasFailed = false
  return Extension.create({
    name: 'mentionMenu',
    addProseMirrorPlugins() {
      return [
        suggestionPlugin<MentionItem>(ui, this.editor, {
          name: 'mention',
          sign: '@',
          label: ui.t('mention.label'),
          none: () => ui.t(hasFailed ? 'mention.failed' : 'mention.none'),
          ...(options.search && { waitMs: SEARCH_WAIT_MS }),
          items: async (query, _editor, signal) => {
            hasFailed = false
            const found = options.search
              ? await options.search(query, { signal }).catch((): MentionTarget[] => {
                  hasFailed = true
                  return []
                })
              : here(query)
            return found.slice(0, MOST_SHOWN).map((target) => ({
              id: target.id,
              label: target.name,
              mark: () => face(target),
              target,
            }))
          },
          choose: (editor, range, { target }) => {
            editor
              .chain()
              .insertContentAt(range, [
                { type: 'mention', attrs: { id: target.id, label: target.name } },
                { type: 'text', text: ' ' },
              ])
              .run()
            options.onMention?.(target)
          },
        }),
      ]
    },
  })
}

function face({ name, color = '#5c6370' }: MentionTarget): HTMLElement {
  const element = el('span', { class: 'ce-face is-small', attrs: { 'aria-hidden': 'true' } })
  setAttr(element, 'data-initials', initialsOf(name))
  element.style.setProperty('--ce-person', color)
  element.style.setProperty('--ce-person-fg', /^#[0-9a-f]{6}$/i.test(color) ? textColorOn(color) : '#ffffff')
  return element
}
