import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Caller } from './caller.ts'
import type { Door } from './door.ts'
import { type Framing, requestHeaders } from './headers.ts'
import type { Replica } from './replica.ts'

/** How the body of a request is delimited; undefined when it has none. */
export function bodyFraming({ headers }: IncomingMessage): Framing {
  if (headers['transfer-encoding'] !== undefined) return 'chunked'
  const length = headers['content-length']
  return length === undefined || /^0+$/.test(length) ? undefined : 'length'
}

/** Path and query of a request target, also when the client wrote it with scheme and host as it would to a proxy. */
export function originForm(target: string): string {
  return /^https?:\/\//i.test(target)
    ? target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/^(?!\/)/, '/')
    : target
}

/** The head of the client's request, as the replica gets it. */
export function requestHead(
  door: Door,
  { request, socket, upgraded }: Caller,
  replica: Replica,
  framing: Framing,
): string {
  const { method = 'GET', url = '/', rawHeaders, headers } = request
  const out = requestHeaders(rawHeaders, {
    client: socket.remoteAddress ?? '',
    balancer: door.address,
    host: `${replica.host}:${replica.port}`,
    connection: headers.connection,
    framing,
    method,
    webSocket: upgraded !== undefined,
  })
  let text = `${method} ${originForm(url)} HTTP/1.1\r\n`
  for (let index = 0; index < out.length; index += 2) text += `${out[index]}: ${out[index + 1]}\r\n`
  return `${text}\r\n`
}

/** Sends the body of a request on, no faster than the replica takes it. `sent` is called after the last of it. */
export function upload(request: IncomingMessage, to: Socket, framing: Framing, sent: () => void): void {
  // The head and the first piece travel together, when that one has come along with it.
  to.cork()
  setImmediate(() => to.uncork())
  request.on('data', (chunk: Buffer) => {
    if (to.destroyed || (framing === 'chunked' ? writeChunk(to, chunk) : to.write(chunk))) return
    request.pause()
    to.once('drain', () => request.resume())
  })
  request.on('end', () => {
    if (framing === 'chunked') to.write('0\r\n\r\n')
    sent()
  })
}

function writeChunk(to: Socket, chunk: Buffer): boolean {
  to.cork()
  to.write(`${chunk.length.toString(16)}\r\n`, 'latin1')
  to.write(chunk)
  const more = to.write('\r\n', 'latin1')
  to.uncork()
  return more
}
