/**
 * Pictures that come in: pasted, dropped, or chosen.
 *
 * Owns: the list of uploads, where each picture is to stand, and putting it there.
 * Does not own: the request (upload.ts), what is shown of it (ui/uploads.ts).
 * Always holds: a picture's bytes never stand in the document, only an address; its place is kept as a
 * place in the Yjs document, so that whoever types meanwhile moves it along; each is uploaded once.
 */
import { Extension, type Editor } from '@tiptap/core'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import { absolutePositionToRelativePosition, relativePositionToAbsolutePosition, ySyncPluginKey } from '@tiptap/y-tiptap'
import type * as Y from 'yjs'
import { IMAGE_TYPES, UploadError, type UploadFile, type UploadProblem } from './upload.js'

/** One picture on its way; a value that never changes. */
export interface Upload {
  readonly id: number
  readonly name: string
  /** From 0 to 1. */
  readonly progress: number
  /** Why it failed; it can be tried again. */
  readonly problem?: UploadProblem
}

export interface ImageUploads {
  /** Pictures go where the caret is, or to this place. */
  add(files: readonly File[], position?: number): void
  retry(id: number): void
  /** Gives up, also what is under way. */
  dismiss(id: number): void
  readonly extension: Extension
  destroy(): void
}

export interface ImageUploadsOptions {
  readonly upload: UploadFile
  /** Called at every change. */
  onChange(uploads: readonly Upload[]): void
  /** A picture is in the document. */
  onDone?(name: string): void
}

interface Binding {
  readonly doc: Y.Doc
  readonly type: Y.XmlFragment
  readonly mapping: never
}
const bindingOf = (editor: Editor): Binding | undefined =>
  (ySyncPluginKey.getState(editor.state) as { binding?: Binding | null } | undefined)?.binding ?? undefined

interface Job {
  readonly id: number
  readonly file: File
  readonly place: Y.RelativePosition | undefined
  progress: number
  problem: UploadProblem | undefined
  abort: AbortController | undefined
}

export const isImage = (file: File): boolean => IMAGE_TYPES.some((type) => type === file.type)

export function createImageUploads({ upload, onChange, onDone }: ImageUploadsOptions): ImageUploads {
  const jobs = new Map<number, Job>()
  let editor: Editor | undefined
  let nextId = 1

  const tell = (): void =>
    onChange([...jobs.values()].map(({ id, file, progress, problem }) => ({ id, name: file.name, progress, ...(problem && { problem }) })))

  const run = async (job: Job): Promise<void> => {
    job.abort = new AbortController()
    job.problem = undefined
    job.progress = 0
    tell()
    try {
      const progress = (part: number): void => {
        job.progress = part
        tell()
      }
      const url = await upload(job.file, { signal: job.abort.signal, progress })
      if (!jobs.delete(job.id)) return
      insert(job, url)
      onDone?.(job.file.name)
    } catch (error) {
      if (!jobs.has(job.id)) return
      job.problem = error instanceof UploadError ? error.problem : 'no-server'
    }
    tell()
  }

  const insert = (job: Job, src: string): void => {
    if (editor === undefined || editor.isDestroyed) return
    const position = positionOf(editor, job.place)
    const alt = job.file.name.replace(/\.\w+$/, '')
    const { doc } = editor.state
    const $position = doc.resolve(Math.min(position, doc.content.size))
    const isEmptyLine = $position.parent.isTextblock && $position.parent.content.size === 0
    const at = isEmptyLine ? { from: $position.before(), to: $position.after() } : $position.parent.isTextblock ? $position.after() : position
    editor.chain().insertContentAt(at, { type: 'image', attrs: { src, alt } }, { updateSelection: false }).command(({ tr }) => {
      // As the last block it would leave no line to write on.
      if (tr.doc.lastChild?.type.name === 'image') tr.insert(tr.doc.content.size, tr.doc.type.schema.nodes['paragraph']!.create())
      return true
    }).run()
  }

  const add = (files: readonly File[], position?: number): void => {
    if (editor === undefined || !editor.isEditable) return
    for (const file of files) {
      const job: Job = {
        id: nextId++,
        file,
        place: placeOf(editor, position ?? editor.state.selection.to),
        progress: 0,
        problem: isImage(file) ? undefined : 'wrong-type',
        abort: undefined,
      }
      jobs.set(job.id, job)
      if (job.problem === undefined) void run(job)
    }
    tell()
  }

  const extension = Extension.create({
    name: 'imageUploads',
    onCreate() {
      editor = this.editor
    },
    onDestroy() {
      editor = undefined
    },
    addProseMirrorPlugins: () => [
      new Plugin({
        key: new PluginKey('cowrite-images'),
        props: {
          handlePaste: (view, event) => {
            const files = view.editable ? imagesOf(event.clipboardData) : []
            if (files.length > 0) add(files)
            return files.length > 0
          },
          handleDrop: (view, event, _slice, isMove) => {
            const files = isMove || !view.editable ? [] : [...(event.dataTransfer?.files ?? [])]
            if (files.length === 0) return false
            event.preventDefault()
            add(files, view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos)
            return true
          },
        },
      }),
    ],
  })
  return {
    add,
    extension,
    retry: (id) => {
      const job = jobs.get(id)
      if (job?.problem !== undefined) void run(job)
    },
    dismiss: (id) => {
      const job = jobs.get(id)
      jobs.delete(id)
      job?.abort?.abort()
      tell()
    },
    destroy: () => {
      for (const job of jobs.values()) job.abort?.abort()
      jobs.clear()
    },
  }
}

/** The pictures of a clipboard, where they are what was copied and not a likeness of text beside it. */
function imagesOf(data: DataTransfer | null): File[] {
  const files = [...(data?.files ?? [])].filter(isImage)
  const html = data?.getData('text/html') ?? ''
  if (files.length === 0 || html === '') return files
  // Spreadsheets put a picture of the cells beside the cells; browsers an <img> beside the picture that was copied.
  return /^\s*(<meta[^>]*>|<html>|<body>|<!--\w+-->|\s)*<img\b[^>]*>(<!--\w+-->|<\/body>|<\/html>|\s)*$/i.test(html) ? files : []
}

function placeOf(editor: Editor, position: number): Y.RelativePosition | undefined {
  const binding = bindingOf(editor)
  return binding && (absolutePositionToRelativePosition(position, binding.type, binding.mapping) as Y.RelativePosition)
}

function positionOf(editor: Editor, place: Y.RelativePosition | undefined): number {
  const binding = bindingOf(editor)
  const position = place && binding && (relativePositionToAbsolutePosition(binding.doc, binding.type, place, binding.mapping) as number | null)
  return typeof position === 'number' ? position : editor.state.selection.to
}
