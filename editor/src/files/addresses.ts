/**
 * Addresses of pictures, in documents that leave a server or come to one.
 *
 * Owns: changing them. Does not own: what they are changed to.
 * Always holds: nothing but addresses of pictures, and pictures that have none any more, is touched.
 */
import type { JSONContent } from '@tiptap/core'

/**
 * The same document with each picture as `change` has it.
 * @param change gives the new node for a picture; undefined leaves it out
 */
export function withPictures(node: JSONContent, change: (picture: JSONContent, src: string) => JSONContent | undefined): JSONContent {
  if (node.content === undefined) return node
  const content = node.content.flatMap((child) => {
    const src: unknown = child.attrs?.['src']
    if (child.type !== 'image') return [withPictures(child, change)]
    const changed = change(child, typeof src === 'string' ? src : '')
    return changed === undefined ? [] : [changed]
  })
  // No block may lose all of its content.
  return { ...node, content: content.length === 0 && node.content.length > 0 ? [{ type: 'paragraph' }] : content }
}

export const withAddress = (picture: JSONContent, src: string): JSONContent => ({ ...picture, attrs: { ...picture.attrs, src } })

/** A line with a link in the place of a picture. */
export function linkInstead({ attrs = {} }: JSONContent, href: string): JSONContent {
  const text = String(attrs['alt'] ?? '') || String(attrs['title'] ?? '') || href
  return { type: 'paragraph', content: [{ type: 'text', text, marks: [{ type: 'link', attrs: { href } }] }] }
}
