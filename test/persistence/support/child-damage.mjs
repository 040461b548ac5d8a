// Damages copies of a data directory, opens each, and says for each what became of it, one line of JSON.
// Of its own process because damage that LevelDB meets may abort it.
import { cp, mkdir, open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { LevelStorage, repairDirectory, StorageError } from '@cowrite/persistence'
import { randomOf } from '@cowrite/persistence/contract'

const [, , template, place, seed, from, to] = process.argv
const expected = new Map(JSON.parse(await readFile(`${template}.json`, 'utf8')))
const say = (line) => writeSync(1, `${line}\n`)

for (let number = Number(from); number < Number(to); number++) {
  const random = randomOf(Number(seed) + number * 7919)
  const below = (limit) => Math.floor(random() * limit)
  const directory = join(place, 'data')
  await rm(place, { recursive: true, force: true })
  await mkdir(place, { recursive: true })
  await cp(template, directory, { recursive: true })
  const damage = await spoil(directory, below)
  say(`begins ${JSON.stringify({ number, damage })}`)
  const outcome = { number, damage, ...(await judge(directory)) }
  say(`case ${JSON.stringify(outcome)}`)
}
say('all done')

async function spoil(directory, below) {
  const names = (await readdir(directory)).filter((name) => !/^(LOG|LOCK)/.test(name))
  const of = (pattern) => names.filter((name) => pattern.test(name))
  const groups = [of(/log$/), of(/log$/), of(/ldb$/), of(/ldb$/), of(/^MANIFEST/), of(/^CURRENT|^COMMITTED/)].filter((group) => group.length > 0)
  const group = groups[below(groups.length)]
  const name = group[below(group.length)]
  const path = join(directory, name)
  const { size } = await stat(path)
  const at = below(Math.max(size, 1))
  const how = ['flip', 'flip', 'flip', 'zero', 'garble', 'cut', 'delete'][below(7)]
  const length = Math.min(size - at, how === 'flip' ? 1 : 1 + below([8, 600, 6000][below(3)]))
  if (how === 'delete') await rm(path)
  else if (how === 'cut') await truncate(path, at)
  else {
    const file = await open(path, 'r+')
    const bytes = new Uint8Array(length)
    await file.read(bytes, 0, length, at)
    for (let index = 0; index < length; index++) {
      bytes[index] = how === 'zero' ? 0 : how === 'flip' ? bytes[index] ^ (1 << below(8)) : below(256)
    }
    await file.write(bytes, 0, length, at)
    await file.close()
  }
  return { name, how, at, length, size }
}

async function judge(directory) {
  const before = await contentOf(directory)
  const reports = []
  let storage
  try {
    storage = await openStorage(directory, reports)
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'damaged') return { fault: `opening: ${error.stack}` }
    const after = await contentOf(directory)
    for (const [name, content] of before) if (after.get(name) !== content) return { fault: `refused, and changed ${name}: ${error.message}` }
    if (!/cowrite repair/.test(error.message)) return { fault: `the refusal does not say what to do: ${error.message}` }
    const target = join(directory, '..', 'repaired')
    let report
    try {
      report = await repairDirectory(directory, target)
    } catch (problem) {
      return { fault: `repair: ${problem.stack}` }
    }
    storage = await openStorage(target, reports)
    const judged = await judgeDocuments(storage, [...reports, ...report.findings], reports)
    await storage.close()
    return { became: 'repaired', ...judged }
  }
  const judged = await judgeDocuments(storage, reports, reports)
  await storage.close()
  if (judged.fault !== undefined) return judged
  // Once mended it stays so: what is opened again has nothing new to tell but the holes.
  const again = []
  const second = await openStorage(directory, again)
  await second.close()
  if (again.length > 0) return { fault: `opened again, told again: ${JSON.stringify(again)}` }
  return { became: reports.length > 0 ? 'mended' : 'whole', ...judged }
}

async function judgeDocuments(storage, told, reports) {
  let missing = 0
  let hit = 0
  const listed = new Set(await storage.list({ limit: 10_000 }))
  const foreign = [...listed].filter((name) => !expected.has(name))
  if (foreign.length > 0) return { fault: `documents that never were: ${foreign}` }
  for (const [name, { through, updates }] of expected) {
    const document = await storage.load(name)
    const lost = lossesOf(document, through, updates)
    if (typeof lost === 'string') return { fault: `${name}: ${lost}` }
    if (!listed.has(name) && lost < updates.length) return { fault: `${name} is there and not listed` }
    if (lost === 0) continue
    hit++
    missing += lost
    // A log that was cut does not tell what stood behind the cut, and is told of as a file.
    const isTold = [...told, ...reports].some((report) => report.document === name || (report.document === undefined && (report.file ?? 'x.log').endsWith('.log')))
    if (!isTold) return { fault: `${name} lacks ${lost} updates and nobody was told` }
  }
  return { hit, missing }
}

/** How many updates are not there; a text when something is there that never was. */
function lossesOf(document, through, updates) {
  if (document === undefined) return updates.length
  let lost = 0
  if (document.snapshot !== undefined && document.snapshot.through !== through) return 'a snapshot that never was'
  const there = new Map(document.tail.map(({ sequence, update }) => [sequence, update]))
  for (const [sequence, update] of there) {
    if (updates[sequence - 1] !== Buffer.from(update).toString('base64')) return `update ${sequence} is not what was written`
  }
  // Where the snapshot is lost, what it covered is in the history.
  const first = document.snapshot === undefined ? 1 : through + 1
  for (let sequence = first; sequence <= updates.length; sequence++) if (!there.has(sequence)) lost++
  return lost
}

function openStorage(directory, reports) {
  return LevelStorage.open(directory, { durability: 'fsync', history: 'keep', onDamage: (report) => reports.push(report) })
}

async function contentOf(directory) {
  const names = (await readdir(directory)).filter((name) => !name.startsWith('LOG'))
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(directory, name), 'base64').catch(() => 'folder')])))
}
