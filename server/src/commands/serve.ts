/** `cowrite serve`: starts the server. It is done when the server listens. */
import { pathOfDocumentName } from '@cowrite/protocol'
import type { Settings } from '../config.js'
import { newDocumentName } from '../new-document-name.js'
import type { RunningServer } from '../server.js'
import type { Command } from './command.js'

/** @param onStarted gets the server: it is who owns it from then on. */
export const serve = (onStarted: (server: RunningServer) => void): Command => ({
  name: 'serve',
  arguments: [],
  summary: 'start the server',
  details: ['Listens until it gets SIGTERM or SIGINT (Ctrl+C), then saves and stops.'],
  flags: {},
  where: 'itself',
  run: async ({ settings }) => {
    // Loaded when it is needed: the other commands start in half the time without it.
    const { startServer } = await import('../server.js')
    const server = await startServer(settings)
    onStarted(server)
    return { result: { url: server.url }, text: welcome(server, settings) }
  },
})

const welcome = (server: RunningServer, settings: Settings): string => {
  const where = settings.ephemeral ? 'in memory only: gone when the server stops' : settings.data
  return [
    '',
    `  Cowrite is running.`,
    '',
    `  New document   ${server.url}${pathOfDocumentName(newDocumentName(), '/d/')}`,
    `  Stock clients  ${server.url.replace(/^http/, 'ws')}/<document>`,
    `  Documents      ${where}`,
    '',
    `  Open the first address in two tabs. Ctrl+C stops.`,
    '',
    '',
  ].join('\n')
}
