import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

/** Last answer on a connection that does not speak HTTP as it should, before it is closed. */
export function refuse(client: Socket, status: number): void {
  if (!client.writable) {
    client.destroy()
    return
  }
  const body = `Error: ${STATUS_CODES[status]}`
  client.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    () => client.destroySoon(),
  )
}

/** Status for what node:http could not read: too many headers, too slow, or not HTTP at all. */
export function refusalStatus(error: Error & { code?: string }): number {
  if (error.code === 'HPE_HEADER_OVERFLOW') return 431
  return error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
}

/**
 * What the front door and a replica might read differently: two Host lines (RFC 9112 3.2 asks for a 400), a coding under
 * the chunks that would get lost on the way (6.1), a target with bytes that no target may have.
 */
export function isAmbiguous({ rawHeaders, headers, url = '' }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return true
  let hosts = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1
  }
  return hosts > 1 || /[^!-\xff]/.test(url)
}
