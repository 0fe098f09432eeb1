import type { ServerResponse } from 'node:http'
import type { Backend, Receiver } from './backend.ts'
import type { Caller } from './caller.ts'
import { chooseReplica } from './choose.ts'
import { newKey, readCookie } from './cookie.ts'
import { createDeadline, timeoutAt } from './deadline.ts'
import type { Door } from './door.ts'
import type { Reason, RequestEvent, StatusDetails } from './event.ts'
import { type Failure, failureAnswer, failureOf, failures, mayRetry } from './failure.ts'
import { responseHeaders } from './headers.ts'
import type { Replica, Use } from './replica.ts'
import { bodyFraming, requestHead, upload } from './upstream.ts'

/** Takes one request to a replica and its answer back, by the balancer's rules for choosing, trying again and giving up. */
export function exchange(door: Door, caller: Caller): void {
  const { request, socket } = caller
  const { method = 'GET' } = request
  const framing = bodyFraming(request)
  const startedAt = performance.now()
  let chosen: Replica | undefined
  let tries = 0
  let backend: Backend | undefined
  let response: ServerResponse | undefined
  let uploaded = framing === undefined
  let over = false
  let status = 499
  let details: StatusDetails | undefined
  let reason: Reason | undefined

  const attempt = () => {
    const choice = chooseReplica(
      door.pool.ready(),
      {
        settings: door.settings(),
        clientIp: socket.remoteAddress ?? '',
        cookie: readCookie(request.headers.cookie),
        turn: door.nextTurn(),
        newKey,
      },
      chosen,
    )
    chosen?.uses.delete(use)
    if (choice === undefined) return fail(failures.noReplica)
    const { replica, setCookie } = choice
    chosen = replica
    tries += 1
    reason = undefined
    replica.requests += 1
    replica.uses.add(use)
    // A second try does not trust a kept connection, and a WebSocket needs its own.
    const asked = replica.backends.take(tries > 1 || caller.upgraded !== undefined)
    backend = asked
    asked.begin(method, receiver(asked, replica, setCookie))
    const head = requestHead(door, caller, replica, framing)
    if (framing !== undefined) {
      if (caller.expectsContinue) caller.answer().writeContinue()
      upload(request, asked.socket, framing, () => {
        uploaded = true
      })
    }
    asked.socket.write(head, 'latin1')
  }

  const receiver = (asked: Backend, replica: Replica, setCookie: string | undefined): Receiver => {
    let flowing = false
    return {
      head({ status: code, message, headers, connection }) {
        const answer = begin(code)
        answer.writeHead(code, message, responseHeaders(headers, { connection, setCookie, webSocket: false }))
        // One packet when head and body have come together; the head alone when the body is long in coming.
        answer.cork()
        process.nextTick(() => {
          if (!flowing) answer.flushHeaders()
          answer.uncork()
        })
      },
      body(chunk) {
        flowing = true
        if (response?.write(chunk) !== false) return
        asked.socket.pause()
        response.once('drain', () => {
          if (backend === asked) asked.socket.resume()
        })
      },
      end() {
        flowing = true
        backend = undefined
        response?.end()
        if (uploaded) asked.release()
        else asked.destroy()
      },
      upgrade({ message, headers }, server, head) {
        if (caller.upgraded === undefined) {
          server.destroy()
          return broke(failures.corrupted)
        }
        leave()
        const accepted = { replica, server, head, statusMessage: message, startedAt }
        caller.upgraded({ ...accepted, headers: responseHeaders(headers, { setCookie, webSocket: true }) })
      },
      failed(error) {
        if (response === undefined) broke(failureOf(error))
        else breakOff('replica', 'backend_connection_closed_after_partial_response_sent')
      },
    }
  }

  const begin = (code: number): ServerResponse => {
    status = code
    response = caller.answer()
    response.on('close', end)
    return response
  }

  // The client must see that what it got is not whole.
  const breakOff = (by: Reason, why: StatusDetails) => {
    if (response?.writableEnded) return
    reason ??= by
    details ??= why
    response?.destroy()
  }

  const broke = (failure: Failure) => {
    const { kind } = door.settings()
    const [healthy, all] = [door.pool.ready().length, door.pool.size()]
    if (mayRetry({ method, hasBody: framing !== undefined, tries, failure, kind, healthy, all })) attempt()
    else fail(failure)
  }

  const fail = (failure: Failure) => {
    const { status: code, type, body } = failureAnswer(failure, door.settings().kind)
    details = failure.details
    const answer = begin(code)
    const length = String(Buffer.byteLength(body))
    answer.writeHead(code, ['Content-Type', type, 'Content-Length', length, 'Via', '1.1 google'])
    answer.end(method === 'HEAD' ? undefined : body)
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
    }
    backend?.destroy()
    if (!uploaded) request.resume()
    if (status >= 500 || (reason !== undefined && reason !== 'client')) {
      door.totals.errors += 1
      if (chosen !== undefined) chosen.errors += 1
    }
    if (door.emit !== undefined) door.emit(report())
  }

  const report = (): RequestEvent => ({
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

  const use: Use = {
    cut(by) {
      if (response !== undefined) return breakOff(by, 'backend_connection_closed_after_partial_response_sent')
      reason = by
      // Its client is about to be cut as well: no second try.
      if (by === 'closed') return
      backend?.destroy()
      broke(failures.closedEarly)
    },
    rearm: () => deadline.rearm(),
  }

  const life = { startedAt, lastByteAt: startedAt, upgraded: false }
  const deadline = createDeadline(
    () => timeoutAt(door.settings(), life),
    () => {
      if (response !== undefined) return breakOff('timeout', 'backend_timeout')
      reason = 'timeout'
      backend?.destroy()
      fail(failures.tooSlow)
    },
  )

  door.clients.get(socket)?.add(end)
  attempt()
}
