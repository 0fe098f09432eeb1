import { describe, expect, it } from 'vitest'
import { neededPermissions } from '../../../src/config/gke-needs.ts'
import { workflowRoles } from '../../../src/config/gke-roles.ts'
import { gkeConfigs } from '../../support/gke-configs.ts'

// Which of Google's roles has a permission: https://cloud.google.com/iam/docs/roles-permissions
const roleOf: readonly (readonly [permission: RegExp, role: string])[] = [
  [/^serviceusage\.services\.enable$/, 'serviceusage.serviceUsageAdmin'],
  [/^storage\.buckets\.create$/, 'storage.admin'],
  [/^compute\.(networks|subnetworks|routers|globalAddresses)\.(create|delete|get)$/, 'compute.networkAdmin'],
  [/^compute\.(backendServices|networkEndpointGroups)\.list$/, 'compute.networkAdmin'],
  [/^container\./, 'container.admin'],
  [/^artifactregistry\.repositories\./, 'artifactregistry.admin'],
  [/^iam\.serviceAccounts\.create$/, 'iam.serviceAccountCreator'],
  [/^certificatemanager\./, 'certificatemanager.owner'],
  [/^dns\./, 'dns.admin'],
  [/^redis\./, 'redis.admin'],
  [/^secretmanager\./, 'secretmanager.admin'],
]

/** Given by resources of their own, with a condition or a reason. */
const apart = ['resourcemanager.projects.setIamPolicy', 'iam.serviceAccounts.actAs']

describe.each(Object.entries(gkeConfigs))('the roles for the workflow of %s', (_, gke) => {
  const roles = workflowRoles(gke)

  it('hold every permission that `up` asks for', () => {
    for (const permission of neededPermissions(gke).filter(name => !apart.includes(name))) {
      const role = roleOf.find(([pattern]) => pattern.test(permission))?.[1]
      expect([permission, roles.apply]).toEqual([permission, expect.arrayContaining([`roles/${role}`])])
    }
  })

  it('let a plan read what Terraform refreshes: the password of a Memorystore, and nothing else', () => {
    const wanted = gke.redis === 'memorystore' ? ['redis.instances.getAuthString'] : []
    expect(roles.planPermissions).toEqual(wanted)
    expect(neededPermissions(gke)).toEqual(expect.arrayContaining(wanted))
  })

  it('have no basic role, and none that says who may be another account', () => {
    const all = [...roles.plan, ...roles.apply, ...roles.granted]
    expect(
      all.filter(role => /^roles\/(?:owner|editor|viewer)$|serviceAccountAdmin|tokenCreator/i.test(role)),
    ).toEqual([])
    expect(roles.apply.filter(role => /projectIamAdmin/.test(role))).toEqual([])
  })

  it('let a plan look and nothing else', () => {
    expect(roles.plan.filter(role => !/(?:viewer|reader|reviewer|browser)$/i.test(role))).toEqual([])
    expect(new Set(roles.plan).size).toBe(roles.plan.length)
    expect(new Set(roles.apply).size).toBe(roles.apply.length)
  })
})
