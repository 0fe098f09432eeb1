import type { GoogleStandIn } from '../../support/google-stand-in.ts'

/** What has a price or keeps something alive. */
export async function leftovers(google: GoogleStandIn): Promise<string[]> {
  const found = (await google.admin('GET', 'leftovers')) as { leftovers: { kind: string; name: string }[] }
  return found.leftovers.map(item => `${item.kind} ${item.name}`)
}

interface Call {
  readonly method: string
  readonly path: string
  readonly query?: string
  readonly status: number
  readonly agent?: string
}

export async function callsOf(google: GoogleStandIn): Promise<Call[]> {
  const { calls } = (await google.admin('GET', 'calls')) as { calls: Call[] }
  return calls
}

/** Changes of ours that were refused: something was tried that could not be. */
export async function refusedChanges(google: GoogleStandIn): Promise<string[]> {
  return (await callsOf(google))
    .filter(call => call.method !== 'GET' && call.status >= 400 && !call.agent?.startsWith('testbed-lb'))
    .map(call => `${call.method} ${call.path} ${call.status}`)
}

/** Clusters, buckets and networks that were made more than once. */
export async function madeTwice(google: GoogleStandIn): Promise<string[]> {
  const made = (await callsOf(google))
    .filter(call => call.method === 'POST' && /\/(?:clusters|b|networks|repositories)$/.test(call.path))
    .map(call => call.path)
  return made.filter((path, at) => made.indexOf(path) !== at)
}
