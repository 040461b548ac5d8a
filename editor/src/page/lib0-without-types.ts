/**
 * Stands for `lib0/logging` and `lib0/dom` in the page. They bring 2 kB of checked types along, for which nothing here
 * has a use.
 *
 * Owns: the names that Yjs and y-tiptap import: two warnings, and the document.
 * Always holds: what Yjs has to say stands in the console, without colors.
 */
export const [ORANGE, RED, BOLD, UNBOLD] = ['', '', '', '']

export const print = (...words: readonly unknown[]): void => console.log(...words.filter((word) => word !== ''))
export const warn = (...words: readonly unknown[]): void => console.warn(...words)

export const doc = document
