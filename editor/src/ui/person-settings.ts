/**
 * Who the person at this browser is: remembered, and changed in a small dialog.
 *
 * Owns: the remembered name, colour and id. The id lets the others see one person for all tabs.
 * Does not own: proof of who somebody is; without a login a name is only what somebody typed.
 */
import { cleanColor, cleanName, colorOf, MAX_NAME_LENGTH, PERSON_COLORS, type UserInfo } from '../core/person.js'
import type { Ui } from './context.js'
import { openDialog, textField } from './dialog.js'
import { el } from './dom.js'
import { suggestPersonName } from './names.js'
import { readJsonSetting, writeSetting } from './settings.js'

/** The person remembered here; a newcomer gets a friendly name, a colour and an id of their own. */
export function rememberedPerson(): Required<UserInfo> {
  const saved = readJsonSetting('person') as Partial<Record<keyof UserInfo, unknown>> | null | undefined
  const id = typeof saved?.id === 'string' && saved.id !== '' ? saved.id : newId()
  const person = {
    id,
    name: cleanName(saved?.name) || suggestPersonName(),
    color: cleanColor(saved?.color) ?? colorOf(id),
  }
  rememberPerson(person)
  return person
}

export const rememberPerson = (person: UserInfo): void => writeSetting('person', JSON.stringify(person))

// crypto.randomUUID is missing on plain http pages of other hosts than localhost.
const newId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** Asks for name and colour. */
export function openPersonDialog(
  ui: Pick<Ui, 'root' | 't'>,
  person: Required<UserInfo>,
  onChange: (person: Required<UserInfo>) => void,
): void {
  const name = textField(ui.t('person.name'), { maxlength: MAX_NAME_LENGTH, autocomplete: 'nickname', value: person.name })
  let color = person.color
  const swatches = PERSON_COLORS.map((value, index) => {
    const radio = el('input', {
      attrs: { type: 'radio', name: 'ce-color', value, checked: value === color, 'aria-label': ui.t('person.color', { number: index + 1 }) },
      on: { change: () => (color = value) },
    })
    const swatch = el('label', { class: 'ce-swatch' }, radio)
    swatch.style.setProperty('--ce-person', value)
    return swatch
  })
  openDialog(ui, {
    title: ui.t('person.title'),
    confirm: ui.t('dialog.save'),
    body: [
      name.element,
      el('fieldset', { class: 'ce-swatches' }, el('legend', {}, ui.t('person.colors')), ...swatches),
    ],
    onConfirm: () => {
      const cleaned = cleanName(name.input.value)
      if (cleaned === '') {
        name.setError(ui.t('person.noName'))
        return false
      }
      onChange({ id: person.id, name: cleaned, color })
    },
  })
}
