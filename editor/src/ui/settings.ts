/**
 * What this browser remembers for the person: theme, name, documents opened lately.
 *
 * Owns: the keys in localStorage.
 * Always holds: no storage (private windows, blocked cookies, full) is no error; it just forgets.
 */

export type SettingName = 'theme' | 'person' | 'recent'

const keyOf = (name: SettingName): string => `cowrite:${name}`

/** @returns undefined when there is none or it cannot be read. */
export function readSetting(name: SettingName): string | undefined {
  try {
    return localStorage.getItem(keyOf(name)) ?? undefined
  } catch {
    return undefined
  }
}

export function writeSetting(name: SettingName, value: string): void {
  try {
    localStorage.setItem(keyOf(name), value)
  } catch {
    // Remembering is a comfort; the page works without.
  }
}

/** A setting that holds JSON, or undefined when it is not there or not JSON. */
export function readJsonSetting(name: SettingName): unknown {
  try {
    return JSON.parse(readSetting(name) ?? 'null') as unknown
  } catch {
    return undefined
  }
}
