import { parseArgs } from 'node:util'
import { startEmbeddedMongo } from './server.ts'

/** A program of its own: `--port N`; says `ready on 127.0.0.1:N` and serves until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string' } } })
  const port = Number(values.port)
  if (values.port === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error('--port takes a port number, 0 for any free one')
  }
  const server = await startEmbeddedMongo({ port })
  const end = () => {
    void server.close().then(() => process.exit(0))
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  process.stdout.write(`ready on 127.0.0.1:${server.port}\n`)
}

main().catch((cause: NodeJS.ErrnoException) => {
  const { code, message } = cause
  process.stderr.write(`error: ${code === 'EADDRINUSE' ? 'the port is taken by another program' : message}\n`)
  process.exitCode = 1
})
