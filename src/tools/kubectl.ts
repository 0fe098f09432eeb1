import type { Command, Query, Secret } from '../command.ts'

/** A cluster as `kubectl` reaches it: our own copy of the kubeconfig, one context, one namespace, in each call. */
export interface Cluster {
  readonly kubeconfig: string
  readonly context: string
  readonly namespace: string
  /** Of kubectl's discovery, so that the one in the home folder stays as it is. */
  readonly cache: string
}

/** With which name the server writes down what we set. */
export const fieldManager = 'rtdeploy'

/** A read that takes longer hangs: the control plane answers in milliseconds or is not there. */
const requestTimeout = '--request-timeout=20s'

/** Where kubectl keeps what it found out of a cluster; in the home folder unless told. */
const cacheIn = (folder: string) => ({ KUBECACHEDIR: folder })

/**
 * For what needs no cluster: gcloud's own kubectl asks the current one for its version before anything else, logs in to it
 * for that, and waits 5 s for one that is silent. Without any it asks localhost:8080; nothing listens on port 1.
 */
export const noCluster = { KUBECONFIG: '/dev/null', KUBERNETES_MASTER: 'http://127.0.0.1:1' }

/** `kubectl` with everything that says where; `args` say what. */
export function kubectl(cluster: Cluster, args: readonly string[], stdin?: string | Secret): Command {
  const { kubeconfig, context, namespace, cache } = cluster
  const where = ['--kubeconfig', kubeconfig, '--context', context, '--namespace', namespace]
  const env = cacheIn(cache)
  return { program: 'kubectl', args: [...where, ...args], env, ...(stdin === undefined ? {} : { stdin }) }
}

/** The line that a person types: with their own kubeconfig, which knows the context too. */
export function kubectlLine(
  cluster: Pick<Cluster, 'context' | 'namespace'>,
  ...args: readonly string[]
): string {
  const word = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
  return ['kubectl', '--context', cluster.context, '-n', cluster.namespace, ...args].map(word).join(' ')
}

function parseJson(stdout: string): unknown {
  try {
    return JSON.parse(stdout === '' ? 'null' : stdout)
  } catch {
    throw new Error(`kubectl should have printed JSON, not: ${stdout.slice(0, 80)}`)
  }
}

/** The contexts of the user's kubeconfig, by name. */
export function contexts(cache?: string): Query<readonly string[]> {
  const args = ['config', 'get-contexts', '--output', 'name']
  return {
    command: { program: 'kubectl', args, ...(cache === undefined ? {} : { env: cacheIn(cache) }) },
    parse: stdout => stdout.split('\n').filter(Boolean),
  }
}

/** One context of the user's kubeconfig, with everything it needs in one document. Holds credentials. */
export function kubeconfigOf(context: string, cache: string): Query<string> {
  const args = ['config', 'view', '--raw', '--minify', '--flatten', '--context', context, '--output', 'json']
  return { command: { program: 'kubectl', args, env: cacheIn(cache) }, parse: stdout => stdout }
}

export interface ServerVersion {
  /** As the server writes it: `v1.33.5-gke.1162000`. */
  readonly version: string
  /** The minor of `major.minor`, NaN where there is none. */
  readonly minor: number
}

export function serverVersion(cluster: Cluster): Query<ServerVersion> {
  return {
    command: kubectl(cluster, ['version', requestTimeout, '--output', 'json']),
    parse: stdout => {
      const { serverVersion: found } = parseJson(stdout) as Record<string, Record<string, string>>
      if (found?.gitVersion === undefined) throw new Error('kubectl version should name the server')
      return { version: found.gitVersion, minor: Number(/^\d+/.exec(found.minor ?? '')?.[0]) }
    },
  }
}

/** Objects of some kinds: `get deployments,pods`, with selectors and names as `kubectl get` takes them. */
export function getList(cluster: Cluster, args: readonly string[]): Query<readonly unknown[]> {
  return {
    command: kubectl(cluster, ['get', ...args, requestTimeout, '--ignore-not-found', '--output', 'json']),
    parse: itemsOf,
  }
}

/** The live counterparts of manifests; those that are not there are left out. */
export function getLive(cluster: Cluster, manifests: string): Query<readonly unknown[]> {
  const args = ['get', '--filename', '-', requestTimeout, '--ignore-not-found', '--output', 'json']
  return { command: kubectl(cluster, args, manifests), parse: itemsOf }
}

