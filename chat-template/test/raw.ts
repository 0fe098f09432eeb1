import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

/** A WebSocket without a library's good manners: it sends what it is told to, and can stop reading. */
export interface Raw {
  socket: Socket
  /** Text that came in, frames run together. */
  received: () => string
  closed: () => boolean
  text(data: string): void
  binary(data: Buffer): void
  close(): void
}

/** Connected to Engine.IO; the Socket.IO handshake is up to the caller. Undefined: it was not let in. */
export function raw(url: string): Promise<Raw | undefined> {
  const { hostname, port } = new URL(url)
  return new Promise(resolve => {
    const socket = connect(Number(port), hostname)
    let received = ''
    let open = false
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(undefined))
    socket.on('data', chunk => {
      // Only the newest part: who floods gets a lot back.
      received = (received + chunk.toString('latin1')).slice(-20_000)
      if (open && endsWithClose(chunk)) socket.destroy()
      if (open || !received.includes('\r\n\r\n')) return
      open = received.includes(' 101 ')
      if (!open) return socket.destroy()
      const write = (opcode: number, data: Buffer) =>
        void (socket.destroyed || socket.write(frame(opcode, data)))
      resolve({
        socket,
        received: () => received,
        closed: () => socket.destroyed,
        text: data => write(1, Buffer.from(data)),
        binary: data => write(2, data),
        close: () => socket.destroy(),
      })
    })
    const lines = [
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
      `Host: ${hostname}:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  })
}

/** RFC 6455, 5.5.1: the last frame is a short one with opcode 8. */
function endsWithClose(chunk: Buffer): boolean {
  const at = chunk.lastIndexOf(0x88)
  return at >= 0 && chunk.length - at - 2 === chunk[at + 1]
}

/** RFC 6455, 5.2: from a client, so masked; a mask of zeros leaves the data as it is. */
function frame(opcode: number, data: Buffer): Buffer {
  const head = Buffer.alloc(data.length < 126 ? 6 : data.length < 65_536 ? 8 : 14)
  head[0] = 0x80 | opcode
  if (data.length < 126) head[1] = 0x80 | data.length
  else if (data.length < 65_536) {
    head[1] = 0x80 | 126
    head.writeUInt16BE(data.length, 2)
  } else {
    head[1] = 0x80 | 127
    head.writeBigUInt64BE(BigInt(data.length), 2)
  }
  return Buffer.concat([head, data])
}
