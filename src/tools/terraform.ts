import type { Query } from '../command.ts'

export function terraformVersion(program: string): Query<string | undefined> {
  return {
    command: { program, args: ['version', '-json'] },
    parse: stdout => {
      const answer = JSON.parse(stdout) as { readonly terraform_version?: string }
      return answer.terraform_version
    },
  }
}
