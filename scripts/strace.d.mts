/** Types of strace.mjs for its test. */
export function ensureStrace(): Promise<void>
