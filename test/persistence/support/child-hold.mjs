// Opens the data directory, says so, and holds it until it is killed.
// With `as-nobody` it first gives up the rights of root, for which no directory is closed.
import { LevelStorage } from '@cowrite/persistence'

const [, , directory, who] = process.argv
if (who === 'as-nobody' && process.getuid?.() === 0) process.setuid(65534)
try {
  await LevelStorage.open(directory, { durability: 'fsync', history: 'keep' })
  console.log('opened ok')
} catch (error) {
  console.log(`refused ${error.code}`)
  process.exit(0)
}
process.stdin.resume()
