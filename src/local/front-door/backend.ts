import { connect, type Socket } from 'node:net'
import { type AnswerHead, type AnswerReader, type AnswerSink, createAnswerReader } from './answer-reader.ts'

/** Who hears what comes back for one request. Nothing is called after `end`, `upgrade` or `failed`. */
export interface Receiver {
  head(head: AnswerHead): void
  /** Never empty. */
  body(chunk: Buffer): void
  end(): void
  /** The connection is the caller's now, with the bytes that came after the 101. */
  upgrade(head: AnswerHead, socket: Socket, rest: Buffer): void
  /** The connection broke, or carried something that is no answer: BadAnswer. */
  failed(error: Error): void
}

/** A connection to a replica that carries one request at a time. */
export interface Backend {
  readonly socket: Socket
  /** Makes it carry a request: the caller writes to the socket, and hears of the answer. */
  begin(method: string, receiver: Receiver): void
  /** The answer is complete, and so is the request: another may have the connection. */
  release(): void
  destroy(): void
}

/** Connections to one replica: the ones in use, and idle ones, last in first out. */
export interface Backends {
  take(fresh: boolean): Backend
  /** Cuts them all. */
  close(): void
}

/**
 * Google keeps an idle connection to a backend for 600 s, fixed, whatever the backend's `Keep-Alive: timeout` says
 * (docs.cloud.google.com/load-balancing/docs/https/request-distribution): a server that closes earlier gives the odd
 * 502 on a POST there, and may give it here.
 */
const keepIdleMs = 600_000
const mostIdle = 1000

export function createBackends(address: { readonly host: string; readonly port: number }): Backends {
  const open = new Set<Backend>()
  const idle: Backend[] = []

  const create = (): Backend => {
    // Half open, so that a WebSocket's last words get through after the other side has closed its own.
    const socket = connect({ host: address.host, port: address.port, allowHalfOpen: true, noDelay: true })
    let receiver: Receiver | undefined
    let reader: AnswerReader | undefined
    let upgraded = false
    let reusable = false

    const sink: AnswerSink = {
      head(head) {
        reusable = head.keepAlive
        receiver?.head(head)
      },
      body: chunk => receiver?.body(chunk),
      end() {
        const heard = receiver
        receiver = undefined
        heard?.end()
      },
      upgrade(head, rest) {
        upgraded = true
        open.delete(backend)
        socket.setTimeout(0)
        socket.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose)
        const heard = receiver
        receiver = undefined
        heard?.upgrade(head, socket, rest)
      },
    }
    const fail = (error: Error) => {
      const heard = receiver
      receiver = undefined
      socket.destroy()
      heard?.failed(error)
    }
    const onData = (chunk: Buffer) => {
      if (reader === undefined) return fail(new Error('bytes without a request'))
      try {
        reader.feed(chunk)
      } catch (error) {
        fail(error as Error)
      }
    }
    const onEnd = () => {
      if (reader?.close() !== true) fail(Object.assign(new Error('closed too early'), { code: 'ECONNRESET' }))
      else socket.destroy()
    }
    const onError = (error: Error) => fail(error)
    const onClose = () => {
      open.delete(backend)
      const index = idle.indexOf(backend)
      if (index >= 0) idle.splice(index, 1)
      fail(new Error('closed'))
    }
    socket.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose)
    socket.setTimeout(keepIdleMs)
    socket.on('timeout', () => {
      if (receiver === undefined && !upgraded) socket.destroy()
    })

    const backend: Backend = {
      socket,
      begin(method, heard) {
        receiver = heard
        reader = createAnswerReader(method, sink)
      },
      release() {
        if (!reusable || socket.destroyed || idle.length >= mostIdle) return socket.destroy()
        reader = undefined
        socket.resume()
        idle.push(backend)
      },
      destroy() {
        receiver = undefined
        socket.destroy()
      },
    }
    open.add(backend)
    return backend
  }

  return {
    take(fresh) {
      for (let kept = fresh ? undefined : idle.pop(); kept !== undefined; kept = idle.pop()) {
        if (!kept.socket.destroyed) return kept
      }
      return create()
    },
    close() {
      for (const backend of open) backend.destroy()
    },
  }
}
