import { describe, expect, it } from 'vitest'
import type { GkeConfig } from '../../../src/config/gke.ts'
import { gkeNames } from '../../../src/config/gke-names.ts'
import type { GkeFacts } from '../../../src/facts/gke.ts'
import { gkePaths } from '../../../src/facts/gke-workspace.ts'
import { brokenCluster } from '../../../src/targets/gke-repair.ts'
import type { GkeSession } from '../../../src/targets/gke-session.ts'
import { balancerKinds } from '../../../src/tools/google-balancer.ts'
import { fakeHost } from '../../support/fake-host.ts'
import { gkeConfig } from '../../support/gke-configs.ts'
import { login } from '../../support/login.ts'

const shared = { network: { name: 'shared', subnetwork: 'apps' } }
const network = 'https://www.googleapis.com/compute/v1/projects/testbed-project/global/networks/'
const group = (uid: string, namespace: string, on = 'shared') => ({
  name: `k8s1-${uid}-${namespace}`,
  network: `${network}${on}`,
  description: JSON.stringify({ 'cluster-uid': uid, namespace, 'service-name': 'chat', port: '80' }),
})

/** Our cluster is in status ERROR; `noted`: what is known of it from the time before. */
function broken(given: Partial<GkeConfig>, groups: readonly object[], noted?: object) {
  const gke = gkeConfig(given)
  const names = gkeNames('chat', gke)
  const paths = gkePaths('/project', names)
  const at = 'GET https://compute.googleapis.com/compute/v1/projects/testbed-project/aggregated'
  const answer = (kind: string) => ({
    status: 200,
    headers: {},
    body: JSON.stringify({
      items: { 'zones/us-central1-a': kind === 'networkEndpointGroups' ? { [kind]: groups } : {} },
    }),
  })
  const { host } = fakeHost({
    requests: balancerKinds.map(kind => [`${at}/${kind}`, answer(kind)] as const),
    files: noted === undefined ? {} : { [paths.marks]: JSON.stringify(noted) },
  })
  const session = { host, verb: 'up', gke, names, paths, login: async () => login }
  const facts = { project: { cluster: { ok: true, value: { status: 'ERROR', owner: 'chat' } } } }
  return brokenCluster(session as unknown as GkeSession, facts as unknown as GkeFacts)
}

const mark = { endpoint: '10.0.0.1', uid: '4711' }
const anew = { kind: 'broken' }
const refused = { code: 'gke.cluster-broken' }

describe('a broken cluster of ours on a network of others', () => {
  it('is not removed while an app is in it, in whatever namespace', async () => {
    await expect(broken(shared, [group('4711', 'somebody')], mark)).rejects.toMatchObject(refused)
    await expect(broken(shared, [group('4711', 'chat')], mark)).rejects.toMatchObject(refused)
  })

  it('is made anew whatever other clusters have there, in a namespace of the same name, too', async () => {
    const others = [group('0815', 'chat'), group('0815', 'somebody')]
    expect(await broken(shared, others, mark)).toEqual(anew)
    expect(await broken(shared, others)).toEqual(anew)
  })

  it('is not removed when it cannot be told whose the groups are', async () => {
    const asked = broken(shared, [group('0815', 'chat')], { endpoint: '10.0.0.1' })
    await expect(asked).rejects.toMatchObject(refused)
  })
})

it('a broken cluster on a network of its own is judged by all that is on it', async () => {
  expect(await broken({}, [group('0815', 'chat', 'other-vpc')])).toEqual(anew)
  await expect(broken({}, [group('4711', 'somebody', 'chat-vpc')])).rejects.toMatchObject(refused)
})
