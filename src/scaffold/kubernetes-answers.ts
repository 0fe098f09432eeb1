import { shellLine } from '../command.ts'
import { exitCodes, UserError } from '../errors.ts'

export const entries = ['gateway', 'ingress', 'loadbalancer'] as const
export type Entry = (typeof entries)[number]

/** Ingress controllers whose annotations we know. */
export const ingressClasses = ['gce', 'traefik', 'haproxy', 'nginx'] as const

/** `off`: the app has no use for it. */
export type Backend = 'in-cluster' | 'external' | 'off'

/** What `init` has to know for infra/kubernetes and for the section `kubernetes` of rtdeploy.yaml. */
export interface KubernetesAnswers {
  /** Context and image are there when the section is to be used, and not only shown as an example. */
  readonly context: string | undefined
  readonly image: string | undefined
  readonly namespace: string
  readonly platform: string
  readonly entry: Entry
  /** Of the Gateway or the Ingress. */
  readonly className: string
  /** With it the way in has TLS. */
  readonly host: string | undefined
  readonly redis: Backend
  readonly mongo: Backend
  /** The way in has the reserved address `<name>-ip`. */
  readonly reserved?: boolean
}

/** What runs in the pods: our chat, or an app that was there before. */
export type App =
  | { readonly kind: 'chat'; readonly port: number; readonly ready: string }
  | {
      readonly kind: 'own'
      readonly port: number
      readonly ready: string
      /** Names of the keys of the Secret that it reads besides those of its backends. */
      readonly secrets: readonly string[]
    }

export const chatApp: App = { kind: 'chat', port: 3000, ready: '/readyz' }

export interface KubernetesOptions {
  readonly context?: string | undefined
  readonly image?: string | undefined
  readonly namespace?: string | undefined
  readonly entry?: Entry | undefined
  readonly class?: string | undefined
  readonly host?: string | undefined
  readonly redis?: Backend | undefined
  readonly mongo?: Backend | undefined
  /** No flag: another tool's file may say it. */
  readonly platform?: string | undefined
  /** No flag: names of the secrets of an app that is there. Absent for the chat. */
  readonly secrets?: readonly string[] | undefined
  /** `--no-kubernetes` */
  readonly kubernetes?: boolean | undefined
}

export const kubernetesDefaults = {
  entry: 'gateway',
  redis: 'in-cluster',
  mongo: 'in-cluster',
} as const

/** The class that an entry gets when nobody names one. Pure. */
export function defaultClass(entry: Entry): string {
  return entry === 'gateway' ? 'gke-l7-global-external-managed' : entry === 'ingress' ? 'traefik' : ''
}

/** What has no default: where the cluster is, and where its images come from. Pure. */
export function unansweredOfCluster({ context, image }: KubernetesOptions): string[] {
  return [...(context === undefined ? ['--context'] : []), ...(image === undefined ? ['--image'] : [])]
}

/** Keys of the Secret `<name>-secrets` that the manifests read. Pure. */
export function secretNames(
  { redis, mongo }: Pick<KubernetesAnswers, 'redis' | 'mongo'>,
  app: App,
): string[] {
  return [
    ...(app.kind === 'chat' ? ['COOKIE_SECRET'] : app.secrets),
    ...{ 'in-cluster': ['REDIS_PASSWORD'], external: ['REDIS_URL'], off: [] }[redis],
    ...{ 'in-cluster': ['MONGODB_PASSWORD', 'MONGODB_ROOT_PASSWORD'], external: ['MONGODB_URL'], off: [] }[
      mongo
    ],
  ]
}

/**
 * The answers that the flags give, the defaults for the rest.
 * Throws a `UserError` (exit 2) that names the flag to correct. Pure.
 */
export function kubernetesAnswersOf(options: KubernetesOptions, name: string): KubernetesAnswers {
  const entry = options.entry ?? kubernetesDefaults.entry
  const namespace = options.namespace ?? name
  const className = options.class ?? defaultClass(entry)
  refuse(problemOfNamespace(namespace), 'namespace', namespace, ['--namespace', name])
  refuse(problemOfClass(entry, className, options.class !== undefined), 'class', className, [
    '--class',
    defaultClass(entry === 'loadbalancer' ? 'gateway' : entry),
  ])
  if (options.image !== undefined) {
    refuse(problemOfImage(options.image), 'image', options.image, [
      '--image',
      `registry.example.com/team/${name}`,
    ])
  }
  if (options.host !== undefined) {
    refuse(problemOfHost(options.host, entry), 'host', options.host, ['--host', `${name}.example.com`])
  }
  if (options.context !== undefined)
    refuse(problemOfContext(options.context), 'context', options.context, ['--context', 'NAME'])
  return {
    context: options.context,
    image: options.image,
    namespace,
    platform: options.platform ?? 'linux/amd64',
    entry,
    className,
    host: options.host,
    redis: options.redis ?? kubernetesDefaults.redis,
    mongo: options.mongo ?? kubernetesDefaults.mongo,
  }
}

/** What is wrong with a context's name. Pure. */
export function problemOfContext(context: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they end up in a terminal
  return /^[^\s\u0000-\u001f\u007f]+$/.test(context)
    ? undefined
    : 'should be the name of a context: `kubectl config get-contexts` lists them'
}

/** The pattern of the schema's `kubernetes.image`. Pure. */
export function problemOfImage(image: string): string | undefined {
  return image.length <= 255 &&
    /^[a-zA-Z0-9][a-zA-Z0-9.-]*(?::\d{1,5})?(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)+$/.test(image)
    ? undefined
    : 'should be a repository without tag or digest, for example registry.example.com/team/chat'
}

function problemOfNamespace(namespace: string): string | undefined {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace) && !/^(?:default|kube-.*)$/.test(namespace)
    ? undefined
    : 'should have at most 63 of a-z, 0-9 and hyphens, and be none of Kubernetes’ own'
}

// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
const subdomain = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/

/** What is wrong with the class of an entry. Pure. */
export function problemOfClass(entry: Entry, className: string, given: boolean): string | undefined {
  if (entry === 'loadbalancer')
    return given ? 'is not for the entry loadbalancer, which has no class' : undefined
  if (entry === 'gateway') {
    return className.length <= 253 && subdomain.test(className)
      ? undefined
      : 'should be the name of a GatewayClass'
  }
  return ingressClasses.some(known => known === className)
    ? undefined
    : `should be one of ${ingressClasses.join(', ')}: each needs annotations of its own`
}

function problemOfHost(host: string, entry: Entry): string | undefined {
  if (entry === 'loadbalancer') return 'is not for the entry loadbalancer, which reads no names'
  return host.length <= 253 && host.includes('.') && subdomain.test(host) && !/^[\d.]+$/.test(host)
    ? undefined
    : 'should be a name in DNS, in small letters'
}

function refuse(problem: string | undefined, noun: string, value: string, flag: readonly string[]): void {
  if (problem === undefined) return
  const shown = JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  throw new UserError(`${noun} ${shown} ${problem}`, {
    code: `${noun}.invalid`,
    hint: shellLine({ program: 'rtdeploy', args: ['init', ...flag] }),
    exitCode: exitCodes.usage,
  })
}
