import { type IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Door } from './door.ts'
import { exchange } from './exchange.ts'
import { isAmbiguous, refuse } from './refusal.ts'
import { tunnel } from './tunnel.ts'

/** A request that asks for another protocol. Only WebSocket is one that Google's balancers know. */
export function handleUpgrade(
  door: Door,
  server: Server,
  request: IncomingMessage,
  client: Socket,
  head: Buffer,
): void {
  client.on('error', () => client.destroy())
  // An answer is still on its way to this client, who did not wait for it: two writers would mix their bytes.
  if ((door.clients.get(client)?.size ?? 0) > 0) {
    client.destroy()
    return
  }
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
    serveWithoutUpgrade(server, request, client, head)
    return
  }
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  if (request.method !== 'GET' || hasBody || isAmbiguous(request)) {
    refuse(client, 400)
    return
  }
  exchange(door, {
    request,
    socket: client,
    expectsContinue: false,
    answer: () => plainAnswer(request, client),
    upgraded: accepted => tunnel(door, { client, head, path: request.url ?? '', accepted }),
  })
}

/** A replica that does not upgrade answers in plain HTTP, and so does the front door on that connection. */
function plainAnswer(request: IncomingMessage, client: Socket): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(client)
  // The server's own listener for this went away with the upgrade.
  client.on('drain', () => response.emit('drain'))
  response.on('finish', () => {
    response.detachSocket(client)
    client.end(() => client.destroySoon())
  })
  return response
}

/**
 * An `Upgrade` to anything else (h2c) may be ignored (RFC 9110 7.8), but node:http hands the bare socket over once
 * anyone listens for upgrades: the request is put back without that header, and read again as a plain one.
 */
function serveWithoutUpgrade(server: Server, request: IncomingMessage, client: Socket, head: Buffer): void {
  let text = `${request.method} ${request.url} HTTP/1.1\r\n`
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] ?? ''
    if (/^(?:upgrade|http2-settings)$/i.test(name)) continue
    const value = request.rawHeaders[index + 1] ?? ''
    text += `${name}: ${/^connection$/i.test(name) ? 'keep-alive' : value}\r\n`
  }
  client.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head]))
  server.emit('connection', client)
}
