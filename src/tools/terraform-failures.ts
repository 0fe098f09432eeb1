import { initByHand, type TerraformFolders } from './terraform.ts'

/** Who holds the lock of a state. Wordings of Terraform 1.11, recorded in test/recorded/terraform. */
export interface StateLock {
  readonly id: string
  /** `user@machine`. */
  readonly who: string
  readonly operation: string
  /** Milliseconds since 1970; undefined when it cannot be read. */
  readonly since: number | undefined
}

/** Pure. */
export function lockOf(output: string): StateLock | undefined {
  if (!output.includes('Error acquiring the state lock')) return undefined
  const field = (name: string) => new RegExp(`^\\s*${name}:\\s+(\\S.*)$`, 'm').exec(output)?.[1]?.trim()
  const id = field('ID')
  if (id === undefined) return undefined
  const created = Date.parse((field('Created') ?? '').replace(/^(\S+) (\S+) \+0000 UTC$/, '$1T$2Z'))
  return {
    id,
    who: field('Who') ?? 'somebody',
    operation: field('Operation') ?? '',
    since: Number.isNaN(created) ? undefined : created,
  }
}

/** Since when a folder works with Terraform, and among which processes: `Host.processTable`. */
export interface TerraformUse {
  readonly table: string
  /** Milliseconds since 1970. */
  readonly since: number
}

/** Undefined when there is none that can be read. Pure. */
export function useOf(text: string | undefined): TerraformUse | undefined {
  try {
    const { table, since } = JSON.parse(text ?? '{}') as Partial<TerraformUse>
    return typeof table === 'string' && typeof since === 'number' ? { table, since } : undefined
  } catch {
    return undefined
  }
}

/** A lock was taken where its holder's process would be seen, and since this folder works with Terraform there. Pure. */
export function tookHere(
  text: string | undefined,
  table: string | undefined,
  { since }: Pick<StateLock, 'since'>,
): boolean {
  const use = useOf(text)
  return use !== undefined && use.table === table && since !== undefined && since >= use.since
}

export interface TerraformFailure {
  /** Stable: `gke.quota`. */
  readonly code: string
  readonly message: string
  readonly hint: string
  readonly exitCode?: number
}

type Rule = readonly [
  pattern: RegExp,
  failure: (found: RegExpExecArray, where: FailurePlace) => TerraformFailure,
]

export interface FailurePlace {
  readonly project: string
  readonly region: string
  readonly terraform: TerraformFolders
}

const again = 'run this again: what is there already is kept'
const missing = 3

