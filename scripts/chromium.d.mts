/** Types of chromium.mjs for the tests, which find the browser the same way as `npm test` does. */
export function findChromium(): string | undefined
export function chromiumAdvice(): string
export function ensureChromium(): Promise<string | undefined>
