import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { Caller } from './caller.ts'
import type { Door } from './door.ts'
import { requestHeaders } from './headers.ts'
import type { Replica } from './replica.ts'

export type Framing = 'length' | 'chunked' | undefined

/** How the body of a request is delimited; undefined when it has none. */
export function bodyFraming({ headers }: IncomingMessage): Framing {
  if (headers['transfer-encoding'] !== undefined) return 'chunked'
  const length = headers['content-length']
  return length === undefined || /^0+$/.test(length) ? undefined : 'length'
}

/** Most bytes that the head of a replica's answer may have; Google's limit is about 128 KB. */
const answerHeaderBytes = 128 * 1024

/** Path and query of a request target, also when the client wrote it with scheme and host as it would to a proxy. */
export function originForm(target: string): string {
  return /^https?:\/\//i.test(target)
    ? target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/^(?!\/)/, '/')
    : target
}

/** The client's request, begun anew towards a replica. `fresh`: on a connection of its own, not on a kept one. */
export function askReplica(
  door: Door,
  caller: Caller,
  { replica, framing, fresh }: { replica: Replica; framing: Framing; fresh: boolean },
): ClientRequest {
  const { method = 'GET', url = '/', rawHeaders, headers } = caller.request
  const { host, port } = replica
  return request({
    host,
    port,
    agent: fresh ? false : replica.agent,
    method,
    path: originForm(url),
    headers: requestHeaders(rawHeaders, {
      client: caller.socket.remoteAddress ?? '',
      balancer: door.address,
      host: `${host}:${port}`,
      connection: headers.connection,
      framing,
      method,
      webSocket: caller.upgraded !== undefined,
    }),
    setHost: false,
    maxHeaderSize: answerHeaderBytes,
  })
}
