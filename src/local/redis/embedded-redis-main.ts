import { parseArgs } from 'node:util'
import { type EmbeddedRedis, startEmbeddedRedis } from './server.ts'

/** The password comes by the environment, because the arguments of a process can be read by everyone. */
const passwordVariable = 'RTDEPLOY_EMBEDDED_REDIS_PASSWORD'

function readPort(args: readonly string[]): number {
  const { values } = parseArgs({ args: [...args], options: { port: { type: 'string', default: '6379' } } })
  const port = Number(values.port)
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new Error(`--port should be a number from 0 to 65535, found ${values.port}`)
  }
  return port
}

function fail(problem: unknown): void {
  const message = problem instanceof Error ? problem.message : String(problem)
  process.stderr.write(`embedded Redis cannot start: ${message.replaceAll('\n', ' ')}\n`)
  process.exitCode = 1
}

function endOnSignal(server: EmbeddedRedis): void {
  const end = (): void => void server.close()
  process.on('SIGTERM', end).on('SIGINT', end)
}

async function main(): Promise<void> {
  const port = readPort(process.argv.slice(2))
  const password = process.env[passwordVariable]
  const server = await startEmbeddedRedis(password === undefined ? { port } : { port, password })
  endOnSignal(server)
  process.stdout.write(`ready on 127.0.0.1:${server.port}\n`)
}

main().catch(fail)
