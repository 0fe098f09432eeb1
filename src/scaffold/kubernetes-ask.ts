import type { Host } from '../run/host.ts'
import {
  defaultClass,
  type Entry,
  type KubernetesOptions,
  kubernetesDefaults,
  problemOfContext,
  problemOfImage,
} from './kubernetes-answers.ts'

type Asking = Pick<Host, 'askText' | 'askChoice'>

/** Asks for what the flags leave open about a cluster. `contexts`: those of the kubeconfig, none when there is no kubectl. */
export async function askKubernetes(
  host: Asking,
  options: KubernetesOptions,
  name: string,
  contexts: () => Promise<readonly string[]>,
): Promise<KubernetesOptions> {
  const context = options.context ?? (await askContext(host, await contexts()))
  const image =
    options.image ??
    (await host.askText(
      'Which repository should its image be pushed to?',
      `registry.example.com/team/${name}`,
      answer => sentence('the repository', problemOfImage(answer)),
    ))
  const entry = options.entry ?? (await host.askChoice<Entry>(entryQuestion))
  const className = options.class ?? (await askClass(host, entry))
  const redis =
    options.redis ?? (await host.askChoice<Where>(whereQuestion('Redis', 'one pod with a password')))
  const mongo =
    options.mongo ??
    (await host.askChoice<Where>(whereQuestion('MongoDB', 'one pod with a password, to try things out')))
  return {
    ...options,
    context,
    image,
    entry,
    ...(className === undefined ? {} : { class: className }),
    redis,
    mongo,
  }
}

type Where = 'in-cluster' | 'external'

const sentence = (noun: string, problem: string | undefined) =>
  problem === undefined ? undefined : `${noun} ${problem}`

async function askContext(host: Asking, contexts: readonly string[]): Promise<string> {
  const message = 'Which cluster? (context of your kubeconfig)'
  const [first] = contexts
  if (first === undefined)
    return host.askText(message, 'my-cluster', answer => sentence('the context', problemOfContext(answer)))
  return host.askChoice({ message, choices: contexts.map(value => ({ value, name: value })), initial: first })
}

const entryQuestion = {
  message: 'How should people come in?',
  choices: [
    {
      value: 'gateway',
      name: 'gateway',
      description:
        'Gateway API: sessions by cookie, TLS, and on GKE the balancer that leaves busy WebSockets alone',
    },
    {
      value: 'ingress',
      name: 'ingress',
      description: 'the older API, for clusters that have a controller: gce, traefik, haproxy, nginx',
    },
    {
      value: 'loadbalancer',
      name: 'loadbalancer',
      description: 'TCP alone: works everywhere, knows neither cookies nor TLS, keeps sessions by address',
    },
  ],
  initial: kubernetesDefaults.entry,
} as const

const classQuestions = {
  gateway: [
    ['gke-l7-global-external-managed', 'Google’s global balancer: cuts WebSockets only when they are idle'],
    ['traefik', 'sessions by cookie with a detour over an Ingress; another class: --class'],
  ],
  ingress: [
    ['gce', 'Google’s classic balancer: cuts every WebSocket after a day'],
    ['traefik', 'sessions by cookie, no timeout on WebSockets'],
    ['haproxy', 'HAProxy’s own controller: sessions by cookie, WebSockets may be silent for an hour'],
    ['nginx', 'ingress-nginx: retired in March 2026, for those who still run it'],
  ],
} as const

async function askClass(host: Asking, entry: Entry): Promise<string | undefined> {
  if (entry === 'loadbalancer') return undefined
  return host.askChoice<string>({
    message: `Which ${entry === 'gateway' ? 'GatewayClass' : 'controller'}?`,
    choices: classQuestions[entry].map(([value, description]) => ({ value, name: value, description })),
    initial: defaultClass(entry),
  })
}

const whereQuestion = (program: string, inCluster: string) =>
  ({
    message: `Where does ${program} run?`,
    choices: [
      { value: 'in-cluster', name: 'in-cluster', description: inCluster },
      { value: 'external', name: 'external', description: 'one of yours: its URL becomes a secret' },
    ],
    initial: 'in-cluster',
  }) as const
