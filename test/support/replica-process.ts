import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface ReplicaProcess {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly pid: number
  /** SIGKILL; resolves once it is gone. */
  kill(): Promise<void>
}

// Plain JavaScript, run by `node -e`: a process of its own needs no build and no loader.
const program = `
const { createServer } = require('node:http')
const name = process.argv[1]
const body = Buffer.alloc(Number(process.argv[2]) || 0, 'x')
const server = createServer({ keepAliveTimeout: 620000 }, (request, response) => {
  if (request.url === '/slow') return void setTimeout(() => response.end(name), 1500)
  if (request.url === '/upload') {
    let bytes = 0
    request.on('data', chunk => { bytes += chunk.length })
    return void request.on('end', () => response.end(String(bytes)))
  }
  if (request.url.startsWith('/download')) {
    let left = Number(request.url.split('=')[1])
    const piece = Buffer.alloc(65536, 'd')
    const more = () => {
      while (left > 0) {
        const size = Math.min(left, piece.length)
        left -= size
        if (!response.write(piece.subarray(0, size))) return void response.once('drain', more)
      }
      response.end()
    }
    return more()
  }
  if (body.length === 0) return void response.end(name)
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length })
  response.end(body)
})
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('disconnect', () => process.exit())
`

/** A replica in a process of its own: its name on /, `/slow`, `/upload` (counts bytes), `/download?bytes=N`. */
export async function startReplicaProcess(name: string, bodyBytes = 0): Promise<ReplicaProcess> {
  const child = spawn(process.execPath, ['-e', program, name, String(bodyBytes)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [port] = await once(child, 'message')
  return {
    name,
    host: '127.0.0.1',
    port: Number(port),
    pid: child.pid ?? 0,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
