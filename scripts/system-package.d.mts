/** Types of system-package.mjs for its test. */
export function installSystemPackage(name: string, purpose: string): Promise<void>
export function onPath(command: string): string[]
