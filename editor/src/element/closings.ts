/**
 * Documents that elements of this page still put away: what was typed goes into this browser's storage.
 *
 * Owns: knowing of them, so that whoever opens one of them next waits. Frameworks make a new element where the old
 * one was taken out, in one go.
 * Always holds: an entry is gone when its closing is done, whether that went well or not.
 */
interface Closing {
  readonly element: object
  readonly document: string
  readonly done: Promise<void>
}

const closings = new Set<Closing>()

export function rememberClosing(element: object, document: string, closed: Promise<void>): void {
  const forget = (): void => void closings.delete(closing)
  const closing: Closing = { element, document, done: closed.then(forget, forget) }
  closings.add(closing)
}

/** Resolves when neither this element nor another one with this document puts anything away; that takes milliseconds. */
export async function whenClosed(element: object, document: string): Promise<void> {
  const open = (): Closing[] => [...closings].filter((closing) => closing.element === element || closing.document === document)
  for (let left = open(); left.length > 0; left = open()) await Promise.all(left.map(({ done }) => done))
}
