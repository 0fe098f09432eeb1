import type { GkeConfig } from './gke.ts'

/** Roles of the accounts that a workflow works with. */
export interface WorkflowRoles {
  /** Look only; the state's bucket comes on top, by itself. */
  readonly plan: readonly string[]
  /** What it needs beside them: no role of Google's that only looks has these. */
  readonly planPermissions: readonly string[]
  /** What `up` needs, but for the rights to give roles and to use accounts, which stand in the Terraform by themselves. */
  readonly apply: readonly string[]
  /** What Terraform gives to others in the project: the only roles that the deploying account can give. */
  readonly granted: readonly string[]
}

/** By what is used: the roles that change it, and the one that looks at it. */
function optionalRoles(gke: GkeConfig): readonly (readonly [apply: string, plan: string])[] {
  const managed = gke.certificate === 'managed' && gke.entry === 'gateway'
  return [
    ...(managed ? [['certificatemanager.owner', 'certificatemanager.viewer'] as const] : []),
    ...(gke.dns === 'zone' ? [['dns.admin', 'dns.reader'] as const] : []),
    ...(gke.redis === 'memorystore' ? [['redis.admin', 'redis.viewer'] as const] : []),
    ...(gke.mongo === 'secret-manager' ? [['secretmanager.admin', 'secretmanager.viewer'] as const] : []),
  ]
}

/**
 * Google's own roles that together hold `neededPermissions`, none of them basic ones such as editor, and none that can
 * give itself more: https://cloud.google.com/iam/docs/roles-permissions. Pure.
 */
export function workflowRoles(gke: GkeConfig): WorkflowRoles {
  const optional = optionalRoles(gke)
  const role = (name: string) => `roles/${name}`
  return {
    plan: [
      'artifactregistry.reader',
      'browser',
      'compute.viewer',
      'container.viewer',
      // Terraform compares who has which role: this reads policies, and nothing but policies.
      'iam.securityReviewer',
      'iam.serviceAccountViewer',
      'serviceusage.serviceUsageViewer',
      ...optional.map(([, plan]) => plan),
    ].map(role),
    // Terraform reads the password with the instance; redis.viewer lacks it, redis.editor changes instances as well:
    // https://cloud.google.com/iam/docs/roles-permissions/redis
    planPermissions: gke.redis === 'memorystore' ? ['redis.instances.getAuthString'] : [],
    apply: [
      'artifactregistry.admin',
      'browser',
      'compute.networkAdmin',
      'compute.viewer',
      'container.admin',
      // Makes accounts, and unlike serviceAccountAdmin says of none who may be it.
      'iam.serviceAccountCreator',
      'serviceusage.serviceUsageAdmin',
      'storage.admin',
      ...optional.map(([apply]) => apply),
    ].map(role),
    granted: [role('container.defaultNodeServiceAccount')],
  }
}
