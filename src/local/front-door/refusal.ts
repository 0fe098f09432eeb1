import { STATUS_CODES } from 'node:http'
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
