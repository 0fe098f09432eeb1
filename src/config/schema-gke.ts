import * as z from 'zod/mini'
import type { GkeConfig } from './gke.ts'
import { givenCluster, givenNetwork } from './schema-gke-given.ts'
import { namespace, secrets } from './schema-kubernetes.ts'
import { folder, oneOf } from './schema-parts.ts'

const about = (description: string) => z.meta({ description })

const matching = (pattern: RegExp, problem: string) => z.string(problem).check(z.regex(pattern, problem))

// https://cloud.google.com/resource-manager/docs/creating-managing-projects#before_you_begin
const project = matching(
  /^(?!.*google)[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
  'should be a project id: 6 to 30 of a-z, 0-9 and hyphens; `gcloud projects list` lists yours',
)
const region = matching(/^[a-z]+-[a-z]+\d{1,2}$/, 'should be a region, for example "europe-west1"')
const zone = matching(/^[a-z]+-[a-z]+\d{1,2}-[a-z]$/, 'should be a zone, for example "europe-west1-b"')

// RFC 1123 with at least one dot: Google issues certificates for nothing else.
const host = matching(
  /^(?=.{4,64}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
  'should be a host name in lower case, for example "chat.example.com"',
)
const range = matching(
  /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|\/)){4}(?:3[0-2]|[12]?\d)$/,
  'should be a range of addresses, for example "203.0.113.7/32"',
)
const truth = z.boolean('should be true or false')

const defaultMode = 'autopilot'

/** The section `gke` of rtdeploy.yaml, but for the default of `mode`. */
export const gke = z
  .strictObject(
    {
      project: project.check(about('Id of the Google Cloud project.')),
      region: region.check(about('Region of everything that has one.')),
      zone: z.exactOptional(zone).check(about('Zone of a minimal cluster; <region>-b when absent.')),
      // Filled in by `withMode`: beside `cluster` it must be told from a mode that somebody wrote.
      mode: z.exactOptional(oneOf('autopilot', 'standard')).check(
        z.meta({
          description:
            'autopilot: Google runs the nodes, pods are paid for. standard: a node pool of your own.',
          default: defaultMode,
        }),
      ),
      minimal: z
        ._default(truth, false)
        .check(about('One zone, Spot nodes only, no NAT: cheap, and away now and then.')),
      spot: z._default(truth, false).check(about('An extra pool of Spot nodes; with mode standard only.')),
      entry: z
        ._default(oneOf('gateway', 'ingress'), 'gateway')
        .check(
          about('gateway: the timeout closes idle WebSockets only. ingress: the classic load balancer.'),
        ),
      host: z
        .exactOptional(host)
        .check(about('Host name under which people come in; the bare address when absent.')),
      certificate: z
        ._default(oneOf('none', 'managed'), 'none')
        .check(about('managed: Google issues and renews a certificate for `host`.')),
      dns: z
        ._default(oneOf('records', 'zone'), 'records')
        .check(about('records: printed, for you to enter. zone: a Cloud DNS zone for `host`.')),
      redis: z
        ._default(oneOf('in-cluster', 'memorystore'), 'in-cluster')
        .check(about('in-cluster: a pod beside the app. memorystore: Google’s own, with a replica.')),
      mongo: z
        ._default(oneOf('in-cluster', 'secret-manager'), 'in-cluster')
        .check(about('in-cluster: for trying out. secret-manager: any MongoDB, its URL in Secret Manager.')),
      namespace: z.exactOptional(namespace).check(about('Namespace of the app; its name when absent.')),
      manifests: z
        ._default(folder, 'infra/kubernetes')
        .check(about('Folder of the manifests, with a kustomization.yaml.')),
      secrets: secrets.check(
        about('Names of the secrets. Values come from the environment, a file outside git, or a question.'),
      ),
      terraform: z._default(folder, 'infra/terraform').check(about('Folder of the Terraform files.')),
      cluster: z
        .exactOptional(givenCluster)
        .check(about('A cluster that is there: `rtdeploy down` leaves it. One of its own when absent.')),
      network: z
        .exactOptional(givenNetwork)
        .check(
          about('A network that is there: only used, `rtdeploy down` leaves it. One of its own when absent.'),
        ),
      authorizedNetworks: z
        ._default(z.record(z.string(), range, 'should be a mapping of names to ranges of addresses'), {})
        .check(
          about('Addresses that may reach the control plane, by name; from everywhere when there is none.'),
        ),
    },
    'should be a mapping with `project`, `region` and more',
  )
  .check(
    z.superRefine((value, context) => {
      const wrong = (key: string, message: string) =>
        context.addIssue({ code: 'custom', path: [key], message, input: value })
      if (value.certificate === 'managed' && value.host === undefined) {
        wrong('certificate', 'needs `host`: a certificate is for a host name')
      }
      if (value.dns === 'zone' && value.host === undefined)
        wrong('dns', 'needs `host`: a zone is for a host name')
      if (value.cluster !== undefined) {
        const own = ['mode', 'minimal', 'spot', 'zone', 'network'] as const
        const named = own.filter(key => value[key] !== undefined && value[key] !== false)
        const more = Object.keys(value.authorizedNetworks).length > 0 ? (['authorizedNetworks'] as const) : []
        for (const key of [...named, ...more])
          wrong(key, 'is for a cluster of its own, `cluster` names one that is there')
        return
      }
      const { mode = defaultMode } = value
      if (value.zone !== undefined && !value.minimal)
        wrong('zone', 'is for `minimal: true`; a cluster is regional otherwise')
      if (value.zone !== undefined && !value.zone.startsWith(`${value.region}-`)) {
        wrong('zone', `should be in the region ${value.region}`)
      }
      if (value.spot && (value.minimal || mode === 'autopilot')) {
        wrong('spot', 'is for `mode: standard`, without `minimal`')
      }
      if (value.minimal && mode === 'autopilot')
        wrong('minimal', 'is for `mode: standard`: Autopilot is regional')
    }),
  )

/** The section with every default filled in. */
export const withMode = (parsed: z.output<typeof gke>): GkeConfig => ({ mode: defaultMode, ...parsed })
