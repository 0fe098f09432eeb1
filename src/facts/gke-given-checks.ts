import { shellLine } from '../command.ts'
import type { GivenNetwork } from '../config/gke.ts'
import type { Check } from '../report/report.ts'
import type { Answer } from '../tools/google-apis.ts'
import type { GkeFacts } from './gke.ts'
import type { GivenNetworkFacts } from './gke-given.ts'
import { judgeCluster } from './gke-given-cluster.ts'
import { unknown } from './gke-unknown.ts'

const listOf = (value: unknown): readonly Answer[] => (Array.isArray(value) ? (value as Answer[]) : [])
const last = (link: unknown) =>
  String(link ?? '')
    .split('/')
    .at(-1) ?? ''

/** What others made: that it is there, and that the app can do with it. Pure. */
export function judgeGiven(facts: GkeFacts): Check[] {
  const given = facts.project?.given
  if (given === undefined) return []
  if (given.kind === 'cluster') return judgeCluster(facts, given.cluster)
  if (facts.gke.network === undefined) return []
  const network = networkCheck(facts, given)
  if (network.status === 'fail') return [network]
  const subnetwork = subnetworkCheck(facts, facts.gke.network, given)
  if (subnetwork.status !== 'pass' || facts.gke.minimal) return [network, subnetwork]
  return [network, subnetwork, wayOutCheck(facts, facts.gke.network, given)]
}

const compute = (project: string, ...args: readonly string[]) =>
  shellLine({ program: 'gcloud', args: ['compute', ...args, `--project=${project}`] })

function networkCheck({ names }: GkeFacts, { network }: GivenNetworkFacts): Check {
  const base = { id: 'gke.network', title: 'network', wanted: `${names.network}, which others made` }
  if (network?.ok) return { ...base, status: 'pass', found: names.network }
  if (network?.status !== 404) return { ...base, ...unknown(network) }
  const hint = `${compute(names.project, 'networks', 'list')}; then gke.network in rtdeploy.yaml`
  return { ...base, status: 'fail', found: `there is no network ${names.network}`, hint }
}

function subnetworkCheck(
  { names }: GkeFacts,
  wanted: GivenNetwork,
  { subnetwork }: GivenNetworkFacts,
): Check {
  const { region, project } = names
  const base = {
    id: 'gke.subnetwork',
    title: 'subnetwork',
    wanted: `${wanted.subnetwork} in ${region}, of the network ${wanted.name}`,
  }
  const list = compute(project, 'networks', 'subnets', 'list', `--network=${wanted.name}`)
  const hint = `${list}; then gke.network in rtdeploy.yaml`
  if (subnetwork?.ok !== true) {
    if (subnetwork?.status !== 404) return { ...base, ...unknown(subnetwork) }
    return {
      ...base,
      status: 'fail',
      found: `there is no subnetwork ${wanted.subnetwork} in ${region}`,
      hint,
    }
  }
  const of = last(subnetwork.value.network)
  if (of !== wanted.name) return { ...base, status: 'fail', found: `it belongs to the network ${of}`, hint }
  const ranges = listOf(subnetwork.value.secondaryIpRanges).map(range => String(range.rangeName))
  const missing = [wanted.pods, wanted.services].filter(name => name !== undefined && !ranges.includes(name))
  if (missing.length === 0) return { ...base, status: 'pass', found: wanted.subnetwork }
  const found = `it has no secondary range ${missing.join(' and none ')}; it has ${ranges.join(', ') || 'none at all'}`
  return {
    ...base,
    status: 'fail',
    found,
    hint: 'gke.network.pods and gke.network.services name ranges that are there; without them GKE makes its own',
  }
}

/**
 * Nodes have no addresses of their own. To Google (images, logs) they get by Private Google Access, which a NAT brings
 * along, to everything else by a NAT alone: https://cloud.google.com/nat/docs/overview#interaction-pga
 */
function wayOutCheck(
  { names }: GkeFacts,
  wanted: GivenNetwork,
  { subnetwork, routers }: GivenNetworkFacts,
): Check {
  const { project, region } = names
  const base = { id: 'gke.way-out', title: 'way out', wanted: 'a NAT, or Private Google Access at least' }
  if (routers?.ok !== true) return { ...base, ...unknown(routers) }
  const [nat] = listOf(routers.value.items)
    .filter(router => last(router.network) === wanted.name)
    .flatMap(router => listOf(router.nats))
    .filter(
      one =>
        String(one.sourceSubnetworkIpRangesToNat).startsWith('ALL_SUBNETWORKS_') ||
        listOf(one.subnetworks).some(({ name }) => last(name) === wanted.subnetwork),
    )
  if (nat !== undefined) return { ...base, status: 'pass', found: `NAT ${String(nat.name)}` }
  if (subnetwork?.ok && subnetwork.value.privateIpGoogleAccess === true) {
    return {
      ...base,
      status: 'warn',
      found: 'Private Google Access, and no NAT',
      why: 'pods reach Google, and nothing else: no database elsewhere',
      hint: 'whoever looks after the network can add a NAT: gcloud compute routers nats create --help',
    }
  }
  const update = ['networks', 'subnets', 'update', wanted.subnetwork, `--region=${region}`]
  return {
    ...base,
    status: 'fail',
    found: 'neither: nodes could not even pull an image',
    hint: compute(project, ...update, '--enable-private-ip-google-access'),
  }
}
