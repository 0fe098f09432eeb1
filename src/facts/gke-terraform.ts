import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Command } from '../command.ts'
import { exitCodes, toolError, UserError } from '../errors.ts'
import type { Host, Ran } from '../run/host.ts'
import { terraformPlan, terraformShow, terraformShowState, type Workspace } from '../tools/terraform.ts'
import { type FailurePlace, failureOfTerraform, lockOf, type StateLock } from '../tools/terraform-failures.ts'
import { type KnownState, type PlannedChange, parsePlan, parseState } from '../tools/terraform-plan.ts'

/** What Terraform says it would do; or what keeps it from saying so and can be put right. */
export type TerraformFacts =
  | { readonly kind: 'planned'; readonly changes: readonly PlannedChange[] }
  | { readonly kind: 'locked'; readonly lock: StateLock }
  /** By what Terraform says; `error` is for when the API does not say so, too. */
  | { readonly kind: 'broken'; readonly error: UserError }

/** Runs a Terraform that must not be cut off: it holds the lock of the state. */
async function run(host: Host, command: Command): Promise<Ran> {
  // An interrupt that came while Google was asked would never reach it.
  host.interrupted.throwIfAborted()
  const ran = await host.run(command, { changes: true })
  host.interrupted.throwIfAborted()
  return ran
}

/** A failed Terraform or gcloud as something that a person can put right. Pure. */
export function cloudError(
  command: Command,
  ran: Pick<Ran, 'exitCode' | 'stdout' | 'stderr' | 'notFound'>,
  where: FailurePlace,
): UserError {
  if (ran.notFound) {
    return new UserError(`${command.program} is not installed`, {
      code: 'program.missing',
      hint: 'rtdeploy doctor',
      exitCode: exitCodes.missing,
    })
  }
  const known = failureOfTerraform(`${ran.stdout}\n${ran.stderr}`, where)
  const shown = toolError(command, `exited with ${ran.exitCode ?? 'a signal'}`, ran.stderr || ran.stdout, {
    code: `${command.program}.failed`,
    hint: 'put that right and run this again; what is there already is kept',
    ...known,
  })
  return known === undefined ? shown : new UserError(known.message, { ...shown, ...known })
}

/** Plans, and reads the plan. `more`: `-destroy`, `-target=...`. Throws what only a person can put right. */
export async function readTerraform(
  host: Host,
  workspace: Workspace,
  where: FailurePlace,
  more: readonly string[] = [],
): Promise<TerraformFacts> {
  const command = terraformPlan(workspace, more)
  const ran = await run(host, command)
  if (ran.exitCode === 0) return { kind: 'planned', changes: [] }
  if (ran.exitCode !== 2) {
    const output = `${ran.stdout}\n${ran.stderr}`
    const lock = lockOf(output)
    if (lock !== undefined) return { kind: 'locked', lock }
    const error = cloudError(command, ran, where)
    if (error.code === 'gke.cluster-broken') return { kind: 'broken', error }
    throw error
  }
  const show = terraformShow(workspace)
  const shown = await run(host, show)
  if (shown.exitCode !== 0) throw cloudError(show, shown, where)
  return { kind: 'planned', changes: parsePlan(shown.stdout) }
}

/** What the state knows of. Throws what only a person can put right. */
export async function readState(host: Host, workspace: Workspace, where: FailurePlace): Promise<KnownState> {
  const command = terraformShowState(workspace)
  const ran = await run(host, command)
  if (ran.exitCode !== 0) throw cloudError(command, ran, where)
  return parseState(ran.stdout)
}

/** What `terraform init` depends on: where the state is, and which providers the files ask for. */
export async function initDigest(host: Host, workspace: Workspace): Promise<string> {
  const files = ['versions.tf', '.terraform.lock.hcl']
  const contents = await Promise.all(files.map(name => host.readFile(join(workspace.folder, name))))
  const parts = [workspace.bucket, workspace.prefix, ...contents.map(text => text ?? '')]
  return createHash('sha256').update(parts.join('\0')).digest('hex')
}
