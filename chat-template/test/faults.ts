import { connect, createServer, type Server, type Socket } from 'node:net'

/** What stands between two programs and can fail on request. */
export interface FaultProxy {
  host: string
  port: number
  /** The same address as `url`, through the proxy. */
  url: string
  /** `pass`; `cut`: every connection is broken and none is taken; `hang`: taken, but nothing comes through. */
  mode: 'pass' | 'cut' | 'hang'
  /** Added to each direction, milliseconds. */
  delayMs: number
  set(mode: FaultProxy['mode'], delayMs?: number): void
  /** What the connections of now carry vanishes from here on, unnoticed by either side; new ones work. */
  swallow(): void
  close(): Promise<void>
}

/** A TCP proxy for `url` (redis://host:port, mongodb://host:port/name) on a free port. */
export async function faultProxy(url: string): Promise<FaultProxy> {
  const target = new URL(url)
  const open = new Set<Socket>()
  const held = new Set<() => void>()
  const swallowed = new WeakSet<Socket>()
  const server: Server = createServer({ noDelay: true }, client => {
    if (proxy.mode === 'cut') return void client.destroy()
    const upstream = connect({ port: Number(target.port), host: target.hostname, noDelay: true })
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from)
      from.on('error', () => from.destroy())
      from.on('close', () => {
        open.delete(from)
        to.destroy()
      })
      from.on('data', chunk => {
        if (swallowed.has(from)) return
        const pass = () => void (to.destroyed || to.write(chunk))
        if (proxy.mode === 'hang') held.add(pass)
        else if (proxy.delayMs > 0) setTimeout(pass, proxy.delayMs)
        else pass()
      })
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const through = new URL(url)
  through.host = `127.0.0.1:${port}`
  const proxy: FaultProxy = {
    host: '127.0.0.1',
    port,
    url: through.href,
    mode: 'pass',
    delayMs: 0,
    set: (mode, delayMs = 0) => {
      Object.assign(proxy, { mode, delayMs })
      if (mode === 'cut') for (const socket of open) socket.destroy()
      if (mode !== 'hang') for (const pass of held) pass()
      if (mode !== 'hang') held.clear()
    },
    swallow: () => {
      for (const socket of open) swallowed.add(socket)
    },
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return proxy
}
