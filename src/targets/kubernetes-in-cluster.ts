import { join } from 'node:path'
import { exitCodes, UserError } from '../errors.ts'
import { askCluster } from '../facts/cluster-connection.ts'
import { formatObjects, type KubernetesObject, listAt, objectsOf, textAt } from '../kubernetes/object.ts'
import { formatJob, formatProgram, mergeChecks, type VerifyJob } from '../kubernetes/verify-job.ts'
import type { Check } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import { type Cluster, getList, kubectl, kubectlLine } from '../tools/kubectl.ts'
import type { InClusterRequest } from './target.ts'

const longestMs = 240_000
const everyMs = 700

interface Told {
  readonly url: string
  readonly checks?: readonly Check[]
  readonly error?: { readonly message: string; readonly code: string; readonly hint: string }
}

/** Measures from pods of the cluster, each with an address of its own, and takes everything away again. */
export async function verifyInCluster(
  host: Host,
  cluster: Cluster,
  app: string,
  outside: string | undefined,
  request: InClusterRequest,
): Promise<Check[]> {
  const found = objectsOf(
    await askCluster(host, cluster, getList(cluster, [`deployment.apps/${app}`, `service/${app}`])),
  )
  const deployment = found.find(object => object.kind === 'Deployment')
  const service = found.find(object => object.kind === 'Service')
  if (deployment === undefined) throw notRunning(app)
  const job: VerifyJob = {
    app,
    name: `${app}-verify-${host.token().slice(0, 6)}`,
    pods: request.pods,
    deployment,
    service,
  }
  const inside = service === undefined ? [] : [`http://${app}.${cluster.namespace}.svc:${portOf(service)}`]
  const urls = [...(outside === undefined ? [] : [outside]), ...inside]
  const program = (await host.readFile(join(host.packageRoot, 'dist', 'in-cluster.mjs'))) ?? ''
  try {
    const uid = await create(host, cluster, formatJob(job))
    await create(host, cluster, formatProgram(job, uid, program, { urls, options: request.options }))
    const told = await waitForPods(host, cluster, job, request)
    const errors = told.flatMap(one => one.error ?? [])
    const [first] = errors
    if (first !== undefined && errors.length === told.length)
      throw new UserError(`from inside: ${first.message}`, { code: first.code, hint: first.hint })
    const direct = told.some(one => inside.includes(one.url)) && outside !== undefined
    return mergeChecks(
      told.map(one => one.checks ?? []),
      direct,
    )
  } finally {
    const args = ['delete', 'job', job.name, '--ignore-not-found', '--cascade=foreground', '--timeout', '30s']
    await host.run(kubectl(cluster, args), { changes: true })
  }
}

const portOf = (service: KubernetesObject) => {
  const ports = listAt(service, 'spec', 'ports') as readonly {
    readonly name?: string
    readonly port?: number
  }[]
  return (ports.find(one => one.name === 'http') ?? ports[0])?.port ?? 80
}

async function create(host: Host, cluster: Cluster, object: KubernetesObject): Promise<string> {
  const query = {
    command: kubectl(cluster, ['create', '--filename', '-', '--output', 'json'], formatObjects([object])),
    parse: (text: string) => textAt(JSON.parse(text), 'metadata', 'uid') ?? '',
  }
  return askCluster(host, cluster, query)
}

async function waitForPods(
  host: Host,
  cluster: Cluster,
  job: VerifyJob,
  { tell }: InClusterRequest,
): Promise<Told[]> {
  const deadline = host.now() + longestMs
  const selector = ['--selector', `job-name=${job.name}`]
  while (host.now() < deadline) {
    const pods = objectsOf(await askCluster(host, cluster, getList(cluster, ['pods', ...selector])))
    const phases = pods.map(pod => textAt(pod, 'status', 'phase'))
    const over = phases.filter(phase => phase === 'Succeeded' || phase === 'Failed').length
    tell(`${over} of ${job.pods} pods are done`)
    if (over >= job.pods || phases.includes('Failed'))
      return Promise.all(pods.map(pod => readTold(host, cluster, pod.metadata.name)))
    await host.sleep(everyMs, host.interrupted)
  }
  throw new UserError(`the pods of ${job.name} did not end within ${longestMs / 1000} s`, {
    code: 'in-cluster.timeout',
    hint: kubectlLine(cluster, 'get', 'events'),
  })
}

async function readTold(host: Host, cluster: Cluster, pod: string): Promise<Told> {
  const text = await askCluster(host, cluster, {
    command: kubectl(cluster, ['logs', pod]),
    parse: stdout => stdout.trim(),
  })
  try {
    return JSON.parse(text.split('\n').at(-1) ?? '') as Told
  } catch {
    throw new UserError(`the verifier in ${pod} did not end well`, {
      code: 'in-cluster.failed',
      hint: 'the app’s image has to have `node`, at least 20.19',
      details: text.split('\n').slice(-10),
    })
  }
}

const notRunning = (app: string) =>
  new UserError(`there is no Deployment ${app}`, {
    code: 'target.not-running',
    hint: 'rtdeploy up',
    exitCode: exitCodes.missing,
  })
