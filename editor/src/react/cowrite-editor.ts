/**
 * `<CowriteEditor>`: the element `<cowrite-editor>` as a React component.
 *
 * Owns: writing props into the element's attributes and properties, and handing its events to the callbacks.
 * Does not own: anything of the editor: the ref is the element, with its properties and methods (docs/embed.md).
 * Always holds: another function or an equal object in a prop opens nothing anew; what an element before this one had
 * of the same document is put away before it opens, so StrictMode and a change of `key` lose nothing. Rendered on a
 * server it is an empty tag.
 */
import type { Editor, Extensions } from '@tiptap/core'
import {
  createElement, type CSSProperties, forwardRef, type ForwardRefExoticComponent, type RefAttributes, useEffect, useImperativeHandle,
  useLayoutEffect, useRef,
} from 'react'
import type { Change } from '../core/changes.js'
import type { EditorStatus } from '../core/options.js'
import type { Person, UserInfo } from '../core/person.js'
import type { HostSchema } from '../schema/index.js'
import type {
  CowriteEditorElement, CowriteElementDetails, EditMode, ElementError, GetToken, MentionTarget, Messages, SearchMentions, SelectionInfo,
  UploadFile,
} from '../element/index.js'
import { defineCowriteEditor } from '../element/define.js'

defineCowriteEditor()

export interface CowriteEditorProps {
  /** Address of the server: `https://host`, with or without a path. */
  readonly server: string
  /** Name of the document. Without one nothing is shown. */
  readonly doc?: string | undefined
  readonly token?: string | undefined
  readonly getToken?: GetToken | undefined
  readonly user?: UserInfo | undefined
  readonly mode?: EditMode | undefined
  readonly theme?: 'auto' | 'light' | 'dark' | undefined
  readonly toolbar?: 'full' | 'compact' | 'none' | undefined
  /** What the interface leaves out, as `-table -image`. */
  readonly features?: string | undefined
  readonly placeholder?: string | undefined
  /** Accessible name of the text. */
  readonly label?: string | undefined
  readonly lang?: string | undefined
  /** False keeps nothing in this browser. */
  readonly offline?: boolean | undefined
  readonly autoFocus?: boolean | undefined
  readonly extensions?: Extensions | undefined
  readonly searchMentions?: SearchMentions | undefined
  readonly uploadFile?: UploadFile | undefined
  readonly messages?: Messages | undefined
  readonly schema?: HostSchema | undefined
  readonly onReady?: ((editor: Editor) => void) | undefined
  readonly onStatus?: ((status: EditorStatus) => void) | undefined
  readonly onUsers?: ((users: readonly Person[]) => void) | undefined
  readonly onChange?: ((change: Change) => void) | undefined
  readonly onSelection?: ((selection: SelectionInfo) => void) | undefined
  readonly onMention?: ((target: MentionTarget) => void) | undefined
  readonly onError?: ((error: ElementError) => void) | undefined
  readonly id?: string | undefined
  readonly className?: string | undefined
  readonly style?: CSSProperties | undefined
}

/** React warns of layout effects where it renders to text. */
const useDomEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect

export const CowriteEditor: ForwardRefExoticComponent<CowriteEditorProps & RefAttributes<CowriteEditorElement>> =
  forwardRef<CowriteEditorElement, CowriteEditorProps>(function CowriteEditor(props, ref) {
    const element = useRef<CowriteEditorElement>(null)
    useImperativeHandle(ref, () => element.current!, [])
    /** What was rendered last: functions given to the element once look here. */
    const latest = useRef(props)
    // In this order: functions are there before the element asks for them, which it does after this commit.
    useDomEffect(() => {
      latest.current = props
    })
    useFunctions(element, latest, props)
    useObjects(element, props)
    useEvents(element, latest)
    useAttributes(element, props)
    // Under its own name: React 18 gives an element like this one its attributes as they are written. Its children are its own.
    return createElement('cowrite-editor', { ref: element, id: props.id, class: props.className, style: props.style, suppressHydrationWarning: true })
  })

