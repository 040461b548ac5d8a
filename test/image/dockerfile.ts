/**
 * Follows the Dockerfile as far as that needs no container engine: what is copied and installed, and the settings.
 *
 * Owns: reading the instructions, and carrying out COPY and `RUN npm ci` of the production and the last stage.
 * Does not own: the build stage (its results are taken from the repository, where they are built already).
 * Always holds: an instruction of those stages that is not understood is an error, never left out.
 */
import { cpSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { read, root } from '../architecture/sources.js'
import { runNode } from '../scripts/checkout.js'

export interface Instruction {
  readonly stage: string
  readonly verb: string
  readonly rest: string
}

/** The instructions in order, each with the name of its stage; the last stage is called `image`. */
export function instructions(): Instruction[] {
  let stage = ''
  return read('Dockerfile').replace(/^#.*\n/gm, '').split('\n').filter((line) => line !== '').map((line) => {
    const [, verb = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? []
    if (verb === 'FROM') stage = / AS (\w+)$/.exec(rest)?.[1] ?? 'image'
    return { stage, verb, rest }
  })
}

/** The one instruction of the last stage with this verb. */
export function settingOf(verb: string): string {
  const found = instructions().filter((instruction) => instruction.stage === 'image' && instruction.verb === verb)
  if (found.length !== 1) throw new Error(`the Dockerfile has ${found.length} times ${verb}`)
  return found[0]?.rest ?? ''
}

/** The variables that ENV sets in the image. */
export const environment = (): Record<string, string> =>
  Object.fromEntries(settingOf('ENV').split(' ').map((pair) => pair.split('=', 2) as [string, string]))

/**
 * Puts together below `target` what the image holds: /app, and with `withRoot` also what surrounds it.
 * @param work a folder for what the production stage makes
 */
export async function assemble(work: string, target: string, withRoot: boolean): Promise<void> {
  for (const { stage, verb, rest } of instructions()) {
    if (stage === 'manifests' && verb === 'COPY') copyManifests(rest, join(work, 'app'))
    else if (stage === 'production' && verb === 'RUN') await runProduction(rest, work, withRoot)
    else if (stage === 'image' && verb === 'COPY') copyIntoImage(rest, work, target, withRoot)
    else if (stage === 'production' && verb !== 'FROM' && rest !== 'scripts/image-root.mjs /') throw new Error(`${verb} ${rest}`)
  }
}

function copyManifests(rest: string, app: string): void {
  const paths = rest.split(' ')
  const folder = paths.pop() ?? ''
  for (const path of paths) {
    const to = join(app, folder, path.split('/').at(-1) ?? '')
    mkdirSync(dirname(to), { recursive: true })
    cpSync(join(root, path), to)
  }
}

async function runProduction(command: string, work: string, withRoot: boolean): Promise<void> {
  if (command.startsWith('npm ')) {
    const npm = process.env['npm_execpath'] ?? join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js')
    const { code, stderr } = await runNode([npm, ...command.split(' ').slice(1), '--prefer-offline'], join(work, 'app'))
    if (code !== 0) throw new Error(`${command}: ${stderr}`)
  } else if (command === 'node /image-root.mjs /app /image && mkdir /empty') {
    mkdirSync(join(work, 'empty'))
    if (!withRoot) return
    const { code, stderr } = await runNode([join(root, 'scripts/image-root.mjs'), join(work, 'app'), join(work, 'image')], work)
    if (code !== 0) throw new Error(`${command}: ${stderr}`)
  } else throw new Error(`unknown command: ${command}`)
}

function copyIntoImage(rest: string, work: string, target: string, withRoot: boolean): void {
  const [, stage, from = '', to = ''] = /^--from=(\w+)(?: --chown=[\d:]+)? (\S+) (\S+)$/.exec(rest) ?? []
  if (stage === undefined) throw new Error(`unknown: COPY ${rest}`)
  if (from === '/image/' && !withRoot) return
  const source = stage === 'build' ? join(root, from.replace('/app/', '')) : join(work, from)
  const place = to.startsWith('/') ? join(target, to) : join(target, 'app', to)
  // As COPY does it: a file into a folder that is named with a slash or a dot, the content of a folder into a folder.
  cpSync(source, to.endsWith('./') ? join(place, from.split('/').at(-1) ?? '') : place, { recursive: true, verbatimSymlinks: true })
}
