/**
 * With which code the process ends, and why.
 *
 * Owns: the one table. docs/operate.md lists the same, and a test compares them.
 * Always holds: a code never changes its meaning; scripts depend on it.
 */
export const ENDINGS = {
  ok: { code: 0, when: 'Done.' },
  failed: { code: 1, when: 'It did not work; nothing was changed unless the message says so.' },
  usage: { code: 2, when: 'The command line or a setting makes no sense; nothing was done.' },
  damaged: { code: 3, when: 'Damage was found, in the documents or in the backup.' },
  exists: { code: 4, when: 'Refused, because something would be overwritten; `--force` allows it where there is one.' },
  busy: { code: 5, when: 'The data directory is in use by a process that does not answer, or the same work is under way.' },
  'not-found': { code: 6, when: 'The document, backup or file asked for is not there.' },
  partly: { code: 7, when: 'Done, but some of it was left out; the output lists what.' },
} as const satisfies Record<string, { readonly code: number; readonly when: string }>

export type Ending = keyof typeof ENDINGS
