import { dirname, join } from 'node:path'
import type { Query, Secret } from '../command.ts'
import type { KubernetesConfig } from '../config/config.ts'
import { exitCodes, toolError, UserError } from '../errors.ts'
import { failureOf } from '../kubernetes/failures.ts'
import { minifyKubeconfig } from '../kubernetes/kubeconfig.ts'
import type { Host } from '../run/host.ts'
import { type Cluster, contexts, kubeconfigOf } from '../tools/kubectl.ts'
import { openOwnFolder } from './own-folder.ts'

const queryTimeoutMs = 60_000

/** A cluster that we made ourselves. */
export interface OwnCluster {
  readonly kubeconfig: string
  token(): Promise<Secret>
}

/** Files of the target below the project's `.rtdeploy` folder; each environment has its own. */
export function clusterPaths(project: string, environment?: string) {
  const ending = environment === undefined ? '' : `-${environment}`
  const root = join(project, '.rtdeploy', `kubernetes${ending}`)
  return {
    root,
    kubeconfig: join(root, 'kubeconfig'),
    cache: join(root, 'cache'),
    overlay: join(root, 'overlay'),
    objects: join(root, 'objects.yaml'),
    image: join(root, 'image.json'),
    record: join(root, 'cluster.json'),
    secrets: join(project, '.rtdeploy', `secrets${ending}.env`),
  }
}

/** Runs a query of the cluster; what kubectl says no to is thrown as something that a person can put right. */
export async function askCluster<T>(
  host: Host,
  cluster: Cluster,
  query: Query<T>,
  timeoutMs = queryTimeoutMs,
): Promise<T> {
  const ran = await host.run(query.command, { timeoutMs, signal: host.interrupted })
  host.interrupted.throwIfAborted()
  if (ran.exitCode === 0) return query.parse(ran.stdout)
  throw clusterError(query.command, ran, cluster)
}

/** A failed kubectl as a `UserError`. Pure. */
export function clusterError(
  command: Query<unknown>['command'],
  ran: {
    readonly notFound: boolean
    readonly timedOut: boolean
    readonly stderr: string
    readonly exitCode: number | undefined
  },
  where: Pick<Cluster, 'context' | 'namespace'>,
): UserError {
  if (ran.notFound) {
    return new UserError('kubectl is not installed', {
      code: 'program.missing',
      hint: 'install kubectl: https://kubernetes.io/docs/tasks/tools/',
      exitCode: exitCodes.missing,
    })
  }
  const failure = ran.timedOut ? failureOf('context deadline exceeded', where) : failureOf(ran.stderr, where)
  if (failure !== undefined) return new UserError(failure.message, failure)
  return toolError(command, `exited with ${ran.exitCode ?? 'a signal'}`, ran.stderr, {
    code: 'tool.failed',
    hint: `kubectl --context ${where.context} version`,
    exitCode: exitCodes.stepFailed,
  })
}

interface ConnectTo extends Pick<KubernetesConfig, 'context'> {
  readonly namespace: string
  /** Other than production. */
  readonly environment?: string | undefined
}

/**
 * Our own copy of one context of the user's kubeconfig, readable by the user alone. Everything else uses this copy: what
 * is switched in the user's file meanwhile has no effect, and nothing of it is ever changed.
 * `own`: the kubeconfig to read when it is not the user's, and a token that spares each call the start of a login program.
 * Throws `context.missing` (exit 3).
 */
export async function connect(
  host: Host,
  project: string,
  { context, namespace, environment }: ConnectTo,
  own?: OwnCluster,
): Promise<Cluster & { readonly server: string }> {
  const paths = clusterPaths(project, environment)
  const where = { context, namespace }
  const contents =
    own === undefined ? await readUsers(host, where, paths.cache) : await readOwn(host, context, own)
  await openOwnFolder(host, dirname(paths.root))
  await host.makeFolder(paths.root, 0o700)
  if ((await host.readFile(paths.kubeconfig)) !== contents)
    await host.writeFile(paths.kubeconfig, contents, { mode: 0o600 })
  return { kubeconfig: paths.kubeconfig, cache: paths.cache, ...where, server: serverOf(contents) }
}

/** From the user's kubeconfig, which may be several files: how they are one is for kubectl to know. */
async function readUsers(
  host: Host,
  where: Pick<Cluster, 'context' | 'namespace'>,
  cache: string,
): Promise<string> {
  const query = kubeconfigOf(where.context, cache)
  const ran = await host.run(query.command, { timeoutMs: queryTimeoutMs, signal: host.interrupted })
  host.interrupted.throwIfAborted()
  if (ran.exitCode === 0) return ran.stdout
  throw await missingContext(host, where.context, cache, clusterError(query.command, ran, where))
}

/** From the one file that gcloud wrote for us, with a token in place of its login program. */
async function readOwn(host: Host, context: string, own: OwnCluster): Promise<string> {
  const [text, token] = await Promise.all([host.readFile(own.kubeconfig), own.token()])
  const contents = minifyKubeconfig(text ?? '', context, token)
  if (contents !== undefined) return contents
  throw new UserError(`${own.kubeconfig} has no context ${context}`, {
    code: 'context.missing',
    hint: `rm '${own.kubeconfig}'; the next run logs in to the cluster anew`,
    exitCode: exitCodes.missing,
  })
}

async function missingContext(
  host: Host,
  context: string,
  cache: string,
  error: UserError,
): Promise<UserError> {
  if (error.code !== 'context.missing') return error
  const query = contexts(cache)
  const ran = await host.run(query.command, { timeoutMs: queryTimeoutMs })
  const known = ran.exitCode === 0 ? query.parse(ran.stdout) : []
  return new UserError(`the kubeconfig has no context ${context}`, {
    code: 'context.missing',
    hint:
      known.length === 0
        ? 'there is no context at all; KUBECONFIG names the file, and the cluster’s documentation how to log in'
        : 'set `kubernetes.context` in rtdeploy.yaml to one of these, or log in to the cluster',
    details: known.slice(0, 20),
    exitCode: exitCodes.missing,
  })
}

function serverOf(kubeconfig: string): string {
  const value = JSON.parse(kubeconfig) as { clusters?: { cluster?: { server?: string } }[] }
  return value.clusters?.[0]?.cluster?.server ?? ''
}
