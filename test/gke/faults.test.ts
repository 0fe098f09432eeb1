import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GoogleStandIn, liveTestbed, startGoogle } from '../support/google-stand-in.ts'
import { leftovers } from './support/calls.ts'
import { type GkeProject, gkeProject } from './support/project.ts'

const testbed = liveTestbed()
const bucket = 'testbed-project-rtdeploy-tiny'
const compute = 'compute/v1/projects/testbed-project'

interface Fault {
  readonly match: { readonly method?: string; readonly path: string }
  readonly times: number
  readonly kind: string
  readonly code?: number
  readonly status?: string
  readonly reason?: string
  readonly message?: string
}

const onCluster = { method: 'POST', path: '/clusters$' }

/** What Google says, in its own words; what we make of it; and with which code we end. */
const faults: readonly (readonly [name: string, fault: Fault, exitCode: number, says: RegExp])[] = [
  [
    'a permission is missing',
    {
      match: onCluster,
      times: -1,
      kind: 'error',
      code: 403,
      status: 'PERMISSION_DENIED',
      reason: 'IAM_PERMISSION_DENIED',
      message: 'Required "container.clusters.create" permission(s) for "projects/testbed-project".',
    },
    3,
    /you lack the permission.*testbed-project[\s\S]*code: gke\.permission/,
  ],
  [
    'a quota does not last',
    {
      match: onCluster,
      times: -1,
      kind: 'error',
      code: 403,
      status: 'RESOURCE_EXHAUSTED',
      message:
        "Insufficient regional quota to satisfy request: resource \"CPUS\": request requires '12.0' and is short '4.0'. project has a quota of '8.0' with '8.0' available.",
    },
    3,
    /too little left of the quota CPUS: it takes 12\.0, 4\.0 are missing[\s\S]*code: gke\.quota/,
  ],
  [
    'an API is not on everywhere yet',
    {
      match: { method: 'POST', path: '/global/networks$' },
      times: -1,
      kind: 'error',
      code: 403,
      reason: 'accessNotConfigured',
      message:
        'Compute Engine API has not been used in project 123456789012 before or it is disabled. Enable it, then retry.',
    },
    1,
    /not on everywhere yet[\s\S]*code: gke\.api-off/,
  ],
  [
    'the login ends in the middle',
    {
      match: onCluster,
      times: -1,
      kind: 'error',
      code: 401,
      status: 'UNAUTHENTICATED',
      message: 'Request had invalid authentication credentials.',
    },
    3,
    /no longer accepts the login[\s\S]*gcloud auth login[\s\S]*code: gke\.login/,
  ],
  [
    'an operation fails in the end',
    {
      match: onCluster,
      times: 1,
      kind: 'operation-error',
      code: 8,
      message: 'ZONE_RESOURCE_POOL_EXHAUSTED: the zone does not have enough resources available.',
    },
    1,
    /no machines of this kind left[\s\S]*code: gke\.stockout/,
  ],
  [
    'the network is away',
    { match: { method: 'POST', path: '/global/networks$' }, times: -1, kind: 'drop' },
    1,
    /cannot be reached[\s\S]*code: network\.down/,
  ],
]

