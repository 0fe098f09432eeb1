import type { PlannedChange } from '../tools/terraform-plan.ts'

/** What people call the resources that we make. */
const nouns: Readonly<Record<string, string>> = {
  google_artifact_registry_repository: 'image repository',
  google_artifact_registry_repository_iam_member: 'right of the nodes to pull images',
  google_certificate_manager_certificate: 'certificate',
  google_certificate_manager_certificate_map: 'certificate map',
  google_certificate_manager_certificate_map_entry: 'certificate map entry',
  google_certificate_manager_dns_authorization: 'proof of the host',
  google_compute_global_address: 'address',
  google_compute_network: 'network',
  google_compute_router: 'router',
  google_compute_router_nat: 'NAT',
  google_compute_subnetwork: 'subnetwork',
  google_container_cluster: 'cluster',
  google_container_node_pool: 'node pool',
  google_dns_managed_zone: 'DNS zone',
  google_dns_record_set: 'DNS record',
  google_project_iam_member: 'rights of the nodes',
  google_project_service: 'API',
  google_redis_instance: 'Memorystore for Redis',
  google_secret_manager_secret: 'secret',
  google_service_account: 'service account of the nodes',
}

const signs = { create: '+', update: '~', replace: '!', destroy: '-', import: '=' } as const
const verbs = {
  create: 'make',
  update: 'change',
  replace: 'REPLACE',
  destroy: 'remove',
  import: 'take in',
} as const

/** A change in words, with its fields; an API or two are not worth a line each. Pure. */
export function describeChanges(changes: readonly PlannedChange[]): string[] {
  const services = changes.filter(change => change.type === 'google_project_service')
  const others = changes.filter(change => change.type !== 'google_project_service')
  const lines = others.flatMap(change => {
    const { action, type, name, address, fields } = change
    const what = `${nouns[type] ?? address}${name === undefined ? '' : ` ${name}`}`
    const details = fields.map(
      ({ path, before, after, forces }) =>
        `    ${path}: ${before} -> ${after}${forces ? '  (cannot be changed in place)' : ''}`,
    )
    return [`${signs[action]} ${verbs[action]} ${what}`, ...details]
  })
  if (services.length === 0) return lines
  const [action] = new Set(services.map(change => change.action))
  return [`${signs[action ?? 'create']} ${services.length} APIs noted as needed`, ...lines]
}

/** Changes that take something away: they need a yes of their own. APIs are only forgotten, never switched off. Pure. */
export function takesAway(changes: readonly PlannedChange[]): readonly PlannedChange[] {
  return changes.filter(
    ({ action, type }) => (action === 'replace' || action === 'destroy') && type !== 'google_project_service',
  )
}

/** `cluster chat, network chat-vpc`. Pure. */
export function nameChanges(changes: readonly PlannedChange[]): string {
  return changes.map(({ type, name, address }) => `${nouns[type] ?? address} ${name ?? ''}`.trim()).join(', ')
}

/** How many of each, in a sentence: `18 to make, 2 to change`. Pure. */
export function countChanges(changes: readonly PlannedChange[]): string {
  const count = (action: PlannedChange['action']) => changes.filter(change => change.action === action).length
  const words = {
    create: 'to make',
    import: 'to take in',
    update: 'to change',
    replace: 'to REPLACE',
    destroy: 'to remove',
  } as const
  const parts = (['create', 'import', 'update', 'replace', 'destroy'] as const).flatMap(action =>
    count(action) === 0 ? [] : [`${count(action)} ${words[action]}`],
  )
  return parts.length === 0 ? 'nothing to do' : parts.join(', ')
}
