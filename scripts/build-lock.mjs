/**
 * One builder at a time: `npm start` in one terminal and `npm test` in the next share the checkout.
 *
 * Owns: the lock file `.cache/building` and who may take it over.
 * Always holds: the lock of a process that has ended does not stop anybody.
 */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { root } from './steps.mjs'

const lockFile = join(root, '.cache', 'building')

/** Runs `work` while no other process of this checkout does; waits for one that is at it. */
export async function withBuildLock(work) {
  mkdirSync(join(root, '.cache'), { recursive: true })
  for (let told = false; !takeLock(); told = true) {
    if (!told) console.log('Waiting for another build of this checkout to end ...')
    await pause(100)
  }
  try {
    return await work()
  } finally {
    rmSync(lockFile, { force: true })
  }
}

function takeLock() {
  // A link appears with its content: no reader ever sees a lock that does not name its owner yet.
  const own = `${lockFile}-${process.pid}`
  writeFileSync(own, String(process.pid))
  try {
    linkSync(own, lockFile)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  } finally {
    rmSync(own, { force: true })
  }
  // Whoever finds the lock of a dead process removes it; the next attempt is again exclusive.
  if (!isAlive(readLock())) rmSync(lockFile, { force: true })
  return false
}

function readLock() {
  try {
    return Number(readFileSync(lockFile, 'utf8'))
  } catch {
    return Number.NaN
  }
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
