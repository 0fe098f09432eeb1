import type { Check } from '../report/report.ts'
import { at, isMapping, type KubernetesObject, listAt } from './object.ts'

export interface VerifyJob {
  readonly app: string
  /** Different for each run. */
  readonly name: string
  readonly pods: number
  /** The Deployment whose image and security settings the pods take over. */
  readonly deployment: KubernetesObject
  /** The Service of the app: the pods must not become endpoints of it. */
  readonly service: KubernetesObject | undefined
}

const fileOf = { program: 'verify.mjs', options: 'options.json' } as const
const longestSec = 180

/**
 * The Job that measures from inside: pods of the app's own image, since that one is in the cluster and has Node, with our
 * verifier mounted from a ConfigMap, since it is not in that image. 60 KB of the 1 MiB that a ConfigMap takes. Pure.
 */
export function formatJob(job: VerifyJob): KubernetesObject {
  const { app, name, pods, deployment } = job
  const template = at(deployment, 'spec', 'template', 'spec')
  const containers = listAt(template, 'containers')
  const container = containers.find(one => at(one, 'name') === 'app') ?? containers[0]
  const taken = (value: unknown, key: string) => (value === undefined ? {} : { [key]: value })
  const labels = labelsOf(job)
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      labels: { ...labels, 'rtdeploy.dev/app': app, 'app.kubernetes.io/managed-by': 'rtdeploy' },
    },
    spec: {
      parallelism: pods,
      completions: pods,
      backoffLimit: 0,
      activeDeadlineSeconds: longestSec,
      // Should we be killed, the cluster cleans up.
      ttlSecondsAfterFinished: 300,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          ...taken(at(template, 'securityContext'), 'securityContext'),
          ...taken(at(template, 'imagePullSecrets'), 'imagePullSecrets'),
          containers: [
            {
              name: 'verify',
              image: at(container, 'image'),
              command: ['node', `/verify/${fileOf.program}`, `/verify/${fileOf.options}`],
              ...taken(at(container, 'securityContext'), 'securityContext'),
              resources: {
                requests: { cpu: '50m', memory: '64Mi', 'ephemeral-storage': '16Mi' },
                limits: { cpu: '1', memory: '256Mi', 'ephemeral-storage': '64Mi' },
              },
              volumeMounts: [{ name: 'verify', mountPath: '/verify', readOnly: true }],
            },
          ],
          volumes: [{ name: 'verify', configMap: { name } }],
        },
      },
    },
  }
}

/** The labels that the network policies let through, unless with them the Service would send people to our pods. */
function labelsOf({ app, service }: VerifyJob): Record<string, string> {
  const usual: Record<string, string> = {
    'app.kubernetes.io/name': app,
    'app.kubernetes.io/component': 'verify',
  }
  const selector = at(service, 'spec', 'selector')
  const taken = isMapping(selector) && Object.entries(selector).every(([key, value]) => usual[key] === value)
  return taken ? { 'rtdeploy.dev/verify': app } : usual
}

/** Owned by the Job, so that both go together. Pure. */
export function formatProgram(
  job: VerifyJob,
  uid: string,
  program: string,
  options: unknown,
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: job.name,
      labels: { 'rtdeploy.dev/app': job.app, 'app.kubernetes.io/managed-by': 'rtdeploy' },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: job.name, uid }],
    },
    data: { [fileOf.program]: program, [fileOf.options]: JSON.stringify(options) },
  }
}

const ranks = { pass: 0, skip: 1, warn: 2, fail: 3 } as const
/** A Service knows no cookies: these say something of the way in only. */
const needAffinity = [
  'in-session.with-cookie',
  'in-session.without-cookie',
  'refresh.host',
  'handshake.upgrade',
]

/**
 * The same checks from several pods as one: the worst counts. `direct`: the Service was measured since the way in cannot
 * be reached from pods. Pure.
 */
export function mergeChecks(lists: readonly (readonly Check[])[], direct: boolean): Check[] {
  const ids = [...new Set(lists.flatMap(checks => checks.map(check => check.id)))]
  return ids.flatMap(id => {
    const all = lists.flatMap(checks => checks.filter(check => check.id === id))
    const [worst] = [...all].sort((a, b) => ranks[b.status] - ranks[a.status])
    if (worst === undefined) return []
    const from = `from ${all.length} pods: `
    if (direct && needAffinity.includes(id) && ['fail', 'warn'].includes(worst.status)) {
      const { id: same, title, wanted } = worst
      const found = 'the way in cannot be reached from pods, and a Service keeps no session on its replica'
      return [{ id: `in-cluster.${same}`, title, wanted, status: 'skip' as const, found }]
    }
    return [{ ...worst, id: `in-cluster.${id}`, found: `${from}${worst.found}` }]
  })
}
