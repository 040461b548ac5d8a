/**
 * A backup or a restore that kills its own process after so many reports of progress:
 * `child-work.mjs backup|restore <from> <to> <reports>`.
 */
import { backup, LevelStorage, restoreBackup } from '@cowrite/persistence'

const [work, from, to, reports] = process.argv.slice(2)
let left = Number(reports)
const onProgress = () => {
  if (--left === 0) process.kill(process.pid, 'SIGKILL')
}
if (work === 'restore') await restoreBackup(from, to, { force: true, onProgress })
else {
  const storage = await LevelStorage.open(from, { durability: 'fsync', history: 'keep' })
  await backup(storage, to, { onProgress })
  await storage.close()
}
