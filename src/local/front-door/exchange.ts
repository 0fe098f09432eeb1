import { request as ask, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Choice, chooseReplica } from './choose.ts'
import { newKey, readCookie } from './cookie.ts'
import { createDeadline, timeoutAt } from './deadline.ts'
import type { Door } from './door.ts'
import type { Reason, StatusDetails } from './event.ts'
import { type Failure, failureAnswer, failureOf, failures, mayRetry } from './failure.ts'
import { requestHeaders, responseHeaders } from './headers.ts'
import type { Replica, Use } from './replica.ts'

/** A replica's 101, and the connection that it came on. */
export interface Accepted {
  readonly replica: Replica
  readonly server: Socket
  /** Bytes that came with the 101. */
  readonly head: Buffer
  readonly statusMessage: string
  readonly headers: readonly string[]
  readonly startedAt: number
}

export interface Caller {
  readonly request: IncomingMessage
  readonly socket: Socket
  /** Waits for a word before it sends the body. */
  readonly expectsContinue: boolean
  /** Where a plain answer goes; called once. */
  answer(): ServerResponse
  /** Takes over when a replica accepts the upgrade; only for WebSockets. */
  readonly upgraded?: (accepted: Accepted) => void
}

/** Longest line and headers of a replica's answer, in bytes; Google's limit for them is about 128 KB. */
const answerHeaderBytes = 128 * 1024

