// Appends groups to a few documents and compacts them, as fast as it can, until it is killed.
// Says what it is about to send before, and what was acknowledged after. A snapshot's bytes are the numbers it covers.
import { writeSync } from 'node:fs'
import { LevelStorage } from '@cowrite/persistence'
import { randomOf } from '@cowrite/persistence/contract'

const [, , directory, seed, first] = process.argv
const random = randomOf(Number(seed))
const storage = await LevelStorage.open(directory, { durability: 'fsync', history: Number(seed) % 2 ? 'keep' : 'none' })
// A pipe that is written synchronously has taken the line before the next step begins.
const say = (line) => writeSync(1, `${line}\n`)

let next = Number(first)
say('opened ok')
for (;;) {
  const ids = Array.from({ length: 1 + Math.floor(random() * 20) }, () => next++)
  say(`sent ${ids.join(' ')}`)
  const append = storage.append(ids.map((id) => ({ name: `document ${id % 4}`, update: bytesOf(id), time: id })))
  if (random() < 0.3) await Promise.all([append, compact(`document ${Math.floor(random() * 4)}`)])
  await append
  say(`acknowledged ${ids.join(' ')}`)
}

async function compact(name) {
  const document = await storage.load(name)
  if (document === undefined) return
  const covered = document.snapshot?.update ?? new Uint8Array()
  const update = Buffer.concat([covered, ...document.tail.map((record) => record.update)])
  const through = document.tail.at(-1)?.sequence ?? document.snapshot?.through ?? 0
  await storage.compact(name, { update, stateVector: new Uint8Array(), deletions: new Uint8Array() }, through)
}

function bytesOf(id) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(id)
  return bytes
}
