import { setTimeout as sleep } from 'node:timers/promises'
import type { GoogleStandIn } from '../../support/google-stand-in.ts'

type Resource = Readonly<Record<string, unknown>> & { readonly name: string; readonly description?: string }

/** Who refers to whom: made from left to right, deleted from right to left. */
const collections = [
  'global/healthChecks',
  'zones/us-central1-a/networkEndpointGroups',
  'zones/us-central1-b/networkEndpointGroups',
  'zones/us-central1-c/networkEndpointGroups',
  'global/backendServices',
  'global/urlMaps',
  'global/targetHttpProxies',
  'global/forwardingRules',
]
const madeUp = /^(?:id|kind|selfLink|creationTimestamp|fingerprint|labelFingerprint|size|zone|region)$/
const everyMs = 250

/** What the load balancers of a namespace are in Google's eyes, kept equal in a Google of a test's own. */
export interface BalancerMirror {
  /** What is there stays: the controllers of a cluster that is deleted clear up no more. */
  freeze(): Promise<void>
}

/**
 * The load balancers of the testbed write into the one Google that it has. What they make for one namespace is copied
 * into another Google, on the network of the cluster there: it has a price there, and keeps the network from going.
 */
export function mirrorBalancers(
  shared: string,
  google: GoogleStandIn,
  namespace: string,
  base: string,
  on = { network: `${base}-vpc`, subnetwork: `${base}-nodes` },
): BalancerMirror {
  const stop = new AbortController()
  const have = new Map<string, string>()
  const compute = async (url: string, method: string, path: string, body?: string) => {
    const answer = await fetch(`${url}/compute/v1/projects/testbed-project/${path}`, {
      method,
      headers: {
        authorization: 'Bearer testbed-access-token',
        'content-type': 'application/json',
        'user-agent': 'testbed-lb',
      },
      ...(body === undefined ? {} : { body }),
    })
    return { ok: answer.ok, body: await answer.text() }
  }
  const pass = async () => {
    const wanted = new Map<string, string>()
    for (const collection of collections) {
      const answer = await compute(shared, 'GET', collection)
      if (!answer.ok) return
      const { items = [] } = JSON.parse(answer.body) as { items?: Resource[] }
      for (const item of items) {
        if (!`${item.name} ${item.description}`.includes(namespace)) continue
        const body = JSON.stringify(
          Object.fromEntries(Object.entries(item).filter(([key]) => !madeUp.test(key))),
        )
          .replaceAll(/global\/networks\/[\w-]+/g, `global/networks/${on.network}`)
          .replaceAll(/subnetworks\/[\w-]+/g, `subnetworks/${on.subnetwork}`)
        wanted.set(`${collection}/${item.name}`, body)
      }
    }
    for (const [path, body] of wanted) {
      if (have.get(path) === body) continue
      const made = have.has(path)
        ? await compute(google.url, 'PATCH', path, body)
        : await compute(google.url, 'POST', path.slice(0, path.lastIndexOf('/')), body)
      if (made.ok) have.set(path, body)
    }
    for (const path of [...have.keys()].reverse()) {
      if (wanted.has(path)) continue
      const gone = await compute(google.url, 'DELETE', path)
      if (gone.ok || gone.body.includes('notFound')) have.delete(path)
    }
  }
  const loop = (async () => {
    while (!stop.signal.aborted) {
      // A connection that the other side closes at that moment is no end of it: the next pass sees the same.
      await pass().catch(() => undefined)
      await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  })()
  return {
    freeze: async () => {
      stop.abort()
      await loop
    },
  }
}