/** Takes one request to a replica and its answer back, bytes as they come, never more in memory than a socket's buffer. */
export function exchange(door: Door, caller: Caller): void {
  const { request, socket } = caller
  const method = request.method ?? 'GET'
  const framing = bodyFraming(request)
  const webSocket = caller.upgraded !== undefined
  const startedAt = performance.now()
  const clientIp = socket.remoteAddress ?? ''
  const turn = door.nextTurn()
  let chosen: Replica | undefined
  let upstream: ClientRequest | undefined
  let response: ServerResponse | undefined
  let tries = 0
  let uploaded = framing === undefined
  let over = false
  let status = 0
  let details: StatusDetails | undefined
  let reason: Reason | undefined

  const choose = (): Choice<Replica> | undefined => {
    const asked = {
      settings: door.settings(),
      clientIp,
      cookie: readCookie(request.headers.cookie),
      turn,
      newKey,
    }
    return chooseReplica(door.pool.ready(), tries === 0 ? asked : { ...asked, turn: door.nextTurn() }, chosen)
  }

  const attempt = () => {
    const choice = choose()
    chosen?.uses.delete(use)
    if (choice === undefined) return fail(failures.noReplica)
    const { replica, setCookie } = choice
    chosen = replica
    reason = undefined
    tries += 1
    replica.requests += 1
    replica.uses.add(use)
    const asked = ask({
      host: replica.host,
      port: replica.port,
      // A second try does not trust a kept connection, and a WebSocket keeps its own.
      agent: webSocket || tries > 1 ? false : replica.agent,
      method,
      path: request.url,
      headers: requestHeaders(request.rawHeaders, {
        client: clientIp,
        balancer: door.address,
        host: `${replica.host}:${replica.port}`,
        connection: request.headers.connection,
        framing,
        method,
        webSocket,
      }),
      setHost: false,
      maxHeaderSize: answerHeaderBytes,
    })
    upstream = asked
    asked.on('response', reply => {
      if (asked === upstream && !over) relay(reply, setCookie)
    })
    asked.on('error', error => {
      if (asked === upstream) broke(failureOf(error))
    })
    asked.on('upgrade', (reply, server, head) => {
      if (asked !== upstream || over || caller.upgraded === undefined) {
        server.destroy()
        return broke(failures.corrupted)
      }
      leave()
      const headers = responseHeaders(reply.rawHeaders, { setCookie, webSocket })
      caller.upgraded({ replica, server, head, statusMessage: reply.statusMessage ?? '', headers, startedAt })
    })
    if (framing === undefined) asked.end()
    else upload(asked)
  }

  const upload = (asked: ClientRequest) => {
    if (caller.expectsContinue) caller.answer().writeContinue()
    request.on('data', (chunk: Buffer) => {
      if (!over && !asked.write(chunk)) request.pause()
    })
    asked.on('drain', () => request.resume())
    request.on('end', () => {
      uploaded = true
      asked.end()
    })
  }

  const relay = (reply: IncomingMessage, setCookie: string | undefined) => {
    status = reply.statusCode ?? 502
    const { connection } = reply.headers
    const answer = caller.answer()
    response = answer
    answer.on('close', end)
    answer.writeHead(
      status,
      reply.statusMessage,
      responseHeaders(reply.rawHeaders, { connection, setCookie, webSocket: false }),
    )
    let flowing = false
    reply.on('data', (chunk: Buffer) => {
      flowing = true
      if (!answer.write(chunk)) reply.pause()
    })
    answer.on('drain', () => reply.resume())
    reply.on('end', () => {
      flowing = true
      answer.end()
    })
    reply.on('error', () => {
      reason ??= 'replica'
      details ??= 'backend_connection_closed_after_partial_response_sent'
      answer.destroy()
    })
    // The first bytes of a stream may be long in coming; its headers should not wait for them.
    setImmediate(() => {
      if (!flowing && !over) answer.flushHeaders()
    })
  }

  const broke = (failure: Failure) => {
    if (over || response !== undefined) return
    const { kind } = door.settings()
    const healthy = door.pool.ready().length
    const hasBody = framing !== undefined
    if (mayRetry({ method, hasBody, tries, failure, kind, healthy, all: door.pool.size() })) attempt()
    else fail(failure)
  }

  const fail = (failure: Failure) => {
    const { status: code, type, body } = failureAnswer(failure, door.settings().kind)
    status = code
    details = failure.details
    const length = String(Buffer.byteLength(body))
    response = caller.answer()
    response.on('close', end)
    response.writeHead(code, ['Content-Type', type, 'Content-Length', length, 'Via', '1.1 google'])
    response.end(method === 'HEAD' ? undefined : body)
  }

  const leave = () => {
    over = true
    deadline.clear()
    chosen?.uses.delete(use)
    door.clients.get(socket)?.delete(end)
    door.totals.requests += 1
    if (tries > 1) door.totals.retries += 1
  }

  const end = () => {
    if (over) return
    leave()
    if (response?.writableFinished !== true) {
      reason ??= 'client'
      details ??= response
        ? 'client_disconnected_after_partial_response'
        : 'client_disconnected_before_any_response'
      if (response === undefined) status = 499
    }
    if (response?.writableFinished !== true || !uploaded) upstream?.destroy()
    if (!uploaded) request.resume()
    const failed = status >= 500 || (reason !== undefined && reason !== 'client')
    if (failed) {
      door.totals.errors += 1
      if (chosen !== undefined) chosen.errors += 1
    }
    door.emit?.({
      type: 'request',
      at: Date.now(),
      method,
      path: request.url ?? '',
      ...(chosen && { replica: chosen.name }),
      status,
      ms: Math.round((performance.now() - startedAt) * 10) / 10,
      details: details ?? 'response_sent_by_backend',
      ...(reason && { reason }),
      ...(tries > 1 && { retried: true }),
    })
  }

  const use: Use = {
    isSocket: false,
    cut(by) {
      if (response?.writableEnded) return
      reason = by
      if (response === undefined) upstream?.destroy(new Error(by))
      else {
        details = 'backend_connection_closed_after_partial_response_sent'
        response.destroy()
      }
    },
    rearm: () => deadline.rearm(),
  }

  const life = { startedAt, lastByteAt: startedAt, upgraded: false }
  const deadline = createDeadline(
    () => timeoutAt(door.settings(), life),
    () => {
      reason = 'timeout'
      if (response !== undefined) {
        details = 'backend_timeout'
        response.destroy()
        return
      }
      const late = upstream
      upstream = undefined
      late?.destroy()
      fail(failures.tooSlow)
    },
  )

  door.clients.get(socket)?.add(end)
  attempt()
}

/** How the body of a request is delimited; undefined when it has none. */
function bodyFraming({ headers }: IncomingMessage): 'length' | 'chunked' | undefined {
  if (headers['transfer-encoding'] !== undefined) return 'chunked'
  const length = headers['content-length']
  return length === undefined || /^0+$/.test(length) ? undefined : 'length'
}
