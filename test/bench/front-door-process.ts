import { connect } from 'node:net'
import { startFrontDoor } from '../../src/local/front-door/front-door.ts'

// What the bench of the front door runs in processes of their own: `door PORT...` or `client PORT CONNECTIONS SECONDS`.

export interface Measured {
  /** Requests per second. */
  readonly rate: number
  /** Milliseconds, the middle request. */
  readonly p50: number
}

async function runDoor(ports: readonly number[]): Promise<void> {
  const settings = { kind: 'classic', affinity: 'cookie', timeout: 30, draining: 0 } as const
  const door = await startFrontDoor({ port: 0, readyPath: '/', settings, onEvent: () => undefined })
  door.setReplicas(ports.map(port => ({ name: `replica-${port}`, host: '127.0.0.1', port })))
  const timer = setInterval(() => {
    if (!door.status().replicas.every(({ healthy }) => healthy)) return
    clearInterval(timer)
    process.send?.(door.port)
  }, 20)
}

/** Each connection asks one request after the other, with the cookie that its first answer set, as a browser would. */
function runClient(port: number, connections: number, seconds: number): void {
  const took: number[] = []
  const warmUntil = performance.now() + 300
  const stopAt = warmUntil + seconds * 1000
  for (let index = 0; index < connections; index++) {
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    let request = requestWith('')
    let got = ''
    let askedAt = 0
    const ask = () => {
      askedAt = performance.now()
      socket.write(request)
    }
    socket.on('connect', ask)
    socket.on('error', error => {
      throw error
    })
    socket.on('data', chunk => {
      got += chunk.toString('latin1')
      const head = got.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = Number(/content-length: (\d+)/i.exec(got)?.[1])
      if (got.length < head + 4 + length) return
      if (!got.startsWith('HTTP/1.1 200')) throw new Error(got.slice(0, 100))
      const cookie = /set-cookie: ([^;\r]+)/i.exec(got.slice(0, head))?.[1]
      if (cookie !== undefined) request = requestWith(`Cookie: ${cookie}\r\n`)
      got = ''
      const now = performance.now()
      if (now > warmUntil) took.push(now - askedAt)
      if (now < stopAt) ask()
      else socket.destroy()
    })
  }
  setTimeout(
    () => {
      took.sort((a, b) => a - b)
      const measured: Measured = { rate: took.length / seconds, p50: took[took.length >> 1] ?? 0 }
      process.send?.(measured, () => process.exit())
    },
    stopAt - performance.now() + 50,
  )
}

function requestWith(cookie: string): string {
  return `GET /socket.io/?EIO=4&transport=polling&sid=x HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n${cookie}\r\n`
}

process.on('disconnect', () => process.exit())
const [what, ...numbers] = process.argv.slice(2)
const [port = 0, connections = 1, seconds = 1] = numbers.map(Number)
if (what === 'door') await runDoor(numbers.map(Number))
else runClient(port, connections, seconds)
