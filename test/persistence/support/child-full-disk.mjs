// Appends until a write fails, keeps CURRENT away for a while so that opening anew fails as well, then goes on.
// Says every acknowledged number, then `done`. The parent has limited the size of files.
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { LevelStorage } from '@cowrite/persistence'

const [, , directory, valueBytes] = process.argv
const storage = await LevelStorage.open(directory, { durability: 'fsync', history: 'keep' })
let next = 0
let failures = 0

async function append() {
  const id = next++
  const update = new Uint8Array(Number(valueBytes))
  new DataView(update.buffer).setUint32(0, id)
  try {
    await storage.append([{ name: 'a', update, time: 0 }, { name: 'b', update, time: 0 }])
    console.log(`acknowledged ${id}`)
    return undefined
  } catch (error) {
    failures++
    return error.code
  }
}

for (let round = 0; round < 3; round++) {
  let code
  do code = await append()
  while (code === undefined)
  console.log(`failed ${code}`)
  const current = join(directory, 'CURRENT')
  await rename(current, `${current}.away`)
  console.log(`meanwhile ${await append()} ${await append()} ${await storage.load('a').catch((error) => error.code)}`)
  await rename(`${current}.away`, current)
  for (let more = 0; more < 10; more++) console.log(`healed ${await append()}`)
}
console.log(`done ${failures}`)
process.stdin.resume()
