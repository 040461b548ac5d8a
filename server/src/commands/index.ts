/** The one table of commands, in the order of the help text. */
import { backup } from './backup.js'
import type { Command } from './command.js'
import { health } from './health.js'
import { list } from './list.js'
import { restore } from './restore.js'
import { stats } from './stats.js'

/** All commands but `serve`, which the process owns, and `help`. */
export const COMMANDS: readonly Command[] = [health, stats, list, backup, restore]
