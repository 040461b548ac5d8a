// Appends to a few documents, compacts, erases, closes and opens anew, for so many operations, then ends.
// Says what it is about to do before, and that it was acknowledged after: whoever records its system calls
// finds both in the record, in their true order with its writes. An update begins with its number (u32); a
// snapshot's bytes are the numbers that it covers.
import { writeSync } from 'node:fs'
import { ClassicLevel } from 'classic-level'
import { LevelStorage } from '@cowrite/persistence'
import { randomOf } from '@cowrite/persistence/contract'

const [, , directory, durability, seed, operations, first] = process.argv
const random = randomOf(Number(seed))
const below = (limit) => Math.floor(random() * limit)
const say = (line) => writeSync(1, `${line}\n`)

// LevelDB's smallest memory table instead of 4 MiB: its log is rotated and its tables are written all the time.
const open = ClassicLevel.prototype.open
ClassicLevel.prototype.open = function (options) {
  return open.call(this, { ...options, writeBufferSize: 64 * 1024 })
}

const NAMES = ['a', 'b', 'c', 'd']
async function openStorage() {
  say('opening now')
  const opened = await LevelStorage.open(directory, { durability, history: Number(seed) % 2 ? 'keep' : 'none' })
  say('opened now')
  return opened
}
let storage = await openStorage()
let next = Number(first)
let operation = 0

/** Says what is about to be done, does it, and says when it is acknowledged. */
async function act(effect, call) {
  const number = ++operation
  say(`do ${JSON.stringify({ number, ...effect })}`)
  await call()
  say(`done ${number}`)
}

// A cut may have come between a removal and its end.
for (const name of NAMES) await storage.load(name).catch(() => erase(name))

while (operation < Number(operations)) {
  const dice = random()
  const name = NAMES[below(NAMES.length)]
  if (dice < 0.03) await erase(name)
  else if (dice < 0.06) {
    await act({ remove: name }, () => storage.remove(name))
    await act({ restore: name }, () => storage.restore(name))
  } else if (dice < 0.08) {
    await storage.close()
    storage = await openStorage()
  } else if (dice < 0.16) await Promise.all([append(), compact(name)])
  else await append()
}
await storage.close()

/** Afterwards the name can be used again. */
function erase(name) {
  return act({ erase: name }, async () => {
    await storage.erase(name)
    await storage.create?.(name)
  })
}

function append() {
  const entries = Array.from({ length: 1 + below(5) }, () => ({ name: NAMES[below(NAMES.length)], update: update(), time: 0 }))
  const effect = entries.map(({ name, update }) => [name, new DataView(update.buffer).getUint32(0)])
  return act({ append: effect }, () => storage.append(entries))
}

/** Mostly small, some over several blocks of LevelDB's log (32 KiB). */
function update() {
  const bytes = new Uint8Array(4 + below(random() < 0.03 ? 80_000 : 600))
  for (let at = 4; at < bytes.length; at++) bytes[at] = below(256)
  new DataView(bytes.buffer).setUint32(0, next++)
  return bytes
}

async function compact(name) {
  const document = await storage.load(name)
  if (document === undefined) return
  const covered = document.snapshot?.update ?? new Uint8Array()
  const bytes = Buffer.concat([covered, ...document.tail.map((record) => record.update.subarray(0, 4))])
  const snapshot = { update: bytes, stateVector: new Uint8Array(), deletions: new Uint8Array() }
  const through = document.tail.at(-1)?.sequence ?? document.snapshot?.through ?? 0
  await act({ compact: name }, () => storage.compact(name, snapshot, through, document.epoch))
}
