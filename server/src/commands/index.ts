/** The one table of commands, in the order of the help text. */
import { backup } from './backup.js'
import type { Command } from './command.js'
import { compact } from './compact.js'
import { deleteDocument, undelete } from './delete.js'
import { dump } from './dump.js'
import { health } from './health.js'
import { importDocuments } from './import.js'
import { list } from './list.js'
import { restore } from './restore.js'
import { restorePoints } from './restore-points.js'
import { stats } from './stats.js'
import { token } from './token.js'
import { repair, verify } from './verify.js'

/** All commands but `serve`, which the process owns, and `help`. */
export const COMMANDS: readonly Command[] = [
  health, stats, list, dump, deleteDocument, undelete, compact, restorePoints, backup, restore, verify, repair, importDocuments, token,
]
