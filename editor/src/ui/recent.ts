/**
 * The documents opened lately in this browser.
 *
 * Owns: the list, newest first. It never leaves the browser.
 */
import { isDocumentName } from '@cowrite/protocol'
import { readJsonSetting, writeSetting } from './settings.js'

/** Most documents remembered. */
export const MOST_RECENT = 12

export interface RecentDocument {
  readonly name: string
  /** Milliseconds since 1970. */
  readonly openedAt: number
}

export function recentDocuments(): RecentDocument[] {
  const saved = readJsonSetting('recent')
  if (!Array.isArray(saved)) return []
  return saved
    .filter((entry: Partial<RecentDocument> | null): entry is RecentDocument =>
      typeof entry?.name === 'string' && isDocumentName(entry.name) && typeof entry.openedAt === 'number')
    .slice(0, MOST_RECENT)
}

export function rememberDocument(name: string, openedAt: number): void {
  const others = recentDocuments().filter((entry) => entry.name !== name)
  writeSetting('recent', JSON.stringify([{ name, openedAt }, ...others].slice(0, MOST_RECENT)))
}

/** "just now", "5 minutes ago", "yesterday": how long ago a moment was, in the reader's language. */
export function timeAgo(moment: number, now: number, language?: string, justNow = 'just now'): string {
  const seconds = Math.round((now - moment) / 1000)
  if (seconds < 45) return justNow
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return format.format(-minutes, 'minute')
  const hours = Math.round(minutes / 60)
  if (hours < 24) return format.format(-hours, 'hour')
  return format.format(-Math.round(hours / 24), 'day')
}