const rules: readonly Rule[] = [
  [
    /Insufficient (?:regional|project) quota[^.]*?resource "([A-Z_]+)"[^']*'([\d.]+)'[^']*'([\d.]+)'/,
    ([, metric, need, short], { project, region }) => ({
      code: 'gke.quota',
      message: `${region} has too little left of the quota ${metric}: it takes ${need}, ${short} are missing`,
      hint: `ask for more: https://console.cloud.google.com/iam-admin/quotas?project=${project}; or another gke.region`,
      exitCode: missing,
    }),
  ],
  [
    /Quota '([A-Z_]+)' exceeded\.?\s*(?:Limit: ([\d.]+))?/,
    ([, metric, limit], { project }) => ({
      code: 'gke.quota',
      message: `the quota ${metric} is used up${limit === undefined ? '' : `, its limit is ${limit}`}`,
      hint: `ask for more: https://console.cloud.google.com/iam-admin/quotas?project=${project}`,
      exitCode: missing,
    }),
  ],
  [
    /ZONE_RESOURCE_POOL_EXHAUSTED|does not have enough resources available/,
    (_, { region, terraform }) => ({
      code: 'gke.stockout',
      message: `Google has no machines of this kind left in ${region} at the moment`,
      hint: `wait and ${again}; or another gke.region, or another machine type in ${terraform.folder}`,
    }),
  ],
  [
    /constraints\/([\w.]+)/,
    ([, constraint], { project }) => ({
      code: 'gke.policy',
      message: `a policy of your organisation forbids it: ${constraint}`,
      hint: `whoever looks after it can allow it: gcloud org-policies describe ${constraint} --project=${project}`,
      exitCode: missing,
    }),
  ],
  [
    /(?:"reason": "SERVICE_DISABLED"|accessNotConfigured|has not been used in project)[\s\S]*?/,
    () => ({
      code: 'gke.api-off',
      message: 'an API that was just switched on is not on everywhere yet',
      hint: `wait two minutes, then ${again}`,
    }),
  ],
  [
    /(?:Permission '([\w.]+)' denied|Required "?'?([\w.]+)'? permission|permission\(s\) for|does not have ([\w.]+) access)/,
    ([, first, second, third], { project }) => ({
      code: 'gke.permission',
      message: `you lack the permission ${first ?? second ?? third ?? ''} in ${project}`.replace(
        / {2,}/,
        ' ',
      ),
      hint: 'rtdeploy doctor names all that are missing, and the command that gives them',
      exitCode: missing,
    }),
  ],
  [
    /Error 401|HTTP response code 401|invalid authentication credentials|invalid_grant|Reauthentication/,
    () => ({
      code: 'gke.login',
      message: 'Google no longer accepts the login',
      hint: `gcloud auth login; then ${again}`,
      exitCode: missing,
    }),
  ],
  [
    /Cannot destroy cluster because deletion_protection is set to true/,
    () => ({
      code: 'gke.protected',
      message: 'the cluster is protected from being destroyed',
      hint: 'rtdeploy down takes the protection off after a yes',
    }),
  ],
  [
    /The (\S+ )?resource '([^']+)' is already being used by '([^']+)', resourceInUseByAnotherResource/,
    ([, , what, user]) => ({
      code: 'gke.in-use',
      message: `${last(what)} cannot go yet: ${last(user)} uses it`,
      hint: madeByCluster.test(last(user))
        ? `the cluster’s controllers clear up for some minutes; then ${again}`
        : `that is not rtdeploy’s: whoever made it can take it away; then ${again}`,
    }),
  ],
  [
    // Of the provider's wait for an operation: https://github.com/hashicorp/terraform-plugin-sdk, helper/retry.TimeoutError
    /timeout while waiting for [\s\S]*?timeout: (\w+)\)/,
    (_, { project }) => ({
      code: 'gke.slow',
      message: 'Google is still at work, longer than Terraform waits',
      hint: `https://status.cloud.google.com; when ${project} is calm again, ${again}`,
    }),
  ],
  [
    /(?:Cluster \S+ is in error state|has status "?ERROR"?)/,
    () => ({
      code: 'gke.cluster-broken',
      message: 'the cluster was made, but Google could not finish it',
      hint: 'rtdeploy up makes it anew when nothing was ever released to it; rtdeploy down removes all',
    }),
  ],
  [
    /incompatible operation|is (?:currently )?(?:being )?(?:upgraded|RECONCILING)|operation-\S+ is currently/i,
    () => ({
      code: 'gke.busy',
      message: 'Google is at work on the cluster',
      hint: `wait until it is done (rtdeploy status), then ${again}`,
    }),
  ],
  [
    /Error 409[^\n]*already exists/i,
    () => ({
      code: 'gke.exists',
      message: 'something of this name is there already, and Terraform’s state does not know it',
      hint: 'rtdeploy up takes in what is ours; what is not needs another name in rtdeploy.yaml',
    }),
  ],
  [
    /Saved plan is stale/,
    () => ({
      code: 'terraform.stale',
      message: 'somebody changed the state after the plan was made',
      hint: again,
    }),
  ],
  [
    /Failed to (?:query available provider packages|install provider)|registry\.terraform\.io/,
    (_, { terraform }) => ({
      code: 'terraform.providers',
      message: 'Terraform cannot get its provider for Google Cloud',
      hint: `look at the network and the proxy; this says more: ${initByHand(terraform)}`,
      exitCode: missing,
    }),
  ],
  [
    /errored\.tfstate/,
    () => ({
      code: 'terraform.unsaved',
      message: 'Terraform could not save its state, and wrote it to errored.tfstate',
      hint: 'when the network is back, run this again: it saves that file first. Keep it until then',
    }),
  ],
  [
    /dial tcp|no such host|connection refused|i\/o timeout|TLS handshake timeout|context deadline exceeded|connection reset|: EOF/,
    () => ({
      code: 'network.down',
      message: 'Google Cloud cannot be reached',
      hint: `when the network is back, ${again}`,
    }),
  ],
]

/** Names that GKE and its controllers give: https://cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules */
const madeByCluster = /\/(?:gke|gk3|gkegw\d|k8s\d?|k8s-fw)-/

const last = (path: string | undefined) => path?.split('/').slice(-2).join('/') ?? ''

/** What a failed Terraform says, as something a person can put right; undefined when it is nothing known. Pure. */
export function failureOfTerraform(output: string, where: FailurePlace): TerraformFailure | undefined {
  // Terraform folds long lines on word boundaries.
  const text = output.replace(/\n(?=\S)/g, ' ')
  for (const [pattern, failure] of rules) {
    const found = pattern.exec(text) ?? pattern.exec(output)
    if (found !== null) return failure(found, where)
  }
  return undefined
}

/** The addresses that an apply found to exist already. Pure. */
export function existingOf(output: string): string[] {
  const blocks = output.split(/^Error: /m).slice(1)
  return blocks
    .filter(block => /Error 409[\s\S]*?already exists/i.test(block))
    .flatMap(block => /^ {2}with (\S+?),$/m.exec(block)?.[1] ?? [])
}
