import { type Command, Option } from 'commander'
import { exitCodes, UserError } from './errors.ts'

/** A parser for a flag that takes a whole number; throws `usage.number` (exit 2). */
export const number = (name: string, low: number, high: number) => (text: string) => {
  const value = Number(text)
  if (!/^-?\d{1,15}$/.test(text) || value < low || value > high) {
    throw new UserError(`${name} takes a whole number from ${low} to ${high}, not "${text}"`, {
      code: 'usage.number',
      hint: 'rtdeploy --help',
      exitCode: exitCodes.usage,
    })
  }
  return value
}

/** For a flag that can be given again and again. */
export const collect = (value: string, all: readonly string[] = []) => [...all, value]
/** A flag that takes one of some words. */
export const choice = (flags: string, description: string, choices: readonly string[]) =>
  new Option(flags, description).choices(choices)

/** Where the project runs, for verbs that look at it or change it. */
export const targetFlag = () =>
  choice('--target <target>', 'where it runs, instead of what rtdeploy.yaml says', [
    'local',
    'kubernetes',
    'gke',
  ])
/** What `init` has to know for Google Cloud. */
export function gkeFlags(command: Command): Command {
  return command
    .option('--project <id>', 'Google Cloud project; target gke')
    .option('--region <name>', 'region of everything that has one, for instance europe-west1; target gke')
    .addOption(
      choice('--mode <mode>', 'who runs the nodes: autopilot is Google, standard is you', [
        'autopilot',
        'standard',
      ]),
    )
    .option('--minimal', 'one zone, Spot nodes, no NAT: cheap, and away now and then; target gke')
    .option('--zone <name>', 'zone of a minimal cluster')
    .option('--spot', 'an extra pool of Spot nodes; mode standard')
    .option('--cluster <name>', 'a cluster that is there: only a namespace of it is used; target gke')
    .option('--location <place>', 'zone or region of that cluster, when it is not the region')
    .option('--network <name>', 'a network that is there, with --subnetwork: used, never changed; target gke')
    .option('--subnetwork <name>', 'subnetwork of that network for the nodes, in the region')
    .option('--memorystore', 'Google’s own Redis, with a replica, instead of a pod; target gke')
    .addOption(
      choice('--dns <how>', 'records: printed for you to enter; zone: in Cloud DNS', ['records', 'zone']),
    )
}

const affinities = ['none', 'client-ip', 'cookie'] as const
const kinds = ['envoy', 'classic'] as const
const rungs = ['auto', 'url', 'program', 'docker', 'download', 'embedded'] as const
// Nobody publishes a portable Redis.
const redisRungs = rungs.filter(rung => rung !== 'download')

/** The load balancer's settings, for one run. */
export function loadBalancerFlags(command: Command): Command {
  return command
    .addOption(choice('--affinity <kind>', 'how the front door picks a replica, for this run', affinities))
    .option(
      '--timeout <seconds>',
      "the load balancer's timeout, for this run",
      number('--timeout', 1, 86_400),
    )
    .addOption(
      choice('--kind <kind>', 'envoy: the timeout closes idle sockets; classic: active ones too', kinds),
    )
    .option(
      '--draining <seconds>',
      'how long a leaving replica keeps its sockets',
      number('--draining', 0, 3600),
    )
}

/** Where the backends come from, for one run. */
export function backendFlags(command: Command): Command {
  return command
    .addOption(choice('--redis <rung>', 'where Redis comes from', redisRungs))
    .addOption(choice('--mongo <rung>', 'where MongoDB comes from', rungs))
    .option('--download', 'let MongoDB be downloaded when no other rung is there')
    .option('--require-real', 'refuse the embedded stand-ins')
}

/** What `up` has for either target. */
export const upFlags = (command: Command): Command => backendFlags(loadBalancerFlags(command))

/** The target `kubernetes`: what a release is made of, for one run. */
export function clusterFlags(command: Command): Command {
  return contextFlag(command)
    .option('--image <repository@digest>', 'this image, instead of building one')
    .option('--secrets-file <file>', 'NAME=value lines outside git; .rtdeploy/secrets.env by default')
    .option('--force-conflicts', 'take over fields that others manage')
}

/** Where in the clouds it runs, for one run. */
export const contextFlag = (command: Command): Command =>
  environmentFlag(command).option(
    '--context <name>',
    'another context of the kubeconfig than rtdeploy.yaml names',
  )

/** Which of the environments of rtdeploy.yaml; with the targets `kubernetes` and `gke`. */
export const environmentFlag = (command: Command): Command =>
  command.option('--env <name>', 'environment of rtdeploy.yaml; production by default')

/** How `init` writes infra/kubernetes. */
export function kubernetesFlags(command: Command): Command {
  return command
    .addOption(
      choice('--entry <kind>', 'how people come in: gateway has cookies and TLS, loadbalancer neither', [
        'gateway',
        'ingress',
        'loadbalancer',
      ]),
    )
    .option(
      '--class <name>',
      'of the Gateway (gke-..., traefik, ...) or Ingress (gce, traefik, haproxy, nginx)',
    )
    .option('--host <name>', 'name in DNS; with it the way in has TLS')
    .addOption(
      choice('--redis <where>', 'Redis of the cluster or a URL of yours', ['in-cluster', 'external']),
    )
    .addOption(
      choice('--mongo <where>', 'MongoDB of the cluster or a URL of yours', ['in-cluster', 'external']),
    )
    .option('--context <name>', 'context of the kubeconfig that leads to the cluster')
    .option('--image <repository>', 'where the image is pushed to')
    .option('--namespace <name>', 'namespace in the cluster; the name of the app by default')
    .option('--from <file>', 'skaffold.yaml or compose.yaml of an app that is there, instead of a template')
    .option(
      '--existing',
      'the folder holds an app: take over what Dockerfile and package.json say, change neither',
    )
    .option('--no-kubernetes', 'leave infra/kubernetes out')
    .option('--env <name>', 'write the Terraform files of an environment, where it has a folder of its own')
}
