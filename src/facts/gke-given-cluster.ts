import { shellLine } from '../command.ts'
import type { Check } from '../report/report.ts'
import type { Answer, ApiAnswer } from '../tools/google-apis.ts'
import type { GkeFacts } from './gke.ts'
import { unknown } from './gke-unknown.ts'

const record = (value: unknown): Answer => (typeof value === 'object' && value !== null ? { ...value } : {})

/** What the target `kubernetes` asks of a cluster, too. */
const oldestMinor = 29

/** A cluster of others: that it runs, is new enough, and lets Google's load balancers reach pods. Pure. */
export function judgeCluster(facts: GkeFacts, cluster: ApiAnswer<Answer>): Check[] {
  const { names } = facts
  const base = {
    id: 'gke.cluster',
    title: 'cluster',
    wanted: `${names.cluster} in ${names.location}, running, Kubernetes 1.${oldestMinor} or later`,
  }
  if (cluster?.ok !== true) {
    if (cluster?.status !== 404) return [{ ...base, ...unknown(cluster) }]
    const found = `there is no cluster ${names.cluster} in ${names.location}`
    const list = shellLine({
      program: 'gcloud',
      args: ['container', 'clusters', 'list', `--project=${names.project}`],
    })
    return [{ ...base, status: 'fail', found, hint: `${list}; then gke.cluster in rtdeploy.yaml` }]
  }
  const state = stateCheck(facts, cluster.value, base)
  return state.status === 'fail' ? [state] : [state, wayInCheck(facts, cluster.value)]
}

const clusters = ({ names }: GkeFacts, verb: string, ...flags: readonly string[]) => {
  const where = [names.cluster, `--location=${names.location}`, `--project=${names.project}`]
  return shellLine({ program: 'gcloud', args: ['container', 'clusters', verb, ...where, ...flags] })
}

type Titled = Pick<Check, 'id' | 'title' | 'wanted'>

function stateCheck(facts: GkeFacts, cluster: Answer, base: Titled): Check {
  const status = String(cluster.status)
  const version = String(cluster.currentMasterVersion ?? '')
  const described = `${status.toLowerCase()}, ${version}`
  if (status !== 'RUNNING' && status !== 'RECONCILING' && status !== 'DEGRADED')
    return { ...base, status: 'fail', found: described, hint: clusters(facts, 'describe') }
  const [, major = '1', minor = '0'] = /^(\d+)\.(\d+)/.exec(version) ?? []
  if (major === '1' && Number(minor) < oldestMinor)
    return { ...base, status: 'fail', found: described, hint: clusters(facts, 'upgrade', '--master') }
  if (status !== 'DEGRADED') return { ...base, status: 'pass', found: described }
  return {
    ...base,
    status: 'warn',
    found: described,
    why: String(cluster.statusMessage ?? ''),
    hint: clusters(facts, 'describe'),
  }
}

/** Load balancers send straight to pods, which takes alias addresses: https://cloud.google.com/kubernetes-engine/docs/concepts/container-native-load-balancing */
function wayInCheck(facts: GkeFacts, cluster: Answer): Check {
  const gateway = facts.gke.entry === 'gateway'
  const base = {
    id: 'gke.way-in',
    title: 'way in',
    wanted: gateway ? 'VPC-native, with the Gateway API' : 'VPC-native, with Google’s load balancing',
  }
  if (record(cluster.ipAllocationPolicy).useIpAliases !== true) {
    return {
      ...base,
      status: 'fail',
      found: 'it is not VPC-native, which only a new cluster can be',
      hint: 'another cluster: gke.cluster in rtdeploy.yaml; without it `rtdeploy up` makes one',
    }
  }
  if (record(record(cluster.addonsConfig).httpLoadBalancing).disabled === true) {
    const hint = clusters(facts, 'update', '--update-addons=HttpLoadBalancing=ENABLED')
    return { ...base, status: 'fail', found: 'the add-on HttpLoadBalancing is off', hint }
  }
  const { channel = 'none' } = record(record(cluster.networkConfig).gatewayApiConfig)
  if (gateway && !['CHANNEL_STANDARD', 'CHANNEL_EXPERIMENTAL'].includes(String(channel))) {
    const hint = clusters(facts, 'update', '--gateway-api=standard')
    return { ...base, status: 'fail', found: 'the Gateway API is off', hint }
  }
  return { ...base, status: 'pass', found: gateway ? 'Gateway API' : 'Ingress' }
}
