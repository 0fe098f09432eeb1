import { describe, expect, it } from 'vitest'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { knownResources } from '../../../src/config/gke-resources.ts'
import { gkeConfig } from '../../support/gke-configs.ts'

const gke = gkeConfig({ mode: 'standard', spot: true })
const resources = knownResources(gke, gkeNames('chat', gke))
const pools = resources.filter(one => one.address.startsWith('google_container_node_pool.'))

describe('a resource with a name that we would give it', () => {
  it.each(resources.map(one => [one.title, one] as const))(
    '%s is not ours when nothing on it says so',
    (_, resource) => {
      expect(resource.isOurs({})).toBe(false)
      expect(resource.isOurs({ description: 'of the shop', labels: { rtdeploy: 'shop' } })).toBe(false)
    },
  )

  it.each([
    ['with our label on its nodes', { config: { resourceLabels: { rtdeploy: 'chat' } } }, true],
    ['with the label of another app', { config: { resourceLabels: { rtdeploy: 'shop' } } }, false],
    ['with Kubernetes labels only', { config: { labels: { rtdeploy: 'chat' } } }, false],
    ['of a cluster that somebody else made', { config: { machineType: 'e2-medium' } }, false],
  ])('is a node pool %s', (_, answer, ours) => {
    expect(pools.map(pool => pool.isOurs(answer))).toEqual([ours, ours])
  })
})
