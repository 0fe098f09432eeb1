import { type Latency, latencyOf } from '../verify/latency.ts'
import type { Observations, RequestKind } from '../verify/observations.ts'
import { type Markup, markup } from './markup.ts'

const kinds: readonly (readonly [RequestKind, string])[] = [
  ['handshake', 'Handshake by polling'],
  ['post', 'POST in a session'],
  ['poll', 'Long poll, waiting included'],
  ['upgrade', 'Upgrade to WebSocket'],
  ['websocket', 'Handshake by WebSocket'],
]

interface Row {
  readonly name: string
  readonly count: number
  readonly latency: Latency
}

/** A table of percentiles with a bar each, all on one scale. */
export function renderLatency(observations: Observations): Markup {
  const rows = rowsOf(observations)
  const longest = Math.max(...rows.map(row => row.latency.p95), 1)
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="Table of latencies"><table>
<thead><tr><th scope="col">What</th><th scope="col" class="n">Count</th><th scope="col" class="n">p50 ms</th><th scope="col" class="n">p95 ms</th><th scope="col" class="n">max ms</th><th scope="col"><span class="hidden">p50 and p95 as bars</span></th></tr></thead>
<tbody>${rows.map(
    row => markup`<tr><th scope="row">${row.name}</th><td class="n">${row.count}</td><td class="n">${row.latency.p50}</td><td class="n">${row.latency.p95}</td><td class="n">${row.latency.max}</td><td>${bar(row.latency, longest)}</td></tr>
`,
  )}</tbody></table></div>`
}

function rowsOf({ sessions, fanOut }: Observations): readonly Row[] {
  const requests = sessions
    .flatMap(session => session.requests)
    .filter(request => request.fault === undefined)
  const named = kinds.map(
    ([kind, name]) =>
      [name, requests.filter(request => request.kind === kind).map(request => request.tookMs)] as const,
  )
  const across = (fanOut?.deliveries ?? []).filter(delivery => delivery.from !== delivery.to)
  const all = [
    ...named,
    ['Message between replicas', across.flatMap(delivery => delivery.tookMs ?? [])] as const,
  ]
  return all.flatMap(([name, values]) => {
    const latency = latencyOf(values)
    return latency === undefined ? [] : [{ name, count: values.length, latency }]
  })
}

const width = 160

function bar(latency: Latency, longest: number): Markup {
  const to = (ms: number): number => Math.max(2, Math.round((ms / longest) * width))
  return markup`<svg class="bar" viewBox="0 0 ${width} 10" width="${width}" height="10" aria-hidden="true"><rect class="p95" width="${to(latency.p95)}" height="10" rx="2"/><rect class="p50" width="${to(latency.p50)}" height="10" rx="2"/></svg>`
}
