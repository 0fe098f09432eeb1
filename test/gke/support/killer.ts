import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { optional } from '../../support/needs.ts'
import type { GkeProject } from './project.ts'

/** `during`: the program is killed as well, when it has been at work for a moment. */
export type Moment = 'before' | 'after' | 'during'

const changing = {
  gcloud: 'enable|create|update|delete|rm|get-credentials',
  terraform: 'init|apply|import|push|force-unlock',
} as const

/**
 * A `gcloud` and a `terraform` that kill who called them at the first call that changes something and matches: before it
 * has any effect, after it had its effect and before anybody knows, or in the middle. Once for each command and moment:
 * what is done again at the start of each run would be killed for ever. No hook in the product.
 */
export function killer(project: GkeProject, moment: Moment, only = ''): Record<string, string> {
  const folder = join(project.folder, 'killer')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const acts: Readonly<Record<Moment, (real: string) => string>> = {
    before: () => '',
    after: real => `${real} "$@" > /dev/null 2>&1`,
    // Something that has to be taken in is made, and not all is: the cluster takes longer than the network.
    during: real => `${real} "$@" > ${folder}/output 2>&1 &
until grep -q 'compute_network.main: Creation complete\\|Destruction complete' ${folder}/output; do sleep 0.05; done
kill -9 $!`,
  }
  for (const [program, words] of Object.entries(changing)) {
    const real = optional(program as keyof typeof changing) ?? program
    const script = `#!/bin/bash
changes=no
for word in "$@"; do case $word in ${words}) changes=yes ;; esac; done
[[ $changes = yes && "${program} $*" == *"${only}"* ]] || exec ${real} "$@"
key="${moment} ${program} $1 $2"
grep -qxF "$key" ${folder}-done 2> /dev/null && exec ${real} "$@"
echo "$key" >> ${folder}-done
${acts[moment](real)}
kill -9 $PPID
`
    writeFileSync(join(folder, program), script)
    chmodSync(join(folder, program), 0o755)
  }
  return { PATH: `${folder}:${process.env.PATH}` }
}
