import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { ProbeError } from './fault.ts'
import type { Target } from './target.ts'

/** One TCP (or TLS) connection, by number. */
export interface Line {
  readonly id: number
  readonly socket: Socket
}

/** Opens connections and can end every one of them at once. */
export class Dialer {
  readonly #target: Target
  readonly #options: {
    readonly insecureTls: boolean
    readonly timeoutMs: number
    readonly signal: AbortSignal
  }
  readonly #open = new Set<Socket>()
  #count = 0
  #closed = false
  readonly #onAbort = (): void => this.close()

  constructor(
    target: Target,
    options: { readonly insecureTls: boolean; readonly timeoutMs: number; readonly signal: AbortSignal },
  ) {
    this.#target = target
    this.#options = options
    options.signal.addEventListener('abort', this.#onAbort)
  }

  get opened(): number {
    return this.#count
  }

  /** Rejects with a `ProbeError`, or with the signal's reason. */
  open(): Promise<Line> {
    const { signal, timeoutMs, insecureTls } = this.#options
    const { host, port, secure } = this.#target
    if (signal.aborted) return Promise.reject(signal.reason)
    if (this.#closed) return Promise.reject(new ProbeError({ kind: 'closed', message: 'the run is over' }))
    this.#count += 1
    const id = this.#count
    const socket = secure
      ? connectTls({
          host,
          port,
          // An address is no server name: RFC 6066 section 3.
          servername: isIP(host) === 0 ? host : '',
          ALPNProtocols: ['http/1.1'],
          rejectUnauthorized: !insecureTls,
        })
      : connect({ host, port })
    this.#open.add(socket)
    socket.setNoDelay(true)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => fail(new ProbeError({ kind: 'timeout', afterMs: timeoutMs, waitingFor: 'connection' })),
        timeoutMs,
      )
      const fail = (error: unknown): void => {
        clearTimeout(timer)
        reject(signal.aborted ? signal.reason : error)
        socket.destroy()
      }
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer)
        resolve({ id, socket })
      })
      socket.on('error', (error: NodeJS.ErrnoException) => fail(new ProbeError(networkFault(error))))
      socket.once('close', () => {
        this.#open.delete(socket)
        fail(new ProbeError({ kind: 'closed', message: 'closed while connecting' }))
      })
    })
  }

  /** Ends every connection now. */
  close(): void {
    this.#closed = true
    this.#options.signal.removeEventListener('abort', this.#onAbort)
    for (const socket of this.#open) socket.destroy()
  }
}

/** Happy Eyeballs failures come as one AggregateError without a message of its own. */
function networkFault(error: NodeJS.ErrnoException): {
  kind: 'network'
  code: string
  message: string
} {
  const first = error instanceof AggregateError ? error.errors[0] : undefined
  const message = first instanceof Error && error.message === '' ? first.message : error.message
  return { kind: 'network', code: error.code ?? 'UNKNOWN', message }
}
