/**
 * Operations in a running server: found, the same as without one, and closed to others.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { operatorAddresses } from '@cowrite/server'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { useServers } from '../support/running-server.js'
import { startServerProcess } from '../support/server-process.js'
import { cowrite, cowriteJson, everythingIn, fill, fillLog, newFolder, onData } from './support/cowrite.js'

const start = useServers()

/** Data with a few documents, and the names of folders beside it. */
async function someData(name = 'data'): Promise<{ folder: string; data: string }> {
  const folder = await newFolder()
  const data = join(folder, name)
  await onData(data, (storage) => fill(storage, 5))
  return { folder, data }
}

const post = (socketPath: string, path: string, body: string, method = 'POST'): Promise<string[]> =>
  new Promise((resolve, reject) => {
    request({ socketPath, path, method }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve(text.trimEnd().split('\n')))
    }).on('error', reject).end(body)
  })

describe('commands beside a server', () => {
  it('[OT2] a command gives the same with and without a running server', async () => {
    const { folder, data } = await someData()
    const alone = { list: await cowriteJson('list', '--data', data), stats: await cowriteJson('stats', '--data', data) }
    expect(alone.list).toEqual({ code: 0, result: { documents: ['document 0', 'document 1', 'document 2', 'document 3', 'document 4'] } })
    const server = await start({ ephemeral: false, data })
    expect(await cowriteJson('list', '--data', data)).toEqual(alone.list)
    const { result } = await cowriteJson('stats', '--data', data)
    expect(result).toEqual({
      ...alone.stats.result, bytes: expect.any(Number) as number,
      server: { openDocuments: 0, connections: 0, unsavedBytes: 0, snapshotBytesInMemory: 0 },
    })
    expect(await cowriteJson('backup', join(folder, 'backup'), '--data', data)).toMatchObject({ code: 0, result: { documents: 5 } })
    expect((await cowrite('restore', join(folder, 'backup'), '--data', join(folder, 'restored'))).code).toBe(0)
    await server.close()
    expect(await onData(join(folder, 'restored'), everythingIn)).toEqual(await onData(data, everythingIn))
    expect((await cowriteJson('backup', join(folder, 'backup'), '--data', data)).result).toMatchObject({ part: 1, bytesWritten: 0 })
  })

  it('[OT5] the socket is a file of mode 0600 in the data directory, and goes with the server', async () => {
    const { data } = await someData()
    const server = await start({ ephemeral: false, data })
    const socket = join(data, 'cowrite.sock')
    const { mode } = await stat(socket)
    expect((mode & 0o777).toString(8)).toBe('600')
    await server.close()
    expect(existsSync(socket)).toBe(false)
  })

  it('[OT5] what a killed server left is no hindrance, neither for the next one nor for a command', async () => {
    const server = await startServerProcess()
    onTestFinished(() => server.remove())
    await server.kill('SIGKILL')
    expect(await readdir(server.data)).toContain('cowrite.sock')
    expect((await cowriteJson('stats', '--data', server.data)).result).not.toHaveProperty('server')
    await server.start()
    expect((await cowriteJson('stats', '--data', server.data)).result).toHaveProperty('server')
  })

  it('[OT5] a data directory in which nothing but a socket was left is new', async () => {
    const folder = await newFolder()
    await writeFile(join(folder, 'cowrite.sock'), '')
    await onData(folder, (storage) => fill(storage, 1))
    expect(await readdir(folder)).toContain('CURRENT')
  })

  it('[OT5] with a path too long for a socket it is in the temporary directory, under a name of its own', async () => {
    const { data } = await someData('d'.repeat(120))
    const [address, ...others] = operatorAddresses(data)
    expect(others).toEqual([])
    expect(address).toMatch(/cowrite-[0-9a-f]{24}\.sock$/)
    expect(address?.startsWith(tmpdir())).toBe(true)
    const server = await start({ ephemeral: false, data })
    expect((await cowriteJson('stats', '--data', data)).result).toHaveProperty('server')
    await server.close()
    expect(existsSync(address as string)).toBe(false)
  })

  it('[OT5] another path to the same directory leads to the same socket', async () => {
    const { folder, data } = await someData()
    execFileSync('ln', ['-s', data, join(folder, 'link')])
    expect(operatorAddresses(join(folder, 'link'))).toEqual(operatorAddresses(data))
  })

  it('[OT5] where no socket can be made the server runs all the same, and says so', async () => {
    const { data } = await someData()
    for (const address of operatorAddresses(data)) {
      await mkdir(join(address, 'full'), { recursive: true })
      onTestFinished(() => void execFileSync('rm', ['-rf', address]))
    }
    const server = await start({ ephemeral: false, data })
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    const run = await cowrite('stats', '--data', data)
    expect(run).toMatchObject({ code: 5, out: '' })
    expect(run.err).toContain('open in another process')
  })

  it('[OT5] an ephemeral server makes none', async () => {
    const folder = await newFolder()
    await start({ ephemeral: true, data: join(folder, 'data') })
    expect(await readdir(folder)).toEqual([])
  })

  it('[OT6] a server that does not answer, or breaks off, is told of, and the data directory left alone', { timeout: 60_000 }, async () => {
    const server = await startServerProcess()
    onTestFinished(() => server.remove())
    server.freeze()
    const run = await cowrite('list', '--data', server.data)
    server.thaw()
    expect(run).toMatchObject({ code: 5, out: '' })
    expect(run.err).toContain('does not answer')
    const { data } = await someData()
    const [address = ''] = operatorAddresses(data)
    for (const answer of [Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"progress":{"done":1,"unit":"x"}}\n'), Buffer.from('rubbish')]) {
      const broken = createServer((socket) => void socket.resume().end(answer))
      await new Promise<void>((resolve) => broken.listen(address, resolve))
      expect((await cowriteJson('list', '--data', data)).code).toBe(1)
      await new Promise((resolve) => broken.close(resolve))
    }
  })

  it('[OT14] the socket takes POST /<operation> with JSON arguments and answers with lines of JSON', async () => {
    const { folder, data } = await someData()
    await start({ ephemeral: false, data })
    const [address = ''] = operatorAddresses(data)
    const lines = await post(address, '/list', '{}')
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ result: { documents: expect.any(Array) as string[] } })
    for (const line of lines.slice(0, -1)) expect(JSON.parse(line)).toHaveProperty('progress')
    const refused: [path: string, body: string, method?: string][] = [
      ['/list', '', 'GET'], ['/nothing', '{}'], ['/__proto__', '{}'], ['/backup', '{}'], ['/backup', '[]'], ['/backup', 'no JSON'],
      ['/backup', '{"directory":7}'], ['/list', '{"more":1}'], ['/list', `{"more":"${'x'.repeat(2 ** 20)}"}`],
    ]
    for (const [path, body, method] of refused) {
      expect(JSON.parse((await post(address, path, body, method)).at(-1) ?? '')).toMatchObject({ error: { code: 'usage' } })
    }
    expect(await readdir(folder)).toEqual(['data'])
  })

  it('[OT5] an operation ends when the operator hangs up, and the server goes on', async () => {
    const { folder, data } = await someData()
    await onData(data, (storage) => fillLog(storage, 40_000))
    const server = await start({ ephemeral: false, data })
    const [address = ''] = operatorAddresses(data)
    const directory = join(folder, 'backup')
    await new Promise<void>((resolve) => {
      const asking = request({ socketPath: address, path: '/backup', method: 'POST' }, (response) => {
        response.once('data', () => asking.destroy())
        response.once('error', () => resolve())
      })
      asking.end(JSON.stringify({ directory }))
    })
    await vi.waitFor(() => expect(server.log.lines.join()).toContain('operation failed'), { timeout: 10_000, interval: 5 })
    expect(await readdir(directory)).toEqual([])
    expect((await cowriteJson('backup', directory, '--data', data)).code).toBe(0)
  })

  it('[OT5] a server that stops ends its operations first', async () => {
    const { folder, data } = await someData()
    await onData(data, (storage) => fillLog(storage, 40_000))
    const server = await start({ ephemeral: false, data })
    const directory = join(folder, 'backup')
    const run = cowriteJson('backup', directory, '--data', data)
    await vi.waitFor(() => expect(server.log.lines.join()).toContain('operation begins'), { timeout: 10_000, interval: 5 })
    expect(await server.close()).toBe(true)
    expect(await run).toEqual({ code: 1, result: { error: { code: 'failed', message: 'The server stops.' } } })
    expect(await readdir(directory)).toEqual([])
  })

  it('[OT5] nothing of it is reachable by network', async () => {
    const { data } = await someData()
    const server = await start({ ephemeral: false, data })
    const response = await fetch(`${server.url}/list`, { method: 'POST', body: '{}' })
    expect(response.ok).toBe(false)
  })

  it('[OT15] a restore is refused while a server runs on that directory', async () => {
    const { folder, data } = await someData()
    await cowrite('backup', join(folder, 'backup'), '--data', data)
    await start({ ephemeral: false, data })
    expect((await cowrite('restore', join(folder, 'backup'), '--data', data, '--force')).code).toBe(5)
    expect((await cowriteJson('list', '--data', data)).result['documents']).toHaveLength(5)
  })
})
