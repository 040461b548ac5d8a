/**
 * A real file system of 24 MB that can be filled to its last byte.
 *
 * Owns: mounting it, the ballast that fills it, and taking it down after the test.
 * Does not own: what else is written to it.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { newDirectory } from '../../support/server-process.js'

/** In memory, and as a disk image. */
export const FILE_SYSTEMS = ['tmpfs', 'ext4'] as const
export type SmallKind = (typeof FILE_SYSTEMS)[number]

const MIB = 1024 * 1024
const SIZE_MIB = 24

export interface SmallFileSystem {
  path(name: string): string
  /** How many bytes are free. */
  free(): number
  /** Writes a ballast file until not a byte more fits. */
  fill(): Promise<void>
  /** Takes the ballast away. */
  empty(): Promise<void>
  /** Leaves this much room, in bytes. */
  fillBut(bytes: number): Promise<void>
}

const succeeds = (command: string, ...args: string[]): boolean => spawnSync(command, args, { timeout: 20_000 }).status === 0

/** Why none can be mounted on this machine; undefined when it can. */
export function whyNoMounts(kind: SmallKind): string | undefined {
  if (process.platform !== 'linux') return 'small file systems are mounted on Linux only'
  if (process.getuid?.() !== 0) return 'only the superuser may mount a file system'
  if (kind === 'ext4' && !succeeds('mkfs.ext4', '-V')) return 'mkfs.ext4 is not installed'
  return undefined
}

/** Mounts one; it is gone after the test. @throws when the system does not let us */
export async function mountSmall(kind: SmallKind): Promise<SmallFileSystem> {
  const directory = await newDirectory()
  const [mountPoint, image] = [join(directory, 'mounted'), join(directory, 'image')]
  mkdirSync(mountPoint)
  onTestFinished(() => {
    succeeds('umount', '--lazy', mountPoint)
    rmSync(directory, { recursive: true, force: true })
  })
  const isMounted = kind === 'tmpfs'
    ? succeeds('mount', '-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'none', mountPoint)
    : succeeds('truncate', '-s', `${SIZE_MIB}M`, image) && succeeds('mkfs.ext4', '-q', '-m', '0', image) && succeeds('mount', '-o', 'loop', image, mountPoint)
  if (!isMounted) throw new Error(`${kind} could not be mounted`)
  const path = (name: string): string => join(mountPoint, name)
  const free = (): number => {
    const { bavail, bsize } = statfsSync(mountPoint)
    return bavail * bsize
  }
  const grow = async (enough: () => boolean): Promise<void> => {
    const ballast = await open(path('ballast'), 'a')
    try {
      for (let bytes = MIB; bytes >= 1 && !enough(); ) {
        const written = await ballast.write(new Uint8Array(bytes)).then(() => true, () => false)
        if (!written) bytes = Math.floor(bytes / 2)
      }
      await ballast.sync().catch(() => undefined)
    } finally {
      await ballast.close()
    }
  }
  return {
    path,
    free,
    // Others may give back room meanwhile; what is free is looked at again after each sync.
    fill: () => grow(() => false),
    fillBut: (bytes) => grow(() => free() <= bytes + MIB),
    empty: () => rm(path('ballast'), { force: true }),
  }
}
