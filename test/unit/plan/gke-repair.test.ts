import { describe, expect, it } from 'vitest'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { type Damage, planRepair } from '../../../src/plan/gke-repair.ts'
import { describePlan } from '../../../src/plan/plan.ts'
import type { Workspace } from '../../../src/tools/terraform.ts'
import { gkeConfig } from '../../support/gke-configs.ts'

const names = gkeNames('chat', gkeConfig())
const workspace: Workspace = {
  folder: '/p/infra/terraform',
  data: '/p/data',
  values: '/p/values.json',
  plan: '/p/tfplan',
  bucket: 'b',
  prefix: 'rtdeploy/production',
  env: {},
}
const repair = (damage: Damage | undefined) => describePlan(planRepair('up', workspace, names, damage, true))
const found = (address: string, title: string) => ({ address, title, id: `projects/p/${title}` })

describe('the repair', () => {
  it('of nothing is nothing', () => {
    expect(repair(undefined)).toBe('repair: nothing to do')
  })

  it('takes in what no state knows, and keeps what it takes for half made', () => {
    const plan = repair({
      kind: 'unknown',
      existing: [found('google_compute_network.main', 'network')],
      tainted: [found('google_container_cluster.main', 'cluster')],
    })
    expect(plan).toContain('terraform import')
    expect(plan).toMatch(/keep cluster, whose making .*\n.* terraform untaint google_container_cluster\.main/)
    expect(plan).not.toContain('untaint google_compute_network')
  })

  it('waits for a cluster that Google still makes', () => {
    expect(repair({ kind: 'making' })).toMatch(/wait up to 2400 s for the cluster chat to be made/)
  })
})
