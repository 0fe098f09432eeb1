import type { GkeConfig } from '../config/gke.ts'
import type { GkeNames } from '../config/gke-names.ts'
import { type Estimate, priceRange, renderEstimate } from '../price/estimate.ts'
import type { Verb } from '../report/report.ts'
import { createBucket, enableServices, setBucket } from '../tools/gcloud.ts'
import { initByHand, terraformInit, type Workspace } from '../tools/terraform.ts'
import type { Plan, Step } from './plan.ts'

export interface PrepareFacts {
  readonly verb: Verb
  readonly gke: GkeConfig
  readonly names: GkeNames
  /** APIs that are off. */
  readonly off: readonly string[]
  readonly bucket: 'absent' | 'unversioned' | 'ready'
  /** Whether the price was agreed to before: noted, or a cluster of ours is there, whatever its state. */
  readonly known: boolean
  readonly estimate: Estimate
  /** Where the values go, what they should be, and what is there. */
  readonly values: { readonly path: string; readonly contents: string; readonly found: string | undefined }
  readonly workspace: Workspace
  /** `terraform init` was run for this bucket and these providers. */
  readonly initialised: boolean
  /** Where the agreed price is noted, when there is something to agree on. */
  readonly consent: { readonly path: string; readonly by: string; readonly at: string }
  /** `--yes` */
  readonly agreed: boolean
}

const apisTimeoutMs = 5 * 60_000

/** What must be there before Terraform can plan: APIs, the bucket of its state, its providers. The price is asked first. Pure. */
export function planPrepare(facts: PrepareFacts): Plan {
  const { verb, gke, names, off, bucket, known, estimate, values, workspace } = facts
  const { project } = names
  const upToDate = { skip: 'up to date' } as const
  const steps: Step[] = [
    ...(known ? [] : [priceStep(facts)]),
    {
      id: 'services.enable',
      title: off.length === 0 ? 'APIs are on' : `switch on ${off.length} APIs`,
      action: { kind: 'run', command: enableServices(project, off) },
      hint: 'rtdeploy doctor',
      ...(off.length === 0 ? upToDate : { shows: off }),
    },
    ...(off.length === 0 ? [] : [waitForApis(project, gke.region, off)]),
    {
      id: 'bucket.create',
      title: `make the bucket ${names.bucket} for Terraform’s state`,
      action: { kind: 'run', command: createBucket(project, names.bucket, gke.region) },
      hint: 'bucket names are the whole world’s: when it is taken, another `name` in rtdeploy.yaml gives another bucket',
      ...(bucket === 'absent' ? {} : upToDate),
    },
    {
      id: 'bucket.version',
      quiet: true,
      title: 'keep old versions of the state',
      action: { kind: 'run', command: setBucket(project, names.bucket, names.labels) },
      ...(bucket === 'ready' ? upToDate : {}),
    },
    {
      id: 'terraform.values',
      quiet: true,
      title: 'write Terraform’s values',
      action: { kind: 'write', path: values.path, contents: values.contents, mode: 0o600 },
      ...(values.found === values.contents ? upToDate : {}),
    },
    {
      id: 'terraform.init',
      title: 'get Terraform’s providers',
      action: { kind: 'run', command: terraformInit(workspace) },
      hint: `look at the network and the proxy; this says more: ${initByHand(workspace)}`,
      ...(facts.initialised && bucket !== 'absent' ? upToDate : {}),
    },
  ]
  const what =
    names.given === 'cluster'
      ? `what ${names.base} needs beside the cluster ${names.cluster} in ${project}`
      : `a GKE cluster with all it needs in ${project}, ${names.location}`
  const asks = `this makes ${what}: about ${priceRange(estimate)} until \`rtdeploy down\`; \`rtdeploy plan\` lists what for`
  return { verb, stage: 'prepare', steps, ...(known || facts.agreed ? {} : { asks }) }
}

function priceStep({ estimate, consent, names }: PrepareFacts): Step {
  const { by, at } = consent
  const { low, high, currency, asOf } = estimate
  const record = { project: names.project, agreedBy: by, at, currency, low, high, asOf }
  return {
    id: 'price.note',
    title: `about ${priceRange(estimate)}, agreed`,
    during: `about ${priceRange(estimate)}, once you agree`,
    action: {
      kind: 'write',
      path: consent.path,
      contents: `${JSON.stringify(record, undefined, 2)}\n`,
      mode: 0o600,
    },
    shows: renderEstimate(estimate),
  }
}

/** Google says an API is on before it is on everywhere. */
function waitForApis(project: string, region: string, services: readonly string[]): Step {
  return {
    id: 'services.wait',
    title: 'wait until the APIs answer',
    action: {
      kind: 'wait',
      until: { kind: 'apis', project, region, services },
      timeoutMs: apisTimeoutMs,
      everyMs: 2000,
    },
    hint: 'Google takes its time with new APIs now and then: run this again in some minutes',
  }
}
