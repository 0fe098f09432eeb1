import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import { packageRoot, runCli } from './run-cli.ts'

/** One choice of each kind and what goes with it; the name is the golden folder's. */
export const kubernetesCases: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['gateway', []],
  ['gateway-host', ['--host', 'chat.example.com']],
  ['gateway-regional', ['--class', 'gke-l7-regional-external-managed']],
  ['gateway-traefik', ['--class', 'traefik']],
  ['gateway-traefik-host', ['--class', 'traefik', '--host', 'chat.example.com', '--namespace', 'team-a']],
  ['gateway-other', ['--class', 'eg']],
  ['gateway-other-host', ['--class', 'eg', '--host', 'chat.example.com']],
  ['ingress-gce', ['--entry', 'ingress', '--class', 'gce']],
  ['ingress-gce-host', ['--entry', 'ingress', '--class', 'gce', '--host', 'chat.example.com']],
  ['ingress-traefik', ['--entry', 'ingress', '--class', 'traefik']],
  ['ingress-traefik-host', ['--entry', 'ingress', '--class', 'traefik', '--host', 'chat.example.com']],
  ['ingress-haproxy', ['--entry', 'ingress', '--class', 'haproxy']],
  ['ingress-haproxy-host', ['--entry', 'ingress', '--class', 'haproxy', '--host', 'chat.example.com']],
  ['ingress-nginx', ['--entry', 'ingress', '--class', 'nginx']],
  ['ingress-nginx-host', ['--entry', 'ingress', '--class', 'nginx', '--host', 'chat.example.com']],
  ['loadbalancer', ['--entry', 'loadbalancer']],
  ['external', ['--redis', 'external', '--mongo', 'external']],
  ['external-redis', ['--redis', 'external', '--entry', 'loadbalancer']],
  ['external-mongo', ['--mongo', 'external', '--entry', 'ingress', '--class', 'gce']],
  ['longest-name', ['--name', 'a-b-c-d-e-f-g-h-i-j0', '--namespace', 'n', '--replicas', '20']],
  ['one-replica', ['--replicas', '1']],
  ['from-compose', ['--from', 'compose.yaml']],
  ['from-skaffold', ['--from', 'skaffold.yaml', '--entry', 'ingress', '--class', 'haproxy']],
]

const inputOf = (name: string) => join(packageRoot, 'test/golden/kubernetes', name, 'input')

export interface Made extends Disposable {
  /** infra/kubernetes */
  readonly folder: string
  readonly app: string
  /** What it holds, rtdeploy.yaml, and what init said of a file that it took over. */
  readonly files: ReadonlyMap<string, string>
}

/** What `init` makes for one of the cases, in a folder that is removed at the end. */
export async function initKubernetes(name: string, args: readonly string[]): Promise<Made> {
  const work = mkdtempSync(join(tmpdir(), 'rtdeploy-kubernetes-'))
  const remove = () => rmSync(work, { recursive: true, force: true })
  const from = args.includes('--from')
  const project = join(work, 'chat')
  if (from) cpSync(inputOf(name), project, { recursive: true })
  const run = from
    ? await runCli(['init', '--yes', ...args], { cwd: project })
    : await runCli(['init', 'chat', '--yes', ...args], { cwd: work })
  if (run.exitCode !== 0) {
    remove()
    throw new Error(`init ${args.join(' ')} ended with ${run.exitCode}:\n${run.stderr}`)
  }
  const folder = join(project, 'infra/kubernetes')
  const names = ['../../rtdeploy.yaml', ...readdirSync(folder).sort()]
  const files = new Map(names.map(file => [basename(file), readFileSync(join(folder, file), 'utf8')]))
  if (from) files.set('said.txt', run.stderr.slice(run.stderr.indexOf('from ')).replace(/^done .*\n/m, ''))
  const { name: app } = parse(files.get('rtdeploy.yaml') ?? '') as { readonly name: string }
  return { folder, app, files, [Symbol.dispose]: remove }
}
