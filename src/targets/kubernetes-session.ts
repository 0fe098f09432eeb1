import type { Env } from '../command.ts'
import type { Config, KubernetesConfig } from '../config/config.ts'
import { exitCodes, UserError } from '../errors.ts'
import { clusterPaths, connect, type OwnCluster } from '../facts/cluster-connection.ts'
import type { ImageFacts } from '../facts/cluster-image.ts'
import type { KindsToCome } from '../facts/cluster-preflight.ts'
import type { GivenSecret } from '../kubernetes/secrets.ts'
import type { Plan } from '../plan/plan.ts'
import type { Verb } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import { parseNotes } from '../run/notes.ts'
import type { Cluster } from '../tools/kubectl.ts'

/** Flags of one run that concern a cluster. */
export interface KubernetesFlags {
  /** Of the kubeconfig, instead of the recorded one. */
  readonly context?: string
  /** Yes to every question. */
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly forceConflicts?: boolean
  readonly secretsFile?: string
  /** `repository@sha256:...`: nothing is built. */
  readonly image?: string
  readonly rollbackOnFailure?: boolean
  readonly deleteData?: boolean
  /** `verify` takes something of the app away for a while. */
  readonly disrupt?: string
  /** `verify` runs pods of its own. */
  readonly inCluster?: boolean
}

export interface SessionOptions {
  readonly verb: Verb
  readonly project: string
  readonly config: Config
  readonly flags: KubernetesFlags
  /** When the cluster is one that we made ourselves: where its kubeconfig is, and with what images are pushed. */
  readonly own?: OwnCluster & {
    readonly pushEnv: Env
    readonly elsewhere?: BuildElsewhere
    readonly kindsToCome?: KindsToCome
    /** Values that the cloud around the cluster knows; the person's own come first. */
    secrets?(): Promise<ReadonlyMap<string, GivenSecret>>
  }
}

/** Builds the image where this machine has nothing that could. */
export interface BuildElsewhere {
  plan(image: ImageFacts): Promise<Plan>
  /** The digest of what was built; undefined when the repository does not have it. */
  digest(image: ImageFacts): Promise<string | undefined>
}

type Remembered = 'records' | 'image' | 'live' | `rendered ${string}` | `compared ${string}`

/** One run against one cluster. */
export interface Session extends SessionOptions {
  readonly host: Host
  readonly settings: KubernetesConfig & { readonly namespace: string }
  readonly paths: ReturnType<typeof clusterPaths>
  /** Connects when it is first asked. Throws when the context is not there, or is another one and nobody said yes. */
  cluster(): Promise<Cluster>
  /** What the person answered, by the name of the secret: asked once, however often a plan is made. */
  readonly answers: Map<string, GivenSecret>
  /** What was asked for under this name since something last changed; asks when that was never, or had no answer. */
  remember<T>(what: Remembered, ask: () => Promise<T>): Promise<T>
  /** Something changes: what is known by now has to be asked for again. */
  forget(): void
  /** The same session until the next `forget`, which interrupts what it still asks for. */
  untilForgotten(): Session
}

export function openSession(host: Host, options: SessionOptions): Session {
  const { project, config, flags } = options
  const settings = settingsOf(config, flags)
  let known: Known = new Map()
  let ended = new AbortController()
  // Ours may be another one by the next time, with another address; a person's own is asked about once.
  const always: Known = new Map()
  const cluster = (known: Known) =>
    rememberIn(options.own === undefined ? always : known, 'cluster', () => open(host, options, settings))
  const session: Session = {
    ...options,
    host,
    settings,
    paths: clusterPaths(project, config.environment?.name),
    cluster: () => cluster(known),
    answers: new Map(),
    remember: (what, ask) => rememberIn(known, what, ask),
    forget: () => {
      known = new Map()
      ended.abort()
      ended = new AbortController()
    },
    untilForgotten: () => {
      const now = known
      const interrupted = AbortSignal.any([host.interrupted, ended.signal])
      return {
        ...session,
        host: { ...host, interrupted },
        cluster: () => cluster(now),
        remember: (what, ask) => rememberIn(now, what, ask),
      }
    },
  }
  return session
}

type Known = Map<string, Promise<unknown>>

/** What had no answer is asked again. */
function rememberIn<T>(known: Known, what: string, ask: () => Promise<T>): Promise<T> {
  const before = known.get(what) as Promise<T> | undefined
  if (before !== undefined) return before
  const answer = ask()
  known.set(what, answer)
  answer.catch(() => known.delete(what))
  return answer
}

/** The section of rtdeploy.yaml with the names that follow from it. Throws `config.target` (exit 2) when there is none. */
function settingsOf(config: Config, flags: KubernetesFlags): Session['settings'] {
  const { kubernetes } = config
  if (kubernetes !== undefined) {
    const { context = kubernetes.context } = flags
    return { ...kubernetes, context, namespace: kubernetes.namespace ?? config.name }
  }
  throw new UserError('rtdeploy.yaml has no section `kubernetes`', {
    code: 'config.target',
    hint: 'add it: kubernetes: { context: ..., image: ... }; `kubectl config get-contexts` lists contexts',
    exitCode: exitCodes.usage,
  })
}

const changing: readonly Verb[] = ['up', 'rollback', 'down']

/** Whoever changes something in a cluster has to mean this one. */
const changes = (verb: Verb, { dryRun, disrupt, inCluster }: KubernetesFlags): boolean =>
  dryRun !== true && (changing.includes(verb) || disrupt !== undefined || inCluster === true)

async function open(host: Host, options: SessionOptions, settings: Session['settings']): Promise<Cluster> {
  const { project, config, flags, verb } = options
  const environment = config.environment?.name
  const { server, ...cluster } = await connect(host, project, { ...settings, environment }, options.own)
  if (changes(verb, flags) && options.own === undefined) {
    const path = clusterPaths(project, environment).record
    const known = parseNotes(await host.readFile(path))
    const { context } = cluster
    const before = known[context]
    const recorded = config.kubernetes?.context
    if (recorded !== context)
      await agree(
        host,
        flags,
        `rtdeploy.yaml names the context ${recorded}, this run is for ${context} (${server})`,
      )
    else if (before !== undefined && before !== server)
      await agree(
        host,
        flags,
        `the context ${context} led to ${before} the last time, and leads to ${server} now`,
      )
    if (before !== server)
      await host.writeFile(path, `${JSON.stringify({ ...known, [context]: server })}\n`, { mode: 0o600 })
  }
  return cluster
}

async function agree(host: Host, { yes }: KubernetesFlags, what: string): Promise<void> {
  if (yes === true) return
  if (!host.terminal.canAsk) {
    throw new UserError(what, {
      code: 'context.other',
      hint: 'if that is the cluster you mean, say the same with --yes',
      exitCode: exitCodes.usage,
    })
  }
  if (await host.askYes(`${what}; go on?`, false)) return
  throw new UserError('nothing was changed, as you answered', {
    code: 'context.declined',
    hint: '`kubernetes.context` in rtdeploy.yaml names the cluster',
    exitCode: exitCodes.usage,
  })
}
