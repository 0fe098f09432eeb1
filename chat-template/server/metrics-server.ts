import { createServer, type Server } from 'node:http'
import type { Metrics } from './metrics.ts'

/** /metrics on a port of its own: it is for the cluster, not for the world. */
export function createMetricsServer(metrics: Metrics): Server {
  return createServer((request, response) => {
    const found = request.url === '/metrics'
    response.writeHead(found ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
    response.end(found ? metrics.text() : 'not found\n')
  })
}
