/** `cowrite health`: asks a running server, by HTTP, whether it can save; for container health checks. */
import { addressOf } from '../address.js'
import { OperationError } from '../operations/operation.js'
import type { Command } from './command.js'

export const health: Command = {
  name: 'health',
  arguments: [],
  summary: 'ask a running server whether it can save',
  details: ['Asks /readyz at --host and --port (HOST and PORT). Takes all settings as flags, as serve does.'],
  flags: {},
  where: 'itself',
  run: async ({ settings: { host, port } }) => {
    const url = `${addressOf(host, port)}/readyz`
    const response = await fetch(url, { signal: AbortSignal.timeout(6_000) }).catch(() => undefined)
    if (response?.ok !== true) throw new OperationError('failed', `No healthy server at ${url}.`)
    return { result: { ready: true }, text: 'ok\n' }
  },
}
