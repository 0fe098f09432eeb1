import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createReplication } from './adapter.ts'
import { createApp } from './app.ts'
import { ConfigProblems, loadConfig } from './config.ts'
import { createLog } from './log.ts'
import { Metrics } from './metrics.ts'
import { createMetricsServer } from './metrics-server.ts'
import { openStore } from './store/open.ts'

async function main(): Promise<void> {
  const { config, warnings } = loadConfig(process.env)
  const log = createLog(config.logLevel, { replica: config.replica })
  for (const warning of warnings) log.warn(warning)

  const metrics = new Metrics()
  const store = openStore(config, log)
  const adapter = createReplication({
    url: config.redisUrl,
    kind: config.adapter,
    log,
    publishFailed: () => metrics.publishFailed(),
  })
  const clientFolder = fileURLToPath(new URL('../client/', import.meta.url))
  const page = existsSync(clientFolder) ? { clientFolder } : {}
  const server = createServer()
  const app = createApp(server, { config, store, adapter, log, metrics, ...page })
  const metricsServer = createMetricsServer(metrics)

  const stop = (signal: string) => {
    log.info('stopping', { signal })
    app.drain().then(
      () => {
        metricsServer.close()
        metricsServer.closeAllConnections()
        process.exitCode = 0
        // What still holds the process now is a connection that does not end; nothing is lost with it.
        setTimeout(() => process.exit(0), 1_000).unref()
      },
      error => {
        log.error('the drain failed', { error })
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', () => stop('SIGTERM'))
  process.on('SIGINT', () => stop('SIGINT'))

  await app.health.check()
  await listen(metricsServer, config.metricsPort, config.host)
  await listen(server, config.port, config.host)
  const port = (address: unknown) => (address as AddressInfo).port
  log.info('listening', {
    port: port(server.address()),
    metricsPort: port(metricsServer.address()),
    pid: process.pid,
  })
}

function listen(server: ReturnType<typeof createServer>, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

main().catch(error => {
  if (error instanceof ConfigProblems) {
    process.stderr.write(
      `The environment is not right:\n${error.problems.map(text => `  ${text}\n`).join('')}`,
    )
    process.exit(2)
  }
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
