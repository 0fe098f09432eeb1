import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net'

/** How a replica is picked; `tcp-` picks one per connection and never looks inside. */
export type BalancerMode =
  | 'cookie'
  | 'client-ip'
  | 'round-robin'
  | 'random'
  | 'tcp-round-robin'
  | 'tcp-random'

export interface BalancerOptions {
  readonly mode: BalancerMode
  readonly ports: readonly number[]
  /** Takes the Upgrade header away, as a proxy does that knows only HTTP. */
  readonly stripsUpgrade?: boolean
  /** Cuts a WebSocket this many milliseconds after the last byte, or after its beginning. */
  readonly cuts?: { readonly afterMs: number; readonly counts: 'idle' | 'always' }
  /** Replaces the attributes of the affinity cookie; false hides Set-Cookie altogether. */
  readonly cookieAttributes?: string | false
  /** Answers upgrades itself, with this status. */
  readonly upgradeStatus?: number
}

export interface Balancer extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** How many connections came in. */
  connections(): number
  /** How many sockets are open, to clients and to replicas. */
  open(): number
}

export const affinityCookie = 'GCLB'

/** A load balancer as small as can be, for the ways in which the real ones go wrong. */
export async function startBalancer(options: BalancerOptions): Promise<Balancer> {
  const open = new Set<Socket>()
  const pick = picker(options)
  let connections = 0
  const server = options.mode.startsWith('tcp-')
    ? tcpBalancer(options, pick, open)
    : httpBalancer(options, pick, open)
  server.on('connection', (socket: Socket) => {
    connections += 1
    track(socket, open)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    open: () => open.size,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function track(socket: Socket, open: Set<Socket>): void {
  open.add(socket)
  socket.on('close', () => open.delete(socket))
  socket.on('error', () => socket.destroy())
}

type Pick = (cookie: string | undefined) => number

function picker(options: BalancerOptions): Pick {
  let turn = 0
  const { ports, mode } = options
  const next = (): number => {
    turn += 1
    return turn % ports.length
  }
  if (mode === 'client-ip') return () => 1 % ports.length
  if (mode === 'random' || mode === 'tcp-random') return () => Math.floor(Math.random() * ports.length)
  if (mode !== 'cookie') return next
  return cookie => {
    const value = new RegExp(`${affinityCookie}="?r(\\d+)`).exec(cookie ?? '')?.[1]
    return value === undefined ? next() : Number(value) % ports.length
  }
}

function tcpBalancer({ ports }: BalancerOptions, pick: Pick, open: Set<Socket>): Server {
  return createTcpServer(socket => {
    const upstream = connect(ports[pick(undefined)]!, '127.0.0.1')
    track(upstream, open)
    socket.pipe(upstream)
    upstream.pipe(socket)
    socket.on('close', () => upstream.destroy())
    upstream.on('close', () => socket.destroy())
  })
}

function httpBalancer(options: BalancerOptions, pick: Pick, open: Set<Socket>): Server {
  const { ports, mode, cookieAttributes = 'Path=/; HttpOnly' } = options
  const route = (request: IncomingMessage): { port: number; setCookie: string | undefined } => {
    const { cookie } = request.headers
    const at = pick(cookie)
    const fresh = mode === 'cookie' && cookieAttributes !== false && !cookie?.includes(`${affinityCookie}=`)
    return {
      port: ports[at]!,
      setCookie: fresh ? `${affinityCookie}=r${at}; ${cookieAttributes}` : undefined,
    }
  }
  const server = createServer((request, response) => {
    const { port, setCookie } = route(request)
    const { method, url } = request
    const { upgrade: _, ...plain } = request.headers
    const headers = options.stripsUpgrade ? { ...plain, connection: 'close' } : request.headers
    const forwarded = httpRequest(
      { host: '127.0.0.1', port, method, path: url, headers, agent: false },
      answer => {
        const cookies = [answer.headers['set-cookie'] ?? [], setCookie ?? []].flat()
        response.writeHead(answer.statusCode ?? 502, {
          ...answer.headers,
          ...(cookies.length === 0 ? {} : { 'set-cookie': cookies }),
        })
        answer.pipe(response)
      },
    )
    forwarded.on('error', () => {
      if (!response.headersSent) response.writeHead(502)
      response.end()
    })
    response.on('close', () => forwarded.destroy())
    request.pipe(forwarded)
  })
  if (options.stripsUpgrade) return server
  server.on('upgrade', (request, socket: Socket, head) => {
    if (options.upgradeStatus !== undefined) {
      socket.end(`HTTP/1.1 ${options.upgradeStatus} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
      return
    }
    const { port, setCookie } = route(request)
    const upstream = connect(port, '127.0.0.1')
    track(upstream, open)
    const lines = [`${request.method} ${request.url} HTTP/1.1`]
    for (let at = 0; at < request.rawHeaders.length; at += 2) {
      lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`)
    }
    upstream.write(`${lines.join('\r\n')}\r\n\r\n`)
    upstream.write(head)
    socket.pipe(upstream)
    upstream.once('data', (first: Buffer) => {
      const text = first.toString('latin1')
      const at = setCookie === undefined ? -1 : text.indexOf('\r\n') + 2
      socket.write(
        at < 2
          ? first
          : Buffer.from(`${text.slice(0, at)}Set-Cookie: ${setCookie}\r\n${text.slice(at)}`, 'latin1'),
      )
      upstream.pipe(socket)
      cutLater(options, socket, upstream)
    })
    socket.on('close', () => upstream.destroy())
    upstream.on('close', () => socket.destroy())
  })
  return server
}

function cutLater({ cuts }: BalancerOptions, socket: Socket, upstream: Socket): void {
  if (cuts === undefined) return
  const cut = (): void => {
    socket.destroy()
    upstream.destroy()
  }
  let timer = setTimeout(cut, cuts.afterMs)
  socket.on('close', () => clearTimeout(timer))
  if (cuts.counts === 'always') return
  const restart = (): void => {
    clearTimeout(timer)
    timer = setTimeout(cut, cuts.afterMs)
  }
  socket.on('data', restart)
  upstream.on('data', restart)
}
