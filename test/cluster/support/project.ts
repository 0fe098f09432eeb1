import { execFile, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { optional, optionalImage } from '../../support/needs.ts'
import { type CliRun, runCli } from '../../support/run-cli.ts'
import { type RunningCli, startIn } from '../../support/start-cli.ts'
import { until } from '../../support/until.ts'
import { bundleApp, fixture, pushedImage } from './image.ts'

/**
 * The kubeconfig of a cluster that tests may fill and empty; undefined where none answers, or where there is no
 * repository of images that both this machine and the cluster reach.
 */
export const kubeconfig = optionalImage() === undefined ? undefined : optional('cluster')

const wanted = ['DOCKER_HOST', 'DOCKER_CONFIG', 'USER']
/** What the CLI needs to reach cluster and registry. */
export const environment = (): Record<string, string> => ({
  KUBECONFIG: kubeconfig ?? '',
  ...Object.fromEntries(wanted.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : []))),
})

export const repository = (): string => optionalImage() ?? ''

/**
 * Where balancer and nodes are one machine, its kube-proxy answers in the balancer's place and does it badly: once the
 * Service has its address, 127.x, the API is told that a proxy stands there.
 */
export async function leaveToBalancer(namespace: string, service: string): Promise<void> {
  const kubectl = async (...args: readonly string[]) => {
    const env = { ...process.env, ...environment() }
    return (await promisify(execFile)('kubectl', ['--namespace', namespace, ...args], { env })).stdout
  }
  const path = 'jsonpath={.status.loadBalancer.ingress[0].ip}'
  let ip = ''
  await until(
    'an address',
    async () => {
      ip = await kubectl('get', 'service', service, '--output', path).catch(() => '')
      return ip !== ''
    },
    120_000,
  )
  if (!ip.startsWith('127.')) return
  const patch = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip, ipMode: 'Proxy' }] } } })
  await kubectl('patch', 'service', service, '--subresource=status', '--type=merge', '--patch', patch)
}

export const currentContext = (): string =>
  execFileSync('kubectl', ['config', 'current-context'], {
    encoding: 'utf8',
    env: { ...process.env, ...environment() },
  }).trim()

export interface ClusterProject {
  readonly folder: string
  readonly namespace: string
  readonly image: string
  /** What the CLI gets to reach cluster and registry. */
  readonly env: Readonly<Record<string, string>>
  /** Runs the CLI. `up` gets the image that is pushed already. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CliRun>
  start(args: readonly string[], env?: Readonly<Record<string, string>>): RunningCli
  kubectl(...args: readonly string[]): Promise<string>
  apply(manifest: string): Promise<void>
  read(file: string): string
  write(file: string, text: string): void
  edit(file: string, change: (text: string) => string): void
  [Symbol.asyncDispose](): Promise<void>
}

export interface ProjectOptions {
  /** Resources of the kustomization besides app and namespace. */
  readonly parts?: readonly ('redis.yaml' | 'entry.yaml')[]
  readonly replicas?: number
  /** Builds its own image instead of taking the one that is pushed. */
  readonly build?: boolean
  readonly env?: Readonly<Record<string, string>>
}

export const manifests = 'infra/kubernetes'

/** A project of its own in a namespace of its own; taken down and removed when the test leaves its scope. */
export function clusterProject(options: ProjectOptions = {}): ClusterProject {
  const { parts = [], replicas = 1, build = false } = options
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rtdeploy-cluster-')))
  const namespace = `rtd-${randomBytes(4).toString('hex')}`
  cpSync(fixture, folder, { recursive: true })
  if (build) bundleApp(folder)
  const image = build ? '' : pushedImage(repository())
  const path = (file: string) => join(folder, file)
  const read = (file: string) => readFileSync(path(file), 'utf8')
  const write = (file: string, text: string) => writeFileSync(path(file), text)
  const edit = (file: string, change: (text: string) => string) => write(file, change(read(file)))
  const hasRedis = parts.includes('redis.yaml')
  edit('rtdeploy.yaml', text =>
    text
      .replace('CONTEXT', currentContext())
      .replace('NAMESPACE', namespace)
      .replace('IMAGE', repository())
      .replace('replicas: 3', `replicas: ${replicas}`)
      .replace(
        'secrets: [REDIS_PASSWORD]',
        hasRedis ? 'secrets: [REDIS_PASSWORD]' : 'secrets: [COOKIE_SECRET]',
      ),
  )
  edit(`${manifests}/kustomization.yaml`, text =>
    text
      .split('\n')
      .filter(line => !/(?:redis|entry)\.yaml/.test(line) || parts.some(part => line.includes(part)))
      .join('\n'),
  )
  if (!hasRedis) edit(`${manifests}/app.yaml`, text => text.replace('  REDIS_HOST: tiny-redis\n', ''))
  const env = { ...environment(), ...options.env }
  const kubectl = async (...args: readonly string[]) => {
    const { stdout } = await promisify(execFile)('kubectl', ['--namespace', namespace, ...args], {
      env: { ...process.env, ...environment() },
      maxBuffer: 64 << 20,
    })
    return stdout
  }
  const withImage = (args: readonly string[]) =>
    !build && ['up', 'plan'].includes(args[0] ?? '') && !args.includes('--image')
      ? [...args, '--image', image]
      : args
  return {
    folder,
    namespace,
    image,
    env,
    run: (args, more = {}) => runCli(withImage(args), { cwd: folder, env: { ...env, ...more } }),
    start: (args, more = {}) => startIn(folder, withImage(args), { ...env, ...more }),
    kubectl,
    apply: async manifest => {
      const file = path(`.rtdeploy-test-${randomBytes(4).toString('hex')}.yaml`)
      writeFileSync(file, manifest)
      await kubectl('apply', '--filename', file)
      rmSync(file)
    },
    read,
    write,
    edit,
    [Symbol.asyncDispose]: async () => {
      await kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait=false')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
