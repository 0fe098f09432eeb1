import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { GkeConfig } from '../../../src/config/gke.ts'
import { gkeNames } from '../../../src/config/gke-names.ts'
import { forGke } from '../../../src/scaffold/gke-answers.ts'
import { manifestFiles } from '../../../src/scaffold/kubernetes.ts'
import { type App, kubernetesAnswersOf } from '../../../src/scaffold/kubernetes-answers.ts'
import { terraformFiles } from '../../../src/scaffold/terraform.ts'
import { bundleApp, fixture } from '../../cluster/support/image.ts'
import { gkeConfig, terraformTemplate } from '../../support/gke-configs.ts'
import { type GoogleStandIn, sharedGoogle, testbedFolder } from '../../support/google-stand-in.ts'
import { type CliRun, runCli } from '../../support/run-cli.ts'
import { type RunningCli, startIn } from '../../support/start-cli.ts'
import { type BalancerMirror, mirrorBalancers } from './balancer-mirror.ts'

const exec = promisify(execFile)

/** A small app with its own infra/terraform, for a Google of its own and a namespace of its own in the real cluster. */
export interface GkeProject {
  readonly folder: string
  readonly namespace: string
  readonly env: Readonly<Record<string, string>>
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CliRun>
  start(args: readonly string[], env?: Readonly<Record<string, string>>): RunningCli
  kubectl(...args: readonly string[]): Promise<string>
  edit(file: string, change: (text: string) => string): void
  readonly balancers: BalancerMirror
  [Symbol.asyncDispose](): Promise<void>
}

const passed = ['DOCKER_HOST', 'DOCKER_CONFIG', 'KUBECONFIG'] as const

/** What leads to this machine's Docker engine and to the real cluster. */
export const passedOn = (): Record<string, string> =>
  Object.fromEntries(passed.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])))

/**
 * The load balancers look addresses up, and the registry its repositories, in the one Google that they know: both are
 * there as well.
 */
export async function share(google: string, name: string): Promise<() => Promise<void>> {
  const headers = { authorization: 'Bearer testbed-access-token', 'content-type': 'application/json' }
  const addresses = `${google}/compute/v1/projects/testbed-project/global/addresses`
  const repositories = `${google}/artifactregistry/v1/projects/testbed-project/locations/us-central1/repositories`
  const post = (url: string, body: unknown) =>
    fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  // The balancers clear up only where they hear which clusters there are, so the API for that has to be on, too.
  const services = ['compute', 'artifactregistry', 'container'].map(name => [`${name}.googleapis.com`, true])
  await post(`${google}/_testbed/services`, Object.fromEntries(services))
  await post(addresses, { name: `${name}-ip` })
  await post(`${repositories}?repositoryId=${name}`, { format: 'DOCKER' })
  return async () => {
    await fetch(`${addresses}/${name}-ip`, { method: 'DELETE', headers })
  }
}

export async function gkeProject(google: GoogleStandIn, given: Partial<GkeConfig> = {}): Promise<GkeProject> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rtdeploy-gke-')))
  const namespace = `rtd-${randomBytes(4).toString('hex')}`
  cpSync(fixture, folder, { recursive: true })
  rmSync(join(folder, 'infra'), { recursive: true })
  bundleApp(folder)
  const gke = gkeConfig({ namespace, secrets: ['REDIS_PASSWORD'], ...given })
  const options = { namespace, entry: gke.entry, mongo: 'in-cluster' } as const
  const answers = { ...forGke(kubernetesAnswersOf(options, 'tiny'), gke, 'tiny'), mongo: 'off' } as const
  const app: App = { kind: 'own', port: 3000, ready: '/readyz', secrets: [] }
  const files = [
    ...terraformFiles(terraformTemplate(), 'tiny', gke),
    ...manifestFiles('tiny', 3, answers, app),
  ]
  for (const file of files) {
    const path = join(folder, file.path)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, String(file.contents))
  }
  const edit = (file: string, change: (text: string) => string) => {
    const path = join(folder, file)
    writeFileSync(path, change(readFileSync(path, 'utf8')))
  }
  // A cluster that is there has a mode already.
  const section = gke.cluster === undefined ? gke : { ...gke, mode: undefined }
  edit(
    'rtdeploy.yaml',
    text =>
      `${text.slice(0, text.indexOf('kubernetes:\n')).replace('target: kubernetes', 'target: gke').replace('app:\n', 'app:\n  ready: /readyz\n  env: { REDIS_HOST: tiny-redis }\n')}gke: ${JSON.stringify(section)}\n`,
  )
  // Fewer replicas at a time and less of a wait: what the tests look at is the same.
  edit('infra/kubernetes/deployment.yaml', text =>
    text.replace('minReadySeconds: 5', 'minReadySeconds: 1').replace('maxSurge: 1', 'maxSurge: 3'),
  )
  const env = { ...google.env, ...passedOn() }
  const shared = await sharedGoogle(testbedFolder() ?? '')
  const unshare = await share(shared, 'tiny')
  const balancers = mirrorBalancers(shared, google, namespace, 'tiny', gkeNames('tiny', gke))
  const kubectl = async (...args: readonly string[]) => {
    const { stdout } = await exec('kubectl', ['--namespace', namespace, ...args], { maxBuffer: 64 << 20 })
    return stdout
  }
  return {
    folder,
    namespace,
    env,
    run: (args, more = {}) => runCli(args, { cwd: folder, env: { ...env, ...more } }),
    start: (args, more = {}) => startIn(folder, args, { ...env, ...more }),
    kubectl,
    edit,
    balancers,
    [Symbol.asyncDispose]: async () => {
      await exec('kubectl', ['delete', 'namespace', namespace, '--ignore-not-found', '--wait=true'])
      await balancers.freeze()
      await unshare()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
