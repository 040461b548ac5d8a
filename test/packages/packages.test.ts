/**
 * The packages as npm would publish them, in a project of somebody else.
 *
 * Proves PK1 to PK4. With COWRITE_LONG=1 the project is made by `npm install` from the registry.
 */
import { spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newProject, packAll, PACKAGES, type Project } from './project.js'

let packs: string
beforeAll(async () => {
  packs = await packAll()
})
afterAll(() => rm(packs, { recursive: true, force: true }))

/** Every entry of every package, used as its documentation says. */
const PROGRAM = `
import { createCowriteEditor, loadTexts, type CowriteEditor as Core } from '@cowrite/editor'
import { CowriteEditorElement } from '@cowrite/editor/element'
import { CowriteEditor, type CowriteEditorProps } from '@cowrite/editor/react'
import { growSchema, schemaExtensions } from '@cowrite/editor/schema'
import { jsonOfMarkdown, markdownOfJson } from '@cowrite/editor/convert'
import { contentUpdate } from '@cowrite/editor/diff'
import { mountCowrite } from '@cowrite/editor/embed'
import { createWorkspace, mentionMenu } from '@cowrite/editor/ui'
import { CowriteProvider, type Status } from '@cowrite/client'
import { REFUSALS, SCHEMA_ID } from '@cowrite/protocol'
import { LevelStorage, MemoryStorage } from '@cowrite/persistence'
import { startServer } from '@cowrite/server'
import { createElement, type ReactElement } from 'react'
import * as Y from 'yjs'

export const open = (element: HTMLElement): Core =>
  createCowriteEditor({ element, server: 'https://cowrite.example.com', doc: 'a', user: { name: 'Ada' } })
export const save = (provider: CowriteProvider): Status => provider.status
export const make = (): CowriteProvider => new CowriteProvider({ server: 'https://cowrite.example.com', doc: 'a', ydoc: new Y.Doc() })
export function App(props: Partial<CowriteEditorProps>): ReactElement {
  return createElement(CowriteEditor, { server: 'https://cowrite.example.com', doc: 'a', onStatus: ({ save: saved }) => console.log(saved), ...props })
}
export const listen = (element: CowriteEditorElement): void =>
  element.addEventListener('cowrite-status', (event) => console.log(event.detail.connection, element.doc))
// @ts-expect-error -- a status is no number
export const wrong: number = make().status
export const rest = [growSchema, schemaExtensions, jsonOfMarkdown, markdownOfJson, contentUpdate, createWorkspace, mentionMenu, mountCowrite, REFUSALS, SCHEMA_ID, LevelStorage, MemoryStorage, startServer, loadTexts]
`

const CONFIGURATIONS = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
}

const configuration = (resolution: object): string => JSON.stringify({
  compilerOptions: { ...resolution, target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable'], strict: true, skipLibCheck: false, noEmit: true, types: ['node'] },
  files: ['program.ts'],
})

const RUN_ALL = `
const { readFile } = await import('node:fs/promises')
const entries = []
for (const name of ['protocol', 'persistence', 'client', 'editor', 'server']) {
  const { exports } = JSON.parse(await readFile(\`node_modules/@cowrite/\${name}/package.json\`, 'utf8'))
  for (const entry of Object.keys(exports)) if (!entry.endsWith('.css') && entry !== './contract') entries.push('@cowrite/' + name + entry.slice(1))
}
if (entries.length < 10) throw new Error(entries.join())
for (const entry of entries) if (Object.keys(await import(entry)).length === 0) throw new Error(entry)
const { jsonOfMarkdown, markdownOfJson } = await import('@cowrite/editor/convert')
console.log(markdownOfJson(jsonOfMarkdown('# all')))
`

describe('the packages, packed', { timeout: 240_000 }, () => {
  it('[PK1, PK2, PK3] go into an empty project together, type-check there whole, run there, and bring one yjs', async () => {
    const project = await newProject(packs)
    for (const name of PACKAGES) {
      expect(await readFile(join(project.module(`@cowrite/${name}`), 'LICENSE'), 'utf8')).toContain('MIT')
    }
    await project.write('program.ts', PROGRAM)
    for (const [name, resolution] of Object.entries(CONFIGURATIONS)) {
      await project.write(`tsconfig.${name}.json`, configuration(resolution))
      expect(await project.typeCheck(`tsconfig.${name}.json`), name).toEqual({ code: 0, output: '' })
    }
    await project.write('all.mjs', RUN_ALL)
    // Yjs itself writes a line when it is loaded a second time.
    expect(await project.node('all.mjs')).toEqual({ code: 0, output: '# all\n\n' })
    expect(await project.copiesOf('yjs')).toEqual([project.module('yjs')])
    await servesPages(project)
  })

  it('[PK4] two copies of yjs that meet are told with what to do, instead of losing edits', async () => {
    const project = await newProject(packs)
    await project.nest('yjs', '@cowrite/client')
    await project.write('given.mjs', `
      import * as Y from 'yjs'
      import { CowriteProvider } from '@cowrite/client'
      new CowriteProvider({ server: 'http://127.0.0.1:1', doc: 'a', connect: false, ydoc: new Y.Doc() })`)
    await project.write('editor.mjs', `
      import { createCowriteEditor } from '@cowrite/editor'
      createCowriteEditor({ server: 'http://127.0.0.1:1', doc: 'a', user: { name: 'Ada' }, element: {}, connection: { connect: false, keepUnsaved: false, WebSocketPolyfill: class {} } })`)
    for (const program of ['given.mjs', 'editor.mjs']) {
      const { code, output } = await project.node(program)
      expect(code, program).not.toBe(0)
      expect(output, program).toContain('Two copies of yjs are loaded')
      expect(output, program).toContain('docs/embed.md')
    }
  })
})

/** The command of the server package finds the pages of the editor package beside it. */
async function servesPages(project: Project): Promise<void> {
  const child = spawn(process.execPath, [join(project.module('@cowrite/server'), 'dist/main.js'), 'serve', '--port', '0', '--ephemeral'], { cwd: project.folder })
  try {
    let output = ''
    const address = await new Promise<string>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`the server ended: ${output}`)))
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text
          const found = /http:\/\/\S+\/d\/\S+/.exec(output)
          if (found) resolve(found[0])
        })
      }
    })
    const page = await fetch(address)
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('id="cowrite"')])
  } finally {
    child.kill('SIGKILL')
  }
}
