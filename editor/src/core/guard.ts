/**
 * The schema guard: stops an editor before it deletes what its schema cannot hold.
 *
 * Owns: the walk over the Yjs content, and the observer that looks at what each change brings.
 * Does not own: stopping the editor (the caller does, inside the callback) or telling the user.
 * Always holds: registered before the editor is created, it sees every change before the editor's
 * own observer does. y-tiptap deletes, for everybody, every element it cannot build and every text
 * with a mark it does not know; `enableContentCheck` neither prevents nor reports that.
 *
 * Besides names it looks at places (may this node stand in that one at all?): a Yjs element never
 * changes its name or parent, so a place the schema rules out always comes from a foreign schema,
 * never from two of our own editors working at once. Counts ("at least one item") are not looked
 * at: concurrent editing does break those, and y-tiptap's repair is right there. Two more things are
 * refused because they would hang or break every editor that opens them: spans beyond what a table
 * map can allocate, and nesting deeper than any stack.
 */
import type { MarkType, NodeType, Schema } from '@tiptap/pm/model'
import * as Y from 'yjs'

/** Something in the document that this schema cannot hold; says what, never the content. */
export interface Unknown {
  readonly kind: 'node' | 'mark' | 'place' | 'content'
  readonly name: string
}

/** Deepest nesting of nodes taken; people stop at about ten. */
export const MAX_DEPTH = 100
/** Largest colspan or rowspan: ProseMirror's table map allocates rows x columns. */
export const MAX_SPAN = 1000

// y-tiptap adds a hash to the name of a mark that may overlap itself: `comment--AbCd1234`.
const HASHED_MARK = /^(.*)--[a-zA-Z0-9+/=]{8}$/

/** The attribute key of a Yjs text as the mark name it stands for. */
export const markNameOf = (key: string): string => HASHED_MARK.exec(key)?.[1] ?? key

/** All node types that can occur anywhere inside this one, by its content expression. */
function possibleChildren(type: NodeType): ReadonlySet<NodeType> {
  const found = new Set<NodeType>()
  const seen = new Set([type.contentMatch])
  for (const match of seen) {
    for (let index = 0; index < match.edgeCount; index++) {
      const edge = match.edge(index)
      found.add(edge.type)
      seen.add(edge.next) // a Set visits what is added while it is walked
    }
  }
  return found
}

function depthOf(type: Y.XmlFragment): number {
  let depth = 0
  for (let parent: unknown = type.parent; parent instanceof Y.XmlFragment; parent = parent.parent) depth++
  return depth
}

function oddSpan(type: Y.XmlFragment): Unknown | undefined {
  if (!(type instanceof Y.XmlElement)) return undefined
  for (const name of ['colspan', 'rowspan']) {
    const span: unknown = type.getAttribute(name)
    if (span === undefined || span === null) continue
    if (!Number.isInteger(span) || (span as number) < 1 || (span as number) > MAX_SPAN) return { kind: 'content', name }
  }
  return undefined
}

/** The questions the walk asks of a schema, with their answers kept. */
export class SchemaGuard {
  readonly #children = new Map<NodeType, ReadonlySet<NodeType>>()
  readonly #schema: Schema

  constructor(schema: Schema) {
    this.#schema = schema
  }

  /** The first thing in this fragment that the schema cannot hold. */
  findUnknown(fragment: Y.XmlFragment): Unknown | undefined {
    const parent = fragment instanceof Y.XmlElement ? this.#schema.nodes[fragment.nodeName] : this.#schema.topNodeType
    return this.#inContent(parent, fragment.toArray(), depthOf(fragment))
  }

  /** The first such thing among what these events brought; unchanged parts are not walked. */
  findUnknownIn(events: readonly Y.YEvent<Y.AbstractType<unknown>>[]): Unknown | undefined {
    for (const event of events) {
      const target: unknown = event.target
      const added = [...event.changes.added].flatMap((item) => item.content.getContent() as unknown[])
      const found =
        target instanceof Y.XmlText
          ? this.#inText(this.#typeOf(target.parent), target)
          : target instanceof Y.XmlElement || target instanceof Y.XmlFragment
            ? (oddSpan(target) ?? this.#inContent(this.#typeOf(target), added, depthOf(target)))
            : ({ kind: 'content', name: 'shared type' } as const)
      if (found) return found
    }
    return undefined
  }

  #typeOf(parent: unknown): NodeType | undefined {
    if (parent instanceof Y.XmlElement) return this.#schema.nodes[parent.nodeName]
    return this.#schema.topNodeType
  }

  #inContent(parent: NodeType | undefined, content: readonly unknown[], depth: number): Unknown | undefined {
    if (depth > MAX_DEPTH) return { kind: 'content', name: 'nested too deep' }
    for (const child of content) {
      const found = this.#inChild(parent, child, depth)
      if (found) return found
    }
    return undefined
  }

  #inChild(parent: NodeType | undefined, child: unknown, depth: number): Unknown | undefined {
    if (child instanceof Y.XmlText) return this.#inText(parent, child)
    if (!(child instanceof Y.XmlElement)) return { kind: 'content', name: 'not an element' }
    const type = this.#schema.nodes[child.nodeName]
    if (type === undefined) return { kind: 'node', name: child.nodeName }
    if (parent !== undefined && !this.#mayHold(parent, type)) {
      return { kind: 'place', name: `${type.name} in ${parent.name}` }
    }
    return oddSpan(child) ?? this.#inContent(type, child.toArray(), depth + 1)
  }

  #inText(parent: NodeType | undefined, text: Y.XmlText): Unknown | undefined {
    const textType = this.#schema.nodes['text']
    if (parent !== undefined && textType !== undefined && !this.#mayHold(parent, textType)) {
      return { kind: 'place', name: `text in ${parent.name}` }
    }
    for (const piece of text.toDelta() as { insert: unknown; attributes?: Record<string, unknown> }[]) {
      if (typeof piece.insert !== 'string') return { kind: 'content', name: 'embedded object' }
      for (const key of Object.keys(piece.attributes ?? {})) {
        const mark: MarkType | undefined = this.#schema.marks[markNameOf(key)]
        if (mark === undefined) return { kind: 'mark', name: markNameOf(key) }
        if (parent !== undefined && !parent.allowsMarkType(mark)) {
          return { kind: 'place', name: `${mark.name} in ${parent.name}` }
        }
      }
    }
    return undefined
  }

  #mayHold(parent: NodeType, child: NodeType): boolean {
    let children = this.#children.get(parent)
    if (children === undefined) this.#children.set(parent, (children = possibleChildren(parent)))
    return children.has(child)
  }
}

/**
 * Watches the content from now on. Call it before the editor is created.
 * @param onUnknown called inside the Yjs event, at most once; it must destroy the editor before it
 * returns, so that the editor's own observer finds no view to update.
 * @returns stops watching.
 */
export function watchSchema(fragment: Y.XmlFragment, guard: SchemaGuard, onUnknown: (found: Unknown) => void): () => void {
  const observer = (events: Y.YEvent<Y.AbstractType<unknown>>[]): void => {
    const found = guard.findUnknownIn(events)
    if (found === undefined) return
    stop()
    onUnknown(found)
  }
  let isWatching = true
  const stop = (): void => {
    if (!isWatching) return
    isWatching = false
    fragment.unobserveDeep(observer as never)
  }
  fragment.observeDeep(observer as never)
  return stop
}
