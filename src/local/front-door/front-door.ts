import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { LoadBalancer } from '../../config/config.ts'
import { exitCodes, UserError } from '../../errors.ts'
import type { Door } from './door.ts'
import type { FrontDoorEvent } from './event.ts'
import { exchange } from './exchange.ts'
import { createPool } from './pool.ts'
import { isAmbiguous, refusalStatus, refuse } from './refusal.ts'
import type { ReplicaAddress } from './replica.ts'
import { type FrontDoorStatus, readStatus } from './status.ts'
import { handleUpgrade } from './upgrade.ts'

export type { FrontDoorEvent, FrontDoorStatus }

export interface FrontDoorOptions {
  /** 0 takes a free one. */
  readonly port: number
  /** Default 127.0.0.1. */
  readonly host?: string
  readonly settings: LoadBalancer
  /** Path that answers 200 while a replica may get traffic. */
  readonly readyPath: string
  /** Default 1000: a laptop should not wait. GKE's own default is 15 s (ingress-gce, NEG health checks: 15/15/1/2). */
  readonly checkEveryMs?: number
  /** How long a client may take over the head of a request; default 60 s. */
  readonly headersTimeoutMs?: number
  onEvent?(event: FrontDoorEvent): void
}

export interface FrontDoor {
  readonly port: number
  readonly url: string
  /** Holds for new requests and WebSockets, and moves the deadlines of open ones. */
  configure(settings: Partial<LoadBalancer>): void
  /** Who is behind the door from now on. Whoever is no longer listed drains. */
  setReplicas(replicas: readonly ReplicaAddress[]): void
  /** No new requests for this replica; what is open ends after the draining time, with 0 at once. */
  drain(name: string): void
  /** Takes a drain back. */
  admit(name: string): void
  status(): FrontDoorStatus
  /** Goes to another port; what is open stays open. Rejects with a UserError, and stays, when that is taken. */
  move(port: number): Promise<void>
  /** Cuts what is open and frees the port. */
  close(): Promise<void>
}

/** Google's limits: an idle client is kept for 610 s, URL and headers may have about 64 KB. */
const clientIdleMs = 610_000
const requestHeaderBytes = 64 * 1024

/**
 * An HTTP/1.1 and WebSocket reverse proxy that keeps the rules of Google's application load balancers. Resolves once
 * it listens; nobody is behind it until `setReplicas`. Rejects with a UserError when the port is taken.
 */
export async function startFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  const { host = '127.0.0.1', readyPath, checkEveryMs = 1000, headersTimeoutMs = 60_000, onEvent } = options
  let settings: LoadBalancer = { ...options.settings }
  let turn = -1
  const emit = onEvent && ((event: FrontDoorEvent) => onEvent(event))
  const closed = { client: 0, replica: 0, timeout: 0, draining: 0, unready: 0, replaced: 0, closed: 0 }
  const door: Door = {
    settings: () => settings,
    pool: createPool({ settings: () => settings, readyPath, checkEveryMs, onHealth: event => emit?.(event) }),
    totals: { requests: 0, errors: 0, retries: 0, sockets: 0, closed },
    address: host,
    nextTurn: () => {
      turn = (turn + 1) % Number.MAX_SAFE_INTEGER
      return turn
    },
    emit,
    clients: new Map(),
  }
  let server = serve(door, headersTimeoutMs)
  await listen(server, options.port, host)
  const portOf = () => (server.address() as AddressInfo | null)?.port ?? 0
  let port = portOf()
  const url = () => `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  return {
    get port() {
      return port
    },
    get url() {
      return url()
    },
    configure(changed) {
      settings = { ...settings, ...changed }
      door.pool.rearm()
    },
    setReplicas: replicas => door.pool.set(replicas),
    drain: name => door.pool.drain(name),
    admit: name => door.pool.admit(name),
    status: () => readStatus(door, url()),
    async move(wanted) {
      const next = serve(door, headersTimeoutMs)
      await listen(next, wanted, host)
      server.close()
      server = next
      port = portOf()
    },
    async close() {
      const stopped = new Promise<void>(resolve => server.close(() => resolve()))
      for (const { replica } of door.pool.members()) for (const use of [...replica.uses]) use.cut('closed')
      door.pool.close()
      for (const client of door.clients.keys()) client.destroy()
      await stopped
    },
  }
}

function serve(door: Door, headersTimeoutMs: number): Server {
  const handle = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    if (isAmbiguous(request)) response.writeHead(400, { Connection: 'close' }).end('Error: Bad Request')
    else exchange(door, { request, socket: request.socket, expectsContinue, answer: () => response })
  }
  const server = createServer({
    maxHeaderSize: requestHeaderBytes,
    keepAliveTimeout: clientIdleMs,
    headersTimeout: headersTimeoutMs,
    // How long a whole request may take is for the backend service timeout to say.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(headersTimeoutMs, 30_000),
  })
  server.on('connection', (client: Socket) => {
    if (door.clients.has(client)) return
    const onClose = new Set<() => void>()
    door.clients.set(client, onClose)
    client.on('close', () => {
      door.clients.delete(client)
      for (const end of onClose) end()
    })
  })
  server.on('request', handle(false))
  server.on('checkContinue', handle(true))
  server.on('upgrade', (request, client, head) =>
    handleUpgrade(door, server, request, client as Socket, head),
  )
  server.on('connect', (_request, client) => refuse(client as Socket, 405))
  server.on('clientError', (error, client) => {
    const busy = (door.clients.get(client as Socket)?.size ?? 0) > 0
    if (busy) client.destroy()
    else refuse(client as Socket, refusalStatus(error))
  })
  return server
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port, host)))
    server.listen(port, host, resolve)
  })
  server.removeAllListeners('error')
}

function listenError(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES' && error.code !== 'EADDRNOTAVAIL') return error
  const why = { EADDRINUSE: 'is taken', EACCES: 'is not allowed', EADDRNOTAVAIL: 'is not on this machine' }[
    error.code
  ]
  return new UserError(`port ${port} on ${host} ${why}`, {
    code: 'front-door.port',
    hint: 'set another `local.port` in rtdeploy.yaml, or 0 for a free one',
    exitCode: exitCodes.missing,
    cause: error,
  })
}
