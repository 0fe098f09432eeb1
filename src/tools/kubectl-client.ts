import type { Query } from '../command.ts'

/** `kubectl version --client`: "v1.32.4-dispatcher" where gcloud's own kubectl stands in front. */
export function kubectlVersion(program: string): Query<string | undefined> {
  return {
    command: { program, args: ['version', '--client', '--output=json'] },
    parse: stdout => {
      const answer = JSON.parse(stdout) as { readonly clientVersion?: { readonly gitVersion?: string } }
      return /\d+\.\d+\.\d+/.exec(answer.clientVersion?.gitVersion ?? '')?.[0]
    },
  }
}
