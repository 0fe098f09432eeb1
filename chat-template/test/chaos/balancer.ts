import { createServer, type IncomingMessage, request } from 'node:http'
import type { Duplex } from 'node:stream'

export interface Balancer {
  url: string
  /** Breaks every connection there is. */
  cutAll(): void
  close(): Promise<void>
}

const cookieName = 'affinity'

/** A small load balancer with a cookie for affinity: replicas whose /readyz is not 200 get nobody new. */
export async function balancer(targets: () => string[]): Promise<Balancer> {
  const ready = new Set<string>()
  let turn = 0
  const look = async () => {
    for (const target of new Set([...targets(), ...ready])) {
      const ok = await fetch(`${target}/readyz`, { signal: AbortSignal.timeout(1_000) }).then(
        response => response.ok,
        () => false,
      )
      if (ok && targets().includes(target)) ready.add(target)
      else ready.delete(target)
    }
  }
  const choose = (asked: IncomingMessage): string | undefined => {
    const wanted = asked.headers.cookie?.match(new RegExp(`${cookieName}=(\\d+)`))?.[1]
    const known = [...ready].find(target => new URL(target).port === wanted)
    return known ?? [...ready][turn++ % Math.max(1, ready.size)]
  }
  const sockets = new Set<Duplex>()
  const forward = (target: string, asked: IncomingMessage) =>
    request(`${target}${asked.url}`, { method: asked.method ?? 'GET', headers: asked.headers, agent: false })
  const server = createServer((asked, answer) => {
    const target = choose(asked)
    if (target === undefined) return void answer.writeHead(503).end()
    const passed = forward(target, asked)
    passed.on('response', response => {
      const cookie = `${cookieName}=${new URL(target).port}; Path=/; HttpOnly`
      const cookies = [...(response.headers['set-cookie'] ?? []), cookie]
      answer.writeHead(response.statusCode ?? 502, { ...response.headers, 'set-cookie': cookies })
      response.pipe(answer)
    })
    passed.on('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()))
    answer.on('close', () => passed.destroy())
    asked.pipe(passed)
  })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (asked, client, head) => {
    const target = choose(asked)
    client.on('error', () => client.destroy())
    if (target === undefined) return void client.end('HTTP/1.1 503 Service Unavailable\r\n\r\n')
    const passed = forward(target, asked)
    passed.on('upgrade', (response, upstream, first) => {
      const lines = response.rawHeaders.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`))
      client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`)
      client.write(first)
      upstream.write(head)
      upstream.on('error', () => upstream.destroy())
      upstream.on('close', () => client.destroy())
      client.on('close', () => upstream.destroy())
      upstream.pipe(client).pipe(upstream)
    })
    passed.on('response', response => {
      client.end(`HTTP/1.1 ${response.statusCode} Refused\r\nconnection: close\r\n\r\n`)
      response.resume()
    })
    passed.on('error', () => client.destroy())
    passed.end()
  })
  await look()
  const timer = setInterval(() => void look(), 250)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const cutAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    cutAll,
    close: async () => {
      clearInterval(timer)
      cutAll()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
