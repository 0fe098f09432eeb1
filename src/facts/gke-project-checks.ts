import { shellLine } from '../command.ts'
import { bucketPermissions, neededPermissions, neededQuotas, neededServices } from '../config/gke-needs.ts'
import type { Check } from '../report/report.ts'
import type { Quota } from '../tools/google-apis.ts'
import type { GkeFacts } from './gke.ts'
import { judgeGiven } from './gke-given-checks.ts'
import type { ProjectFacts } from './gke-project.ts'
import { unknown } from './gke-unknown.ts'

/** Project, billing, permissions, APIs and quotas; none of it where nobody is logged in. Pure. */
export function judgeProject(facts: GkeFacts): Check[] {
  const { project, login } = facts
  if (project === undefined || !login.ok) return []
  const state = projectCheck(facts, project)
  // Without the project, all else is one and the same refusal again.
  if (state.status === 'fail') return [state]
  return [
    state,
    billingCheck(facts, project),
    permissionsCheck(facts, project, login.login.account),
    servicesCheck(facts, project),
    ...judgeGiven(facts),
    quotaCheck(facts, project),
  ]
}

function projectCheck({ names }: GkeFacts, { state }: ProjectFacts): Check {
  const base = { id: 'gke.project', title: 'project', wanted: `${names.project}, active` }
  if (state?.ok) {
    if (state.value === 'ACTIVE') return { ...base, status: 'pass', found: names.project }
    const hint = shellLine({ program: 'gcloud', args: ['projects', 'undelete', names.project] })
    return { ...base, status: 'fail', found: state.value.toLowerCase().replaceAll('_', ' '), hint }
  }
  if (state?.status === 401) {
    return { ...base, status: 'fail', found: 'Google refuses the login', hint: 'gcloud auth login' }
  }
  // Google says 403 of projects that are not there too, so that nobody learns which are.
  if (state?.status === 404 || (state?.status === 403 && state.reason !== 'SERVICE_DISABLED')) {
    const found = 'not there, or not yours to see'
    return { ...base, status: 'fail', found, hint: 'gcloud projects list; then gke.project in rtdeploy.yaml' }
  }
  return { ...base, ...unknown(state) }
}

function billingCheck({ names }: GkeFacts, { billing }: ProjectFacts): Check {
  const base = { id: 'gke.billing', title: 'billing', wanted: 'a billing account pays for the project' }
  if (!billing?.ok) return { ...base, ...unknown(billing) }
  if (billing.value) return { ...base, status: 'pass', found: 'on' }
  const args = ['billing', 'projects', 'link', names.project, '--billing-account=ACCOUNT']
  const hint = `${shellLine({ program: 'gcloud', args })}; \`gcloud billing accounts list\` lists yours`
  return { ...base, status: 'fail', found: 'off', hint }
}

function permissionsCheck(
  facts: GkeFacts,
  { permissions, bucket, objects }: ProjectFacts,
  account: string,
): Check {
  const needed = neededPermissions(facts.gke)
  const base = { id: 'gke.permissions', title: 'permissions', wanted: `all ${needed.length} that it takes` }
  if (!permissions?.ok) return { ...base, ...unknown(permissions) }
  const held = new Set(permissions.value)
  const inProject = needed.filter(permission => !held.has(permission))
  // Before there is a bucket, whoever makes it gets them with it; one that others made is refused elsewhere.
  const allowed = bucket?.ok && objects?.ok ? objects.value : bucketPermissions
  const inBucket = bucketPermissions.filter(name => !allowed.includes(name))
  const missing = [...inProject, ...inBucket]
  if (missing.length === 0) return { ...base, status: 'pass', found: account }
  const kind = account.endsWith('gserviceaccount.com') ? 'serviceAccount' : 'user'
  // Editor has all of them but the right to give rights to others.
  const role = inProject.some(name => name.endsWith('setIamPolicy')) ? 'roles/owner' : 'roles/editor'
  const gives = (kinds: readonly string[], place: string, given: string) => {
    const binding = ['add-iam-policy-binding', place, `--member=${kind}:${account}`, `--role=${given}`]
    return shellLine({ program: 'gcloud', args: [...kinds, ...binding] })
  }
  const hints = [
    ...(inProject.length > 0 ? [gives(['projects'], facts.names.project, role)] : []),
    ...(inBucket.length > 0
      ? [gives(['storage', 'buckets'], `gs://${facts.names.bucket}`, 'roles/storage.objectAdmin')]
      : []),
  ]
  return {
    ...base,
    status: 'fail',
    found: `${account} lacks ${missing.length}: ${missing.join(', ')}`,
    why: 'an owner of the project gives them, or a role that has just these',
    hint: hints.join('; '),
    data: { missing },
  }
}

function servicesCheck({ gke }: GkeFacts, { services }: ProjectFacts): Check {
  const needed = neededServices(gke)
  const base = { id: 'gke.services', title: 'APIs', wanted: `${needed.length} on` }
  if (!services?.ok) return { ...base, ...unknown(services) }
  const on = new Set(services.value)
  const off = needed.filter(name => !on.has(name))
  if (off.length === 0) return { ...base, status: 'pass', found: 'all on' }
  return {
    ...base,
    status: 'skip',
    found: `off: ${off.join(', ')}; \`rtdeploy up\` switches them on`,
    data: { off },
  }
}

function quotaCheck({ gke, names }: GkeFacts, project: ProjectFacts): Check {
  const base = { id: 'gke.quota', title: 'quotas', wanted: `enough left in ${names.region}` }
  if (gke.cluster === undefined && project.cluster?.ok)
    return {
      ...base,
      status: 'pass',
      found: `the cluster is there, ${project.cluster.value.status.toLowerCase()}`,
    }
  const { regionQuotas, projectQuotas } = project
  if (regionQuotas?.ok === false && regionQuotas.status === 404) {
    const found = `there is no region ${names.region}`
    return {
      ...base,
      status: 'fail',
      found,
      hint: 'gcloud compute regions list; then gke.region in rtdeploy.yaml',
    }
  }
  if (!regionQuotas?.ok) return { ...base, ...unknown(regionQuotas) }
  if (!projectQuotas?.ok) return { ...base, ...unknown(projectQuotas) }
  const scopes: Readonly<Record<string, readonly Quota[]>> = {
    region: regionQuotas.value,
    global: projectQuotas.value,
  }
  const short = neededQuotas(gke).flatMap(({ metric, noun, scope, amount }) => {
    const quota = scopes[scope]?.find(one => one.metric === metric)
    if (quota === undefined || quota.limit - quota.usage >= amount) return []
    return [
      `${amount} ${noun} (${metric}), ${Math.max(0, quota.limit - quota.usage)} of ${quota.limit} are left`,
    ]
  })
  if (short.length === 0) return { ...base, status: 'pass', found: 'enough' }
  return {
    ...base,
    status: 'fail',
    found: `it takes ${short.join('; ')}`,
    hint: `ask for more: https://console.cloud.google.com/iam-admin/quotas?project=${names.project}; or another gke.region`,
    data: { short },
  }
}
