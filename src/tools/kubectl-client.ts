import type { Query } from '../command.ts'
import { noCluster } from './kubectl.ts'

/** `kubectl version --client`: "v1.32.4-dispatcher" where gcloud's own kubectl stands in front. */
export function kubectlVersion(program: string): Query<string | undefined> {
  return {
    command: { program, args: ['version', '--client', '--output=json'], env: noCluster },
    parse: stdout => {
      const answer = JSON.parse(stdout) as { readonly clientVersion?: { readonly gitVersion?: string } }
      return /\d+\.\d+\.\d+/.exec(answer.clientVersion?.gitVersion ?? '')?.[0]
    },
  }
}

/** The version of the control plane that a context of the person's own kubeconfig leads to. */
export function serverVersion(context: string): Query<string | undefined> {
  const args = ['--context', context, 'version', '--request-timeout=10s', '--output=json']
  return {
    command: { program: 'kubectl', args },
    parse: stdout =>
      (JSON.parse(stdout) as { readonly serverVersion?: { readonly gitVersion?: string } }).serverVersion
        ?.gitVersion,
  }
}
