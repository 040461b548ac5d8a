/**
 * One Cowrite server, put together and taken apart.
 *
 * Owns: the wiring of all parts and the order of the stop.
 * Does not own: the process (main.ts): it never reads the environment and never exits.
 * Always holds: what was accepted before the stop is on disk when `close` says so, or `close` names
 * how much is not.
 */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Compactor, DirectoryFiles, FILES_FOLDER, LevelStorage, MemoryFiles, MemoryStorage, type Storage } from '@cowrite/persistence'
import { mayWrite } from './access/access.js'
import { accessRoute } from './access/access-route.js'
import { makeDoor } from './access/door.js'
import { LiveAccess } from './access/live.js'
import { refuseOpenHost } from './access/login-mode.js'
import { revocationFile } from './access/revocation-file.js'
import { forgottenAtTheEnd, Revocations } from './access/revocations.js'
import { SCHEMA_ID } from '@cowrite/protocol'
import { addressOf } from './address.js'
import { Admission } from './admission.js'
import { makeClientAddress } from './client-address.js'
import { type Clock, systemClock } from './clock.js'
import { yWebsocketCodec } from './codec.js'
import { Committer } from './committer.js'
import { defaultSettings, type Settings } from './config.js'
import { Connection } from './connection.js'
import { filesRoute } from './files.js'
import { FreeSpace, withFreeSpace } from './free-space.js'
import { Heartbeat } from './heartbeat.js'
import { makeHttp } from './http.js'
import { makeHttpServer } from './http-server.js'
import { Intake, type Unsaved } from './intake.js'
import { type Log, makeLog } from './log.js'
import { by, saveAtLast } from './last-save.js'
import { isLoopbackHost } from './origin.js'
import { serveOperations } from './operations/operator-socket.js'
import { PictureRemoval } from './picture-removal.js'
import { makeReadiness } from './readiness.js'
import { requestRate } from './request-rate.js'
import { restorePointsRoute } from './restore-points.js'
import { startRetention } from './retention.js'
import { Rooms } from './rooms.js'
import { Spill } from './spill.js'
import { takeInSpills } from './spill-intake.js'
import { stateRoute } from './state-route.js'
import { serveWebSockets } from './websocket.js'

export interface Parts {
  /** Instead of the storage that the settings name. It is closed with the server. */
  readonly storage?: Storage
  readonly clock?: Clock
  readonly log?: Log
  /** Where the built pages are. */
  readonly pages?: string
}

export interface RunningServer {
  /** Base address, reachable from this machine, as `http://127.0.0.1:1234`. */
  readonly url: string
  readonly port: number
  readonly rooms: Rooms
  readonly pictures: PictureRemoval
  /**
   * Stops: takes nobody in, closes connections with 1012 spread over a second, saves, lets go.
   * @returns whether everything is saved; false after `stopGraceMs`.
   */
  close(): Promise<boolean>
}

/** Connections are closed over this time, so that their clients do not all come back at once, in milliseconds. */
const CLOSE_SPREAD_MS = 1_000
/** Groups in which they are closed. */
const CLOSE_STEPS = 25
/**
 * Connections that the operating system keeps for us until they are accepted (it may have a lower limit of its own);
 * libuv accepts one in each turn of the event loop. Node's 511 makes whoever comes later, when everybody
 * returns after a restart, try again after a whole second.
 */
const BACKLOG = 8_192
/** How long storage may take to let go after everything is saved, or nothing can be, in milliseconds. */
const LET_GO_MS = 500

const builtPages = fileURLToPath(new URL('../../editor/dist/page', import.meta.url))

