import type { Socket } from 'socket.io-client'

/** The first and the longest wait, milliseconds; half of it is chance. */
const [firstMs, mostMs] = [1_000, 30_000]

/** Socket.IO comes back by itself when a connection breaks, but not when the server has refused it: this does. */
export function comeBack(socket: Socket, askName: () => Promise<unknown>): void {
  let waitMs = firstMs
  const connect = () => void (socket.active || socket.connect())
  socket.on('connect', () => {
    waitMs = firstMs
  })
  socket.on('connect_error', error => {
    // The cookie has expired, or was signed by a server with another secret.
    if (error.message === 'name-needed') void askName().then(connect)
    else if (!socket.active) {
      // The server could not tell who this is, which may pass.
      setTimeout(connect, waitMs * (0.5 + Math.random() / 2))
      waitMs = Math.min(2 * waitMs, mostMs)
    }
  })
}
