import { createServer, request } from 'node:http'
import { type GoogleStandIn, startGoogle } from '../../support/google-stand-in.ts'

/** A Google in which a second cluster can be made. */
export interface SecondCluster {
  /** For gcloud, Terraform and us: the clusters of one zone are elsewhere. */
  readonly env: Readonly<Record<string, string>>
  readonly google: GoogleStandIn
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A stand-in has one cluster at a time. Requests for clusters in `zone` go to another stand-in, which knows the network
 * `base`-vpc as if it were the same project; all else stays where it was.
 */
export async function secondCluster(
  first: GoogleStandIn,
  testbed: string,
  zone: string,
  base: string,
): Promise<SecondCluster> {
  const second = await startGoogle(testbed)
  await prepare(second, base)
  const server = createServer((incoming, outgoing) => {
    const there = new RegExp(`/(?:locations|zones)/${zone}/`).test(incoming.url ?? '')
      ? second.url
      : first.url
    const { hostname, port } = new URL(there)
    const passed = request(
      { hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers },
      answer => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    passed.on('error', () => outgoing.writeHead(502).end())
    incoming.pipe(passed)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  const own = `http://127.0.0.1:${address.port}`
  const containers = Object.entries(first.env).filter(([name]) => /_CONTAINER(?:_|$)/.test(name))
  return {
    google: second,
    env: Object.fromEntries(containers.map(([name, url]) => [name, url.replace(first.url, own)])),
    [Symbol.asyncDispose]: async () => {
      await new Promise(resolve => server.close(resolve))
      await second[Symbol.asyncDispose]()
    },
  }
}

/** What the cluster refers to, and Terraform makes in the first one. */
async function prepare(google: GoogleStandIn, base: string): Promise<void> {
  const headers = { authorization: 'Bearer testbed-access-token', 'content-type': 'application/json' }
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(`${google.url}/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
  }
  const project = 'compute/v1/projects/testbed-project'
  const services = ['compute', 'container', 'iam'].map(name => [`${name}.googleapis.com`, true])
  await google.admin('POST', 'services', Object.fromEntries(services))
  await post(`${project}/global/networks`, { name: `${base}-vpc`, autoCreateSubnetworks: false })
  await post(`${project}/regions/us-central1/subnetworks`, {
    name: `${base}-nodes`,
    network: `projects/testbed-project/global/networks/${base}-vpc`,
    ipCidrRange: '10.10.0.0/20',
    secondaryIpRanges: [
      { rangeName: 'pods', ipCidrRange: '10.20.0.0/16' },
      { rangeName: 'services', ipCidrRange: '10.30.0.0/20' },
    ],
  })
  await post('iam/v1/projects/testbed-project/serviceAccounts', { accountId: `${base}-nodes` })
}
