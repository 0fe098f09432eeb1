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
 * Engine.IO (6.6.12) also holds on to the request of each WebSocket, by a listener that tells middleware when the
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

/**
 * `socket.onAny(listener)` for one connection after the other, with one array for all of them: one of its own has room for
 * 17. Who listened to one connection more would hear them all: nothing can be added. (A frozen array would say so less
 * clearly, and takes ten times as long to copy, which Socket.IO does for each packet.)
 */
export function createListening(listener: (...args: never[]) => void): (socket: ChatSocket) => void {
  const refuse = () => {
    throw new Error(
      'socket.onAny is taken: put `socket.onAny(dispatch)` in the place of `listen(socket)` in app.ts',
    )
  }
  const listeners = Object.assign([listener], { push: refuse, unshift: refuse, splice: refuse })
  return socket => void Object.assign(socket, { _anyListeners: listeners })
}
