import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GkeConfig } from '../../src/config/gke.ts'
import { type GoogleStandIn, liveTestbed, startGoogle } from '../support/google-stand-in.ts'
import { leftovers, madeTwice, refusedChanges } from './support/calls.ts'
import { type GkeProject, gkeProject } from './support/project.ts'
import { type Strangers, strangersOf } from './support/strangers.ts'

const testbed = liveTestbed()
const network = { name: 'shared', subnetwork: 'apps' }

/** What others have, and what of a plan is only for who has nothing. */
const cases: readonly (readonly [string, Partial<GkeConfig>, RegExp])[] = [
  ['a network', { network: { ...network, pods: 'apps-pods' } }, /make (?:network|subnetwork|router|NAT)/],
  [
    'a cluster',
    { cluster: { name: 'team' } },
    /make (?:network|subnetwork|router|NAT|cluster|service account)/,
  ],
]

/** A group of another cluster on the same network, for a namespace that is called as ours is. */
async function strangeGroup(google: GoogleStandIn, namespace: string) {
  const url = `${google.url}/compute/v1/projects/testbed-project/zones/us-central1-a/networkEndpointGroups`
  const headers = { authorization: 'Bearer testbed-access-token', 'content-type': 'application/json' }
  const description = JSON.stringify({ 'cluster-uid': '0815', namespace, 'service-name': 'tiny', port: '80' })
  const body = {
    name: 'k8s1-0815-tiny',
    networkEndpointType: 'GCE_VM_IP_PORT',
    network: 'projects/testbed-project/global/networks/shared',
    subnetwork: 'projects/testbed-project/regions/us-central1/subnetworks/apps',
    description,
  }
  const made = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  expect([made.status, await made.text()]).toEqual([200, expect.any(String)])
  return async () => (await fetch(`${url}/${body.name}`, { headers })).status
}

describe.skipIf(testbed === undefined).each(cases)('%s that others made', (_, given, ours) => {
  let google: GoogleStandIn
  let project: GkeProject
  let strangers: Strangers
  let before: readonly unknown[]
  let seeGroup: () => Promise<number>
  const look = async () => [await leftovers(google), await strangers.describe()]

  beforeAll(async () => {
    google = await startGoogle(testbed ?? '')
    strangers = await strangersOf(google, given)
    project = await gkeProject(google, given)
    seeGroup = await strangeGroup(google, project.namespace)
    before = await look()
  })
  afterAll(async () => {
    await project[Symbol.asyncDispose]()
    await google[Symbol.asyncDispose]()
  })

  it('is fit, and a plan makes none of it', async () => {
    const doctor = await project.run(['doctor', '--json'])
    const { checks } = JSON.parse(doctor.stdout) as { checks: { id: string; status: string }[] }
    const about = checks.filter(check =>
      /^gke\.(?:network|subnetwork|way-out|cluster|way-in)$/.test(check.id),
    )
    expect(about.length).toBeGreaterThan(1)
    expect(about.map(check => check.status)).toEqual(about.map(() => 'pass'))
    const plan = await project.run(['plan'])
    expect([plan.exitCode, plan.stderr]).toEqual([0, expect.any(String)])
    // The team has switched on what it needs, and no more.
    const known =
      given.cluster === undefined ? 'make image repository' : 'an API is off that `rtdeploy up` switches on'
    expect(plan.stdout).toContain(known)
    expect(plan.stdout).not.toMatch(ours)
    expect(await look()).toEqual(before)
  })

  it('is what the app comes up in, verified through its address', async () => {
    const up = await project.run(['up', '--yes'])
    expect([up.exitCode, up.stderr]).toEqual([0, expect.stringContaining('PASS')])
    const again = await project.run(['up', '--yes', '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'nothing-to-do' })
    const verify = await project.run(['verify', '--json'])
    expect(JSON.parse(verify.stdout)).toMatchObject({
      outcome: expect.stringMatching(/^(?:done|healthy|passed)/),
    })
    expect(await madeTwice(google)).toEqual([])
    expect(await refusedChanges(google)).toEqual([])
  })

  it('takes a change', async () => {
    project.edit('rtdeploy.yaml', text => text.replace('env: {', 'env: { GREETING: moin,'))
    const up = await project.run(['up', '--yes', '--no-verify', '--json'])
    expect([up.exitCode, up.stderr]).toEqual([0, expect.any(String)])
    const { result } = JSON.parse(up.stdout) as { result: { url: string } }
    await expect.poll(async () => (await fetch(result.url)).text(), { timeout: 60_000 }).toMatch(/^moin/)
  })

  it('is as it was when the app is taken down, and nothing of ours is left', async () => {
    const down = await project.run(['down', '--yes'])
    expect([down.exitCode, down.stderr]).toEqual([0, expect.stringContaining('infrastructure')])
    expect(await seeGroup()).toBe(200)
    expect(await look()).toEqual(before)
    expect(await project.kubectl('get', 'namespace', project.namespace, '--ignore-not-found')).toBe('')
    const again = await project.run(['down', '--yes'])
    expect([again.exitCode, again.stderr]).toEqual([0, expect.stringContaining('nothing is left')])
    expect(await look()).toEqual(before)
  })
})
