import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ChatSocket } from './types.ts'

/**
 * The request that opened a connection, its headers and what was read of them are some 2 to 4 KiB that nobody asks for
 * again. Nor does anybody send to the room that Socket.IO makes for each connection. To be called when the connection
 * is authenticated; afterwards `socket.handshake` and `socket.request` are null and `io.to(socket.id)` reaches nobody.
 */
export function forget(socket: ChatSocket): void {
  Object.assign(socket.conn, { request: null })
  Object.assign(socket, { handshake: null })
  void socket.leave(socket.id)
}

/**
 * Engine.IO (6.6.9) also holds on to the request of each WebSocket, by a listener that tells middleware when the
 * connection has ended. There is no such middleware here. The listener is the only one of its kind (`once`) that comes
 * while Engine.IO handles the upgrade; to be called after Socket.IO has been attached.
 */
export function forgetUpgrades(server: HttpServer): void {
  const before = new WeakMap<Duplex, Set<unknown>>()
  server.prependListener('upgrade', (_: IncomingMessage, socket: Duplex) => {
    before.set(socket, new Set(socket.rawListeners('close')))
  })
  server.on('upgrade', (_: IncomingMessage, socket: Duplex) => {
    const known = before.get(socket)
    for (const listener of socket.rawListeners('close')) {
      if (!known?.has(listener) && 'listener' in listener)
        socket.off('close', listener as unknown as () => void)
    }
  })
}

/** `socket.onAny` for all of `listeners`, with one array for all connections: one of its own has room for 17. */
export function listenToAll(socket: ChatSocket, listeners: readonly unknown[]): void {
  Object.assign(socket, { _anyListeners: listeners })
}
