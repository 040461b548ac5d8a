/**
 * Where the operator's socket of a data directory is.
 *
 * Owns: deriving it from the data directory alone, so that no setting and no file has to say it.
 * Always holds: server and command line come to the same addresses in the same order, from whatever folder they run.
 */
import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { SOCKET_NAME } from '@cowrite/persistence'

/** Bytes that the path of a Unix socket may have: 103 on macOS, 107 on Linux. */
const MAX_SOCKET_PATH_BYTES = 103

/**
 * The addresses to try, best first. The second is for data directories whose path is too long for a socket, or whose
 * file system knows none.
 */
export function operatorAddresses(data: string): string[] {
  const real = realPath(data)
  const hash = createHash('sha256').update(real).digest('hex').slice(0, 24)
  if (process.platform === 'win32') return [`\\\\.\\pipe\\cowrite-${hash}`]
  const inside = join(real, SOCKET_NAME)
  const outside = join(tmpdir(), `cowrite-${hash}.sock`)
  return Buffer.byteLength(inside) <= MAX_SOCKET_PATH_BYTES ? [inside, outside] : [outside]
}

function realPath(directory: string): string {
  try {
    return realpathSync(directory)
  } catch {
    return resolve(directory)
  }
}