/** @throws SettingError, StorageError, or the system's error when the port cannot be had */
export async function startServer(options: Partial<Settings> = {}, parts: Parts = {}): Promise<RunningServer> {
  const settings: Settings = { ...defaultSettings(), ...options }
  refuseOpenHost(settings)
  const clock = parts.clock ?? systemClock
  const log = parts.log ?? makeLog(settings.logLevel)
  const revocations = new Revocations(settings.ephemeral || parts.storage ? forgottenAtTheEnd : revocationFile(settings.data), clock, settings.maxTokenAgeMs)
  const door = makeDoor(settings, { clock, log, revocations })
  const space = new FreeSpace({ directory: settings.data, minFreeBytes: settings.minFreeBytes, clock })
  const spill = settings.ephemeral ? undefined : new Spill({ ...settings, clock })
  const inner = parts.storage ?? (await openStorage(settings, log))
  if (spill) await takeInSpills(spill, inner, log)
  const storage = parts.storage || settings.ephemeral ? inner : withFreeSpace(inner, space)
  // What is there can be read all the same.
  if (storage !== inner) await space.require(0).catch((error: unknown) => log.warn({ err: error }, 'nothing can be saved'))
  const files = settings.ephemeral ? new MemoryFiles() : new DirectoryFiles(join(settings.data, FILES_FOLDER))
  const pictures = new PictureRemoval({ storage, files, log })
  const compactor = new Compactor()
  const connections = new Set<Connection>()
  const heartbeat = new Heartbeat(clock)
  const intake = new Intake(connections, settings.maxUnsavedBytes)
  const onUnsaved = (unsaved: Unsaved): void => intake.look(unsaved)
  const committer = new Committer({ storage, clock, log, maxUnsavedBytes: settings.maxUnsavedBytes, onUnsaved })
  const rooms = new Rooms({ ...settings, forgetElsewhere: (name) => spill?.forget(name) ?? Promise.resolve(), storage, committer, compactor, clock, log, pictures })
  const admission = new Admission(settings, clock)
  const liveAccess = new LiveAccess({ ...settings, door, rooms, revocations, clock, admission })
  // Made once: for each of many thousand connections they would weigh as much as its part of the room.
  const onToken = (of: Connection, renewed: string): void => liveAccess.renew(of, renewed)
  const onClosed = (closed: Connection): void => {
    connections.delete(closed)
    admission.left(closed)
    liveAccess.left(closed)
  }
  let stopping = false
  let lastId = 0

  const server = makeHttpServer(settings, log)
  try {
    if (door.identify) await revocations.load()
    const readiness = makeReadiness(storage, committer, clock, () => stopping, () => space.isLow)
    const loopbackOnly = isLoopbackHost(settings.host)
    const addressOf = makeClientAddress(settings.trustProxy)
    const filesAt = filesRoute({
      ...settings, files, log,
      requireSpace: (bytes) => space.require(bytes),
      mayWrite: async (request, document) => mayWrite(await door.accessFor(request, document)),
    })
    const pointsAt = restorePointsRoute({ storage, rooms, clock, accessFor: door.accessFor })
    const routes = [accessRoute(door, liveAccess), filesAt, pointsAt, stateRoute({ storage, accessFor: door.accessFor })]
    const hasLogin = door.identify !== undefined
    server.on('request', makeHttp({ ...settings, log, pages: parts.pages ?? builtPages, readiness, limit: requestRate({ ...settings, clock, addressOf }), routes, loopbackOnly, hasLogin }))
    serveWebSockets(server, {
      ...settings, log, clock,
      loopbackOnly,
      isStopping: () => stopping,
      addressOf,
      crowdRefusalOf: (address) => admission.refusalOf(address),
      onSocket: (socket, name, { token, speaksCowrite, schema, address }) => {
        const connection = new Connection({
          id: String(++lastId),
          socket,
          codec: yWebsocketCodec,
          speaksCowrite,
          isSchemaForeign: schema !== undefined && schema !== SCHEMA_ID && !settings.schemas.includes(schema),
          readerCarets: settings.readerCarets === 'on',
          clock,
          log,
          heartbeat,
          sendBudgetBytes: settings.sendBudgetBytes,
          rates: settings,
          onToken,
          onClosed,
        })
        connections.add(connection)
        admission.arrived(connection, address)
        if (intake.isHolding) connection.hold()
        void liveAccess.enter(name, connection, token)
        return connection
      },
    })
    await listen(server, settings)
  } catch (error) {
    await compactor.close()
    await storage.close()
    throw error
  }
  server.on('error', (error) => log.error({ err: error }, 'server error'))
  const stopRetention = startRetention({ ...settings, rooms, pictures, clock, log })
  const { port } = server.address() as AddressInfo
  const live = { connections: () => connections.size, unsavedBytes: () => committer.unsavedBytes }
  // Where the documents are in memory, or in a storage of the caller's, there is no data directory, and so no place for it.
  const operator = settings.ephemeral || parts.storage ? undefined : await serveOperations({ storage, rooms, pictures, files, compactor, data: settings.data, live }, log)
  let closing: Promise<boolean> | undefined

  const stop = async (): Promise<boolean> => {
    const deadline = clock.now() + settings.stopGraceMs
    // Not deaf: who comes now is told to come back (503), and a load balancer asks /readyz.
    stopping = true
    const operatorLeft = operator?.close()
    await closeSpread(connections, clock)
    const saved = await saveAtLast({ committer, spill, clock, log }, deadline)
    heartbeat.stop()
    void stopRetention()
    // Ending the workers ends the compactions: they change nothing before their one atomic write.
    const letGo = Promise.all([compactor.close(), rooms.stop(), operatorLeft, files.close()]).then(() => (saved ? storage.close() : undefined))
    if (!(await by(deadline + LET_GO_MS, letGo, clock))) log.error({}, 'storage does not answer; stopped without it')
    server.close()
    server.closeAllConnections()
    return saved
  }

  return { url: addressOf(settings.host, port), port, rooms, pictures, close: () => (closing ??= stop()) }
}

function openStorage({ ephemeral, data, durability, history, restorePoints }: Settings, log: Log): Promise<Storage> {
  if (ephemeral) return Promise.resolve(new MemoryStorage({ restorePoints }))
  const onDamage = (damage: unknown): void => log.error({ damage }, 'damage found in the data directory')
  return LevelStorage.open(data, { durability, history, restorePoints, onDamage })
}

const listen = (server: Server, { port, host }: Settings): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject)
      resolve()
    })
  })

/** Closes a share of the connections, and after a pause the next: a busy event loop stretches this, and never bunches it. */
const closeSpread = (connections: Set<Connection>, clock: Clock): Promise<void> =>
  new Promise((resolve) => {
    const all = [...connections]
    const share = Math.ceil(all.length / CLOSE_STEPS)
    const closeFrom = (start: number): void => {
      if (start >= all.length) return resolve()
      for (const connection of all.slice(start, start + share)) connection.close('restarting', 'server stops')
      clock.after(CLOSE_SPREAD_MS / CLOSE_STEPS, () => closeFrom(start + share))
    }
    closeFrom(0)
  })
