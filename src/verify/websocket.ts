import { isUtf8 } from 'node:buffer'
import { createHash, randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { printable } from '../errors.ts'
import type { Dialer } from './dial.ts'
import { ProbeError } from './fault.ts'
import { closeCodes, encodeFrame, FrameError, FrameParser, opcodes, parseClose } from './frames.ts'
import { exchange } from './http-client.ts'
import type { HttpMessage } from './http-message.ts'
import type { Fault } from './observations.ts'

/** Bytes. Socket.IO servers send at most what fits their own buffers; nobody needs more to be verified. */
const longestMessage = 4 * 1024 * 1024
// RFC 6455 section 1.3.
const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export interface WebSocketHandlers {
  onText(text: string): void
  /** Once, however it ends; `end()` on our side gives no call. */
  onClose(fault: Fault): void
}

export interface UpgradeRequest {
  readonly path: string
  readonly headerLines: string
  readonly timeoutMs: number
}

/** The client's end of a WebSocket, on a TCP connection of its own. */
export class WebSocketConnection {
  readonly connection: number
  readonly #socket: Socket
  readonly #frames = new FrameParser(longestMessage)
  readonly #handlers: WebSocketHandlers
  #ended = false

  constructor(connection: number, socket: Socket, handlers: WebSocketHandlers) {
    this.connection = connection
    this.#socket = socket
    this.#handlers = handlers
    socket.on('data', bytes => this.#receive(bytes))
    socket.on('close', () => this.#lost('the connection was cut without a close frame', closeCodes.lost))
  }

  /** Bytes that came together with the 101. */
  start(rest: Buffer): void {
    if (rest.length > 0) this.#receive(rest)
    if (this.#socket.destroyed) this.#lost('the connection was cut without a close frame', closeCodes.lost)
  }

  send(text: string): void {
    this.#write(opcodes.text, Buffer.from(text))
  }

  /** A polite close; nothing is waited for. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#write(opcodes.close, Buffer.from([closeCodes.normal >> 8, closeCodes.normal & 0xff]))
    this.#socket.end()
    const timer = setTimeout(() => this.#socket.destroy(), 100)
    this.#socket.once('close', () => clearTimeout(timer))
  }

  #write(opcode: number, payload: Buffer): void {
    if (this.#socket.writable) this.#socket.write(encodeFrame(opcode, payload, randomBytes(4)))
  }

  #receive(bytes: Buffer): void {
    if (this.#ended) return
    try {
      for (const frame of this.#frames.push(bytes)) {
        if (this.#ended) return
        if (frame.opcode === opcodes.text) this.#handlers.onText(this.#decode(frame.payload))
        else if (frame.opcode === opcodes.ping) this.#write(opcodes.pong, frame.payload)
        else if (frame.opcode === opcodes.close) this.#closed(frame.payload)
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.#lost(`the server broke the WebSocket protocol: ${error.message}`, error.closeCode)
    }
  }

  #decode(payload: Buffer): string {
    if (!isUtf8(payload)) throw new FrameError('text that is not UTF-8', closeCodes.notUtf8)
    return payload.toString('utf8')
  }

  #closed(payload: Buffer): void {
    const { code, reason: words } = parseClose(payload)
    const reason = printable(words)
    this.#write(opcodes.close, payload.subarray(0, 2))
    this.#lost(`closed by the server${reason === '' ? '' : ` (${reason})`}`, code)
  }

  #lost(message: string, code: number): void {
    if (this.#ended) return
    this.#ended = true
    this.#socket.destroy()
    this.#handlers.onClose({ kind: 'closed', code, message })
  }
}

export interface Upgraded {
  readonly websocket: WebSocketConnection
  readonly message: HttpMessage
}

/**
 * Opens a WebSocket on a new TCP connection. Any other answer than 101 comes back as the message alone; everything
 * else that goes wrong rejects with a `ProbeError`. `onConnection` tells the number of the connection at once.
 */
export async function openWebSocket(
  dialer: Dialer,
  request: UpgradeRequest,
  handlers: WebSocketHandlers,
  onConnection: (connection: number) => void,
): Promise<Upgraded | { readonly websocket: undefined; readonly message: HttpMessage }> {
  const line = await dialer.open()
  onConnection(line.id)
  const key = randomBytes(16).toString('base64')
  const message = await exchange(line, {
    method: 'GET',
    path: request.path,
    headerLines: `${request.headerLines}connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n`,
    timeoutMs: request.timeoutMs,
    waitingFor: 'answer to the WebSocket upgrade',
  })
  if (message.status !== 101) {
    line.socket.destroy()
    return { websocket: undefined, message }
  }
  const accept = createHash('sha1')
    .update(key + acceptSuffix)
    .digest('base64')
  if (
    message.headers.get('sec-websocket-accept')?.[0] !== accept ||
    message.headers.has('sec-websocket-extensions')
  ) {
    line.socket.destroy()
    throw new ProbeError({ kind: 'protocol', message: '101 with a wrong WebSocket handshake' })
  }
  const websocket = new WebSocketConnection(line.id, line.socket, handlers)
  websocket.start(message.rest)
  return { websocket, message }
}