/** What the server would make of manifests: with its defaults, admission and conflicts, and nothing changed. */
export function dryRun(cluster: Cluster, manifests: string, force: boolean): Query<readonly unknown[]> {
  return {
    command: kubectl(
      cluster,
      [...applyArguments(force), '--dry-run=server', requestTimeout, '--output', 'json'],
      manifests,
    ),
    parse: itemsOf,
  }
}

const applyArguments = (force: boolean) => [
  'apply',
  '--server-side',
  '--field-manager',
  fieldManager,
  ...(force ? ['--force-conflicts'] : []),
  '--filename',
  '-',
]

/** Sets what the manifests say and takes back what we set before and they no longer say. */
export function apply(cluster: Cluster, manifests: string | Secret, force = false): Command {
  return kubectl(cluster, applyArguments(force), manifests)
}

/** `kubectl get -o json` prints one object, a List, or nothing. Several documents follow each other for mixed input. */
function itemsOf(stdout: string): readonly unknown[] {
  const value = parseJson(stdout)
  if (typeof value !== 'object' || value === null) return []
  return 'items' in value && Array.isArray(value.items) ? value.items : [value]
}

/** Renders a kustomization; reads files only. */
export function kustomize(folder: string, cache: string): Query<string> {
  const env = { ...cacheIn(cache), ...noCluster }
  return { command: { program: 'kubectl', args: ['kustomize', folder], env }, parse: stdout => stdout }
}

/** A kind that a cluster serves. */
export interface ApiResource {
  /** `deployments` */
  readonly name: string
  /** `apps/v1` */
  readonly apiVersion: string
  readonly kind: string
  readonly namespaced: boolean
}

/** Every kind that can be listed. The table's last three columns are always filled, SHORTNAMES is not. */
export function apiResources(cluster: Cluster): Query<readonly ApiResource[]> {
  return {
    command: kubectl(cluster, ['api-resources', '--verbs', 'list', '--no-headers', requestTimeout]),
    parse: stdout =>
      stdout.split('\n').flatMap(line => {
        const words = line.trim().split(/\s+/)
        const [name, kind, namespaced, apiVersion] = [words[0], words.at(-1), words.at(-2), words.at(-3)]
        if (name === undefined || kind === undefined || apiVersion === undefined || words.length < 4)
          return []
        return [{ name, kind, apiVersion, namespaced: namespaced === 'true' }]
      }),
  }
}

/** A path of the API server, as text. */
export function getRaw(cluster: Cluster, path: string): Query<string> {
  return { command: kubectl(cluster, ['get', '--raw', path, requestTimeout]), parse: stdout => stdout }
}

/** One field of a Secret, in base64: the others, a private key for instance, do not leave the cluster. */
export function getSecretField(cluster: Cluster, name: string, field: string): Query<string> {
  const path = `jsonpath={.data.${field.replaceAll('.', '\\.')}}`
  const args = ['get', 'secret', name, '--ignore-not-found', '--output', path, requestTimeout]
  return { command: kubectl(cluster, args), parse: stdout => stdout }
}

/** Which lines of a container's log. */
export interface LogLines {
  readonly tail?: number
  /** `10m`, `2h`. */
  readonly since?: string
  /** RFC 3339. */
  readonly sinceTime?: string
  /** Of the container before it was started again. */
  readonly previous?: boolean
  readonly follow?: boolean
}

/** Lines with the kubelet's time in front. */
export function containerLogs(
  cluster: Cluster,
  { pod, container }: { readonly pod: string; readonly container: string },
  { tail, since, sinceTime, previous, follow }: LogLines,
): Command {
  return kubectl(cluster, [
    'logs',
    pod,
    '--container',
    container,
    '--timestamps',
    ...(tail === undefined ? [] : ['--tail', String(tail)]),
    ...(since === undefined ? [] : ['--since', since]),
    ...(sinceTime === undefined ? [] : ['--since-time', sinceTime]),
    ...(previous ? ['--previous'] : []),
    ...(follow ? ['--follow'] : []),
  ])
}

/** Prints `yes` or `no`. */
export function canI(cluster: Cluster, verb: string, resource: string): Command {
  return kubectl(cluster, ['auth', 'can-i', verb, resource, requestTimeout])
}
