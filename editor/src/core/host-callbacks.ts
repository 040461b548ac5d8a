/**
 * What a program's own functions add to an editor without a toolbar: whom `@` finds, and where pictures go.
 *
 * Owns: the extensions that come of them. The list of people stands inside the editor's element, beside the text.
 * Does not own: the list (ui/mention.ts), uploads (images.ts). The workspace brings its own of both.
 */
import type { Extensions } from '@tiptap/core'
import type { Texts } from '../i18n/texts.js'
import { createUi } from '../ui/context.js'
import { mentionMenu } from '../ui/mention.js'
import { createImageUploads, type ImageUploads } from './images.js'
import type { Listeners } from './listeners.js'
import type { CowriteEditorEvents, CowriteEditorOptions } from './options.js'
import type { Person } from './person.js'

export interface HostCallbacks {
  readonly extensions: Extensions
  readonly uploads: ImageUploads | undefined
}

interface Surroundings {
  readonly texts: Texts
  readonly listeners: Listeners<CowriteEditorEvents>
  people(): readonly Person[]
}

export function hostCallbacks(
  { element, searchMentions, uploadFile }: CowriteEditorOptions,
  { texts, listeners, people }: Surroundings,
): HostCallbacks {
  const uploads = uploadFile && createImageUploads({ upload: uploadFile, onChange: (list) => listeners.tell('uploads', list) })
  const onMention = (target: CowriteEditorEvents['mention']): void => listeners.tell('mention', target)
  const mentions = searchMentions && mentionMenu(createUi(element, texts), { people, search: searchMentions, onMention })
  return { extensions: [...(mentions ? [mentions] : []), ...(uploads ? [uploads.extension] : [])], uploads }
}
