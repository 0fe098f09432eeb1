import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Refused, RequestName } from '../shared/events.ts'

/** Upper bounds in seconds. An acknowledgement means two round trips to MongoDB. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

const loopStepMs = 10

/** Looked up when the page is asked for. */
export interface Gauges {
  connections: () => number
  rooms: () => number
  peers: () => number
  redisUp: () => number
  mongoUp: () => number
}

/**
 * Counts, and writes them in Prometheus' text format
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). Labels have few values: never a room or a person.
 */
export class Metrics {
  readonly #counters = new Map<string, number>()
  readonly #latency = new Array<number>(buckets.length).fill(0)
  #latencySum = 0
  #latencyCount = 0
  readonly #loop = monitorEventLoopDelay({ resolution: loopStepMs })
  #gauges: Gauges | undefined

  constructor() {
    this.#loop.enable()
  }

  observe(gauges: Gauges): void {
    this.#gauges = gauges
  }

  answered(event: RequestName, seconds: number): void {
    this.#add(`chat_events_total{event="${event}"}`)
    if (event !== 'message:send') return
    this.#latencySum += seconds
    this.#latencyCount++
    for (const [at, bound] of buckets.entries()) if (seconds <= bound) this.#latency[at]!++
  }

  refused(reason: Refused): void {
    this.#add(`chat_events_refused_total{reason="${reason}"}`)
  }

  stored(duplicate: boolean): void {
    this.#add(`chat_messages_total{duplicate="${duplicate}"}`)
  }

  /** Connections that the server ended. */
  cut(reason: 'slow' | 'flood'): void {
    this.#add(`chat_connections_cut_total{reason="${reason}"}`)
  }

  handshakeRefused(reason: 'origin' | 'full' | 'draining' | 'auth' | 'again' | 'unavailable'): void {
    this.#add(`chat_handshakes_refused_total{reason="${reason}"}`)
  }

  /** What the store did not do. */
  storeFailed(event: RequestName): void {
    this.#add(`chat_store_failures_total{event="${event}"}`)
  }

  publishFailed(): void {
    this.#add('chat_publish_failures_total')
  }

  #add(series: string): void {
    this.#counters.set(series, (this.#counters.get(series) ?? 0) + 1)
  }

  text(): string {
    const lines: string[] = []
    const seen = new Set<string>()
    for (const [series, value] of [...this.#counters].sort(([a], [b]) => a.localeCompare(b))) {
      const name = series.replace(/\{.*/, '')
      if (!seen.has(name)) lines.push(`# TYPE ${name} counter`)
      seen.add(name)
      lines.push(`${series} ${value}`)
    }
    lines.push('# TYPE chat_ack_seconds histogram')
    for (const [at, bound] of buckets.entries())
      lines.push(`chat_ack_seconds_bucket{le="${bound}"} ${this.#latency[at]}`)
    lines.push(`chat_ack_seconds_bucket{le="+Inf"} ${this.#latencyCount}`)
    lines.push(`chat_ack_seconds_sum ${this.#latencySum}`, `chat_ack_seconds_count ${this.#latencyCount}`)
    const gauge = (name: string, value: number) => lines.push(`# TYPE ${name} gauge`, `${name} ${value}`)
    const gauges = this.#gauges
    if (gauges !== undefined) {
      gauge('chat_connections', gauges.connections())
      gauge('chat_rooms_open', gauges.rooms())
      gauge('chat_peers', gauges.peers())
      gauge('chat_redis_up', gauges.redisUp())
      gauge('chat_mongodb_up', gauges.mongoUp())
    }
    gauge('process_resident_memory_bytes', process.memoryUsage.rss())
    // What is measured is the time between two looks; the pause between them is no delay.
    const delay = (percent: number) => Math.max(0, this.#loop.percentile(percent) / 1e9 - loopStepMs / 1e3)
    gauge('nodejs_eventloop_delay_p50_seconds', delay(50))
    gauge('nodejs_eventloop_delay_p99_seconds', delay(99))
    this.#loop.reset()
    return `${lines.join('\n')}\n`
  }

  stop(): void {
    this.#loop.disable()
  }
}
