import type { KubernetesConfig } from '../config/config.ts'
import type { Check } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import { kubectlVersion, serverVersion } from '../tools/kubectl-client.ts'
import { ask } from './ask.ts'
import { readContexts } from './contexts.ts'
import { programCheck } from './gke-checks.ts'
import type { FoundProgram, MachineFacts } from './programs.ts'

/** What the target `kubernetes` needs of a machine. */
interface KubernetesFacts extends Pick<MachineFacts, 'platform' | 'docker'> {
  readonly context: string
  readonly kubectl: FoundProgram
  /** Names of the kubeconfig's contexts. */
  readonly contexts: readonly string[]
  /** Undefined when the control plane does not answer. */
  readonly server: string | undefined
}

const timeoutMs = 15_000

/** Reads with the person's own kubeconfig: nothing is written, not even our copy of it. */
export async function readKubernetesFacts(
  host: Host,
  { context }: KubernetesConfig,
  { platform, docker }: Pick<MachineFacts, 'platform' | 'docker'>,
): Promise<KubernetesFacts> {
  const path = await host.which('kubectl')
  const [version, contexts, server] =
    path === undefined
      ? [undefined, [], undefined]
      : await Promise.all([
          ask(host, kubectlVersion(path), timeoutMs),
          readContexts(host),
          ask(host, serverVersion(context), timeoutMs),
        ])
  return { platform, docker, context, contexts, server, kubectl: { name: 'kubectl', path, version } }
}

/** What stands between this machine and `up --target kubernetes`. Pure. */
export function judgeKubernetes(facts: KubernetesFacts): Check[] {
  const { context, contexts, server, docker, kubectl, platform } = facts
  const there = contexts.includes(context)
  const contextCheck = { id: 'kubernetes.context', title: `context ${context}`, wanted: 'in your kubeconfig' }
  const serverCheck = { id: 'kubernetes.server', title: 'cluster', wanted: 'a control plane that answers' }
  const builder = { id: 'image.builder', title: 'image builder', wanted: 'Docker or Podman that answers' }
  return [
    programCheck(kubectl, platform),
    kubectl.path === undefined
      ? { ...contextCheck, status: 'skip', found: 'there is no kubectl' }
      : there
        ? { ...contextCheck, status: 'pass', found: 'there' }
        : { ...contextCheck, status: 'fail', found: 'not there', hint: 'kubectl config get-contexts' },
    !there
      ? { ...serverCheck, status: 'skip', found: 'there is no context to reach it by' }
      : server === undefined
        ? {
            ...serverCheck,
            status: 'fail',
            found: 'does not answer, or does not let you in',
            hint: `kubectl --context ${context} version`,
          }
        : { ...serverCheck, status: 'pass', found: `Kubernetes ${server}` },
    docker === undefined
      ? {
          ...builder,
          status: 'fail',
          found: 'no daemon answers',
          hint: 'start Docker, or install it: https://docs.docker.com/get-started/get-docker/',
        }
      : { ...builder, status: 'pass', found: `${docker.program} ${docker.version}` },
  ]
}
