import { describe, expect, it } from 'vitest'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { isOurBroken, refuseUsed } from '../../../src/facts/gke-broken.ts'
import { clusterState } from '../../../src/tools/google-apis.ts'
import { type BalancerKind, computeItems } from '../../../src/tools/google-balancer.ts'
import { gkeConfig } from '../../support/gke-configs.ts'
import { login } from '../../support/login.ts'

const names = gkeNames('chat', gkeConfig())
const read = clusterState(login, names.project, names.location, names.cluster)
const item = (kind: BalancerKind, more: object) =>
  computeItems(kind, { items: { 'zones/us-central1-a': { [kind]: [{ name: 'one', ...more }] } } })
const disk = (place: string) =>
  item('disks', { labels: { 'goog-k8s-cluster-name': 'chat', 'goog-k8s-cluster-location': place } })
const group = (network: string) => item('networkEndpointGroups', { network: `global/networks/${network}` })

describe('a broken cluster', () => {
  it.each([
    ['in status ERROR with our label', { status: 'ERROR', resourceLabels: { rtdeploy: 'chat' } }, true],
    ['of somebody else', { status: 'ERROR', resourceLabels: { team: 'a' } }, false],
    ['without labels', { status: 'ERROR' }, false],
    ['of another app', { status: 'ERROR', resourceLabels: { rtdeploy: 'shop' } }, false],
    ['that runs', { status: 'RUNNING', resourceLabels: { rtdeploy: 'chat' } }, false],
    ['that is degraded', { status: 'DEGRADED', resourceLabels: { rtdeploy: 'chat' } }, false],
  ])('%s', (_, answer, ours) => {
    expect(isOurBroken(read.parse(JSON.stringify(answer)), names)).toBe(ours)
  })

  it('may be made anew when nothing was ever released to it', () => {
    const items = [...group('other-vpc'), ...disk('europe-west1'), ...item('disks', {})]
    expect(() => refuseUsed('up', names, items)).not.toThrow()
  })

  it.each([
    ['a group of a Service', group('chat-vpc')],
    ['a volume', disk('us-central1')],
  ])('is refused, with the command that removes it, when there is %s', (_, items) => {
    expect(() => refuseUsed('up', names, items)).toThrow(
      expect.objectContaining({
        code: 'gke.cluster-broken',
        hint: expect.stringContaining(
          'gcloud container clusters delete chat --location=us-central1 --project=testbed-project',
        ),
      }),
    )
  })

  it('goes with all that is in it in down', () => {
    expect(() => refuseUsed('down', names, [...group('chat-vpc'), ...disk('us-central1')])).not.toThrow()
  })
})
