/** What Terraform would do to one resource. */
export interface PlannedChange {
  readonly address: string
  readonly type: string
  readonly action: 'create' | 'update' | 'replace' | 'destroy' | 'import'
  /** It would be replaced only because Terraform did not see its making end well. */
  readonly tainted?: true
  /** What it is called in Google Cloud, where that is known. */
  readonly name: string | undefined
  /** Of an update or a replacement; values that are sensitive are masked. */
  readonly fields: readonly FieldChange[]
}

export interface FieldChange {
  readonly path: string
  readonly before: string
  readonly after: string
  /** It is this field that cannot be changed in place. */
  readonly forces: boolean
}

type Json = Readonly<Record<string, unknown>>
const record = (value: unknown): Json => (typeof value === 'object' && value !== null ? { ...value } : {})
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/**
 * The changes of `terraform show -json`: https://developer.hashicorp.com/terraform/internals/json-format.
 * What stays as it is, and what is only read, is left out. Throws when it is not such a document. Pure.
 */
export function parsePlan(stdout: string): PlannedChange[] {
  const plan = record(JSON.parse(stdout))
  if (!String(plan.format_version).startsWith('1.')) {
    throw new Error('terraform show -json should print a plan of format 1')
  }
  return list(plan.resource_changes).flatMap(value => {
    const resource = record(value)
    const change = record(resource.change)
    const action = actionOf(list(change.actions).map(String), change.importing !== undefined)
    if (action === undefined) return []
    const after = record(change.after)
    const before = record(change.before)
    const names = ['name', 'repository_id', 'service'] as const
    const shown = names.flatMap(key => [after[key], before[key]]).find(Boolean)
    return [
      {
        address: String(resource.address),
        type: String(resource.type),
        action,
        ...(resource.action_reason === 'replace_because_tainted' ? { tainted: true as const } : {}),
        name: typeof shown === 'string' ? shown : undefined,
        fields: action === 'update' || action === 'replace' ? fieldsOf(change) : [],
      },
    ]
  })
}

/** What a state knows of. */
export interface KnownState {
  readonly addresses: readonly string[]
  /** Of these, what Terraform did not see made to its end. */
  readonly tainted: readonly string[]
  /** The cluster refuses to be destroyed. */
  readonly protectedCluster: boolean
  /** Firewall rules in it, by name: ours has none, but somebody may have added some to our files. */
  readonly firewalls: readonly string[]
}

/** The state of `terraform show -json`; an empty one when there is none. Pure. */
export function parseState(stdout: string): KnownState {
  const root = record(record(record(JSON.parse(stdout)).values).root_module)
  const resources = list(root.resources)
    .map(record)
    .filter(resource => resource.mode !== 'data')
  const cluster = resources.find(resource => resource.address === 'google_container_cluster.main')
  return {
    addresses: resources.map(resource => String(resource.address)),
    tainted: resources.filter(({ tainted }) => tainted === true).map(({ address }) => String(address)),
    protectedCluster: record(cluster?.values).deletion_protection === true,
    firewalls: resourcesOf(root)
      .filter(({ mode, type }) => mode !== 'data' && type === 'google_compute_firewall')
      .map(({ values }) => String(record(values).name)),
  }
}

/** Those of modules, too. */
const resourcesOf = (module: Json): Json[] => [
  ...list(module.resources).map(record),
  ...list(module.child_modules).map(record).flatMap(resourcesOf),
]

function actionOf(actions: readonly string[], importing: boolean): PlannedChange['action'] | undefined {
  if (actions.includes('create') && actions.includes('delete')) return 'replace'
  if (actions.includes('create')) return 'create'
  if (actions.includes('delete')) return 'destroy'
  if (actions.includes('update')) return 'update'
  return importing ? 'import' : undefined
}

function fieldsOf(change: Json): FieldChange[] {
  const [before, after, unknown] = [record(change.before), record(change.after), record(change.after_unknown)]
  const [secretBefore, secretAfter] = [record(change.before_sensitive), record(change.after_sensitive)]
  const forcing = new Set(list(change.replace_paths).map(path => String(list(path)[0])))
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return names.flatMap(name => {
    const [was, is] = [before[name], after[name]]
    const forces = forcing.has(name)
    // What Google makes up is unknown in every replacement: only what causes one is worth a line.
    if (!forces && (unknown[name] === true || JSON.stringify(was) === JSON.stringify(is))) return []
    const secret = hides(secretBefore[name]) || hides(secretAfter[name])
    const show = (value: unknown) => (secret ? '(sensitive)' : shown(value))
    return [
      { path: name, before: show(was), after: unknown[name] === true ? '(known later)' : show(is), forces },
    ]
  })
}

/** `true` stands anywhere in it: something there is sensitive. */
function hides(mask: unknown): boolean {
  if (typeof mask === 'object' && mask !== null) return Object.values(mask).some(hides)
  return mask === true
}

const longestValue = 80

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text
}