type ElementRef = { readonly current: CowriteEditorElement | null }
type LatestProps = { readonly current: CowriteEditorProps }

/** Not by React: 18 writes attributes where 19 sets properties, and a property that is taken away becomes `undefined`. */
function useAttributes(element: ElementRef, props: CowriteEditorProps): void {
  useDomEffect(() => {
    const { server, doc, token, mode, theme, toolbar, features, placeholder, label, lang, offline, autoFocus } = props
    const attributes = {
      server, doc, token, mode, theme, toolbar, features, placeholder, label, lang,
      offline: offline === false ? 'off' : undefined,
      autofocus: autoFocus ? '' : undefined,
    }
    for (const [name, value] of Object.entries(attributes)) {
      if (value === undefined) element.current!.removeAttribute(name)
      else if (element.current!.getAttribute(name) !== value) element.current!.setAttribute(name, value)
    }
  })
}

/** Whether there is a function is a matter of the document's opening; which one it is, of the next call. */
function useFunctions(element: ElementRef, latest: LatestProps, props: CowriteEditorProps): void {
  const [logsIn, searches, uploads] = [props.getToken !== undefined, props.searchMentions !== undefined, props.uploadFile !== undefined]
  useDomEffect(() => {
    element.current!.getToken = logsIn ? () => latest.current.getToken?.() ?? '' : undefined
  }, [logsIn])
  useDomEffect(() => {
    element.current!.searchMentions = searches ? async (query, options) => (await latest.current.searchMentions?.(query, options)) ?? [] : undefined
  }, [searches])
  useDomEffect(() => {
    element.current!.uploadFile = uploads
      ? (file, options) => latest.current.uploadFile?.(file, options) ?? Promise.reject(new Error('uploadFile was taken away'))
      : undefined
  }, [uploads])
}

function useObjects(element: ElementRef, { user, messages, extensions, schema }: CowriteEditorProps): void {
  useDomEffect(() => {
    element.current!.user = user
  }, [user?.id, user?.name, user?.color])
  useDomEffect(() => {
    element.current!.messages = messages // which compares what is in it
  }, [messages])
  useDomEffect(() => {
    element.current!.schema = schema
  }, [schema])
  useDomEffect(() => {
    // An array written into the tag is another one at each rendering.
    const now = element.current!.extensions
    const isSame = now?.length === extensions?.length && (now ?? []).every((extension, at) => extension === extensions![at])
    if (!isSame) element.current!.extensions = extensions
  }, [extensions])
}

function useEvents(element: ElementRef, latest: LatestProps): void {
  useDomEffect(() => {
    const target = element.current!
    const stops: (() => void)[] = []
    const on = <Name extends keyof CowriteElementDetails>(name: Name, tell: (props: CowriteEditorProps, detail: CowriteElementDetails[Name]) => void): void => {
      const listener = (event: CustomEvent<CowriteElementDetails[Name]>): void => {
        // Events bubble: one of an editor inside this one is not of this one.
        if (event.target === target) tell(latest.current, event.detail)
      }
      target.addEventListener(name, listener as EventListener)
      stops.push(() => target.removeEventListener(name, listener as EventListener))
    }
    on('cowrite-ready', ({ onReady }, { editor }) => onReady?.(editor))
    on('cowrite-status', ({ onStatus }, status) => onStatus?.(status))
    on('cowrite-users', ({ onUsers }, users) => onUsers?.(users))
    on('cowrite-change', ({ onChange }, change) => onChange?.(change))
    on('cowrite-selection', ({ onSelection }, selection) => onSelection?.(selection))
    on('cowrite-mention', ({ onMention }, mentioned) => onMention?.(mentioned))
    on('cowrite-error', ({ onError }, error) => onError?.(error))
    return () => stops.forEach((stop) => stop())
  }, [])
}
