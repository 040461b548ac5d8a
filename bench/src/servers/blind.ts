/**
 * The limit that a relay without a document is held against: copies every frame to all sockets of the
 * same path, the sender included, and knows nothing.
 *
 * Owns: the whole peer. Run as a process of its own; prints `port N`.
 * Always holds: no decoding, no storage, no batching, no presence: what is left is the cost of `ws`.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

const rooms = new Map<string, Set<WebSocket>>()
const server = createServer()
const acceptor = new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false })

acceptor.on('connection', (socket, request) => {
  const path = request.url ?? '/'
  const room = rooms.get(path) ?? new Set()
  rooms.set(path, room)
  room.add(socket)
  socket.on('error', () => socket.terminate())
  socket.on('message', (data) => {
    for (const other of room) other.send(data)
  })
  socket.on('close', () => {
    room.delete(socket)
    if (room.size === 0) rooms.delete(path)
  })
})

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`)
})
