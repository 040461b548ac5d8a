/**
 * Why a command failed, in one line that says what to do.
 *
 * Always holds: no stack trace; what the system said about a port or a host is put in words.
 */
import { SettingError } from '../config.js'
import { type FailureCode, failureOf } from '../operations/operation.js'

export function commandFailure(error: unknown): { readonly code: FailureCode; readonly message: string } {
  if (error instanceof SettingError) return { code: 'usage', message: error.message }
  const { code, message } = failureOf(error)
  return { code, message: systemText(error) ?? message }
}

function systemText(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, port, address, syscall, path } = error as NodeJS.ErrnoException & { port?: number; address?: string }
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken. Stop what uses it, or choose another: --port ${(port ?? 1234) + 1}`
    case 'EACCES':
      return syscall === 'listen' ? `Port ${port} may not be opened by this user. Choose one above 1023: --port 1234` : `${path} may not be opened by this user.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${address ?? 'That host'} is no address of this machine. Choose another: --host 127.0.0.1`
    case 'ENOSPC':
      return `The disk is full${path === undefined ? '' : `: ${path}`}. Nothing was changed.`
    default:
      return undefined
  }
}