describe.skipIf(testbed === undefined)('an up that Google refuses', () => {
  let google: GoogleStandIn
  let project: GkeProject

  beforeAll(async () => {
    google = await startGoogle(testbed ?? '')
    project = await gkeProject(google)
  })
  afterAll(async () => {
    await project[Symbol.asyncDispose]()
    await google[Symbol.asyncDispose]()
  })

  const storage = (path: string, method: string, body?: string) =>
    fetch(`${google.url}/${path}`, {
      method,
      headers: { authorization: 'Bearer testbed-access-token', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    })

  it.each(faults)('says so when %s, and down leaves nothing', async (_, fault, exitCode, says) => {
    await google.admin('POST', 'faults', fault)
    const up = await project.run(['up', '--yes'])
    expect(`${up.exitCode} ${up.stderr}`).toMatch(new RegExp(`^${exitCode} `))
    expect(up.stderr).toMatch(says)
    await google.admin('DELETE', 'faults')
    const down = await project.run(['down', '--yes'])
    expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 /)
    expect(await leftovers(google)).toEqual([])
  })

  it('names who holds the lock of the state, and leaves it', async () => {
    await google.admin('POST', 'faults', faults[0]?.[1])
    await project.run(['up', '--yes'])
    await google.admin('DELETE', 'faults')
    const lock = {
      ID: '4711',
      Operation: 'OperationTypeApply',
      Who: 'ann@laptop',
      Version: '1.11.4',
      Created: new Date(Date.now() - 240_000).toISOString(),
      Path: '',
      Info: '',
    }
    const name = 'rtdeploy/production/default.tflock'
    await storage(
      `upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`,
      'POST',
      JSON.stringify(lock),
    )
    for (const verb of ['up', 'down']) {
      const run = await project.run([verb, '--yes'])
      expect(`${run.exitCode} ${run.stderr}`).toMatch(/^4 /)
      expect(run.stderr).toMatch(/ann@laptop holds the lock.*for 4 min[\s\S]*code: lock\.held/)
    }
    await storage(`storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`, 'DELETE')
  })

  it('takes down what is left when cluster and state are gone, and no more', async () => {
    await storage(
      `${compute}/global/networks`,
      'POST',
      JSON.stringify({ name: 'other-vpc', autoCreateSubnetworks: false }),
    )
    const group = {
      name: `k8s1-4711-${project.namespace}-tiny-80-0815`,
      network: `projects/testbed-project/global/networks/tiny-vpc`,
      networkEndpointType: 'GCE_VM_IP_PORT',
      description: JSON.stringify({
        'cluster-uid': '4711',
        namespace: project.namespace,
        'service-name': 'tiny',
        port: '80',
      }),
    }
    const made = await storage(
      `${compute}/zones/us-central1-a/networkEndpointGroups`,
      'POST',
      JSON.stringify(group),
    )
    expect(made.status).toBe(200)
    const state = encodeURIComponent('rtdeploy/production/default.tfstate')
    await storage(`storage/v1/b/${bucket}/o/${state}`, 'DELETE')
    const asked = await project.run(['down'])
    expect(`${asked.exitCode} ${asked.stderr}`).toMatch(/^2 [\s\S]*network endpoint group k8s1-4711/)
    expect(asked.stderr).toMatch(/NAT tiny-nat: about USD \d/)
    const down = await project.run(['down', '--yes'])
    expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 [\s\S]*remove network tiny-vpc/)
    expect(await leftovers(google)).toEqual([])
    const other = await storage(`${compute}/global/networks/other-vpc`, 'GET')
    expect(other.status).toBe(200)
  })

  it('leaves alone what has its name and is not its own', async () => {
    await google.admin('POST', 'services', { 'compute.googleapis.com': true })
    await storage(
      `${compute}/global/networks`,
      'POST',
      JSON.stringify({ name: 'tiny-vpc', autoCreateSubnetworks: false }),
    )
    const up = await project.run(['up', '--yes'])
    expect(`${up.exitCode} ${up.stderr}`).toMatch(
      /^1 [\s\S]*network tiny-vpc: there already, and not ours[\s\S]*code: gke\.exists/,
    )
    const down = await project.run(['down', '--yes'])
    expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 /)
    const network = await storage(`${compute}/global/networks/tiny-vpc`, 'GET')
    expect(network.status).toBe(200)
    await storage(`${compute}/global/networks/tiny-vpc`, 'DELETE')
  })

  it('lets one of two at once go on, and names it to the other', async () => {
    await google.admin('POST', 'faults', {
      match: onCluster,
      times: -1,
      kind: 'error',
      code: 403,
      message: 'no',
    })
    const first = project.start(['up', '--yes'])
    await first.seen('APIs')
    const second = await project.run(['up', '--yes'])
    expect(`${second.exitCode} ${second.stderr}`).toMatch(/^4 [\s\S]*code: lock\.held/)
    await first.done
    await google.admin('DELETE', 'faults')
    const down = await project.run(['down', '--yes'])
    expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 /)
  })

  it('makes nothing in a project that is not there', async () => {
    await google.admin('DELETE', 'calls')
    project.edit('rtdeploy.yaml', text => text.replaceAll('testbed-project', 'other-project'))
    const up = await project.run(['up', '--yes'])
    expect(`${up.exitCode} ${up.stderr}`).toMatch(/^3 [\s\S]*code: gke\.project/)
    expect(await leftovers(google)).toEqual([])
  })
})
