/**
 * `npm run clean`: removes everything that the build wrote, and nothing else.
 *
 * Owns: the list of what is built. Does not touch node_modules, nor any document data.
 */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './steps.mjs'

for (const folder of ['protocol', 'persistence', 'client', 'editor', 'server', 'bench', 'examples']) {
  rmSync(join(root, folder, 'dist'), { recursive: true, force: true })
  for (const file of readdirSync(join(root, folder))) {
    if (file.endsWith('.tsbuildinfo')) rmSync(join(root, folder, file))
  }
}
rmSync(join(root, '.cache'), { recursive: true, force: true })
