import { isAbsolute } from 'node:path'
import { type Command, type Env, type Query, shellLine } from '../command.ts'

export function terraformVersion(program: string): Query<string | undefined> {
  return {
    command: { program, args: ['version', '-json'] },
    parse: stdout => {
      const answer = JSON.parse(stdout) as { readonly terraform_version?: string }
      return answer.terraform_version
    },
  }
}

/** The Terraform files of one environment of an app, and what our runs of it need. */
export interface Workspace {
  /** Absolute folder of the .tf files. */
  readonly folder: string
  /** Of providers and the backend's settings, one for each environment: outside the person's folder. */
  readonly data: string
  /** The values computed from rtdeploy.yaml. */
  readonly values: string
  /** The plan that is applied exactly as it was shown. */
  readonly plan: string
  readonly bucket: string
  readonly prefix: string
  /** The login, unless the person has set one for Terraform. */
  readonly env: Env
}

const quiet = ['-input=false', '-no-color']

function terraform({ folder, data, env }: Workspace, args: readonly string[]): Command {
  return {
    program: 'terraform',
    args,
    cwd: folder,
    env: { ...env, TF_DATA_DIR: data, TF_IN_AUTOMATION: '1', TF_INPUT: '0', CHECKPOINT_DISABLE: '1' },
  }
}

/** The Terraform files and the data folder of an environment: in the project's folder, or absolute. */
export interface TerraformFolders {
  readonly folder: string
  readonly data: string
}

/**
 * A command for a person in the project's folder. `-chdir` counts for TF_DATA_DIR, too, so that one is absolute; without it
 * Terraform knows neither the providers nor the state of this environment.
 */
export function terraformByHand({ folder, data }: TerraformFolders, ...args: readonly string[]): string {
  const absolute = isAbsolute(data) ? data : `$PWD/${data}`
  return `TF_DATA_DIR="${absolute}" ${shellLine({ program: 'terraform', args: [`-chdir=${folder}`, ...args] })}`
}

/** Without the state, which a person's Terraform would ask for first: what keeps the providers away. */
export const initByHand = (folders: TerraformFolders): string =>
  terraformByHand(folders, 'init', '-backend=false')

/** `-reconfigure`: which bucket it was in another folder or another time decides nothing. */
export function terraformInit(workspace: Workspace): Command {
  const { bucket, prefix } = workspace
  const backend = [`-backend-config=bucket=${bucket}`, `-backend-config=prefix=${prefix}`]
  return terraform(workspace, ['init', ...quiet, '-reconfigure', ...backend])
}

/** Without any state: what a first `up` would make. The folder must hold an override of the backend. */
export function terraformInitLocal(workspace: Workspace): Command {
  return terraform(workspace, ['init', ...quiet, '-reconfigure'])
}

/** Exit code 0: nothing to do; 2: the plan file holds changes. */
export function terraformPlan(workspace: Workspace, more: readonly string[] = []): Command {
  const { values, plan } = workspace
  const args = ['plan', ...quiet, '-detailed-exitcode', `-var-file=${values}`, `-out=${plan}`, ...more]
  return terraform(workspace, args)
}

/** The plan file as JSON. Sensitive values are in it: it is parsed, never shown or kept. */
export function terraformShow(workspace: Workspace): Command {
  return terraform(workspace, ['show', '-json', workspace.plan])
}

/** Exactly what was planned; Terraform refuses when the state has changed since. */
export function terraformApply(workspace: Workspace): Command {
  return terraform(workspace, ['apply', ...quiet, workspace.plan])
}

/** The state as JSON. Sensitive values are in it: it is parsed, never shown or kept. */
export function terraformShowState(workspace: Workspace): Command {
  return terraform(workspace, ['show', '-json'])
}

/** Takes the protection off the cluster, and changes nothing else: Google refuses to destroy it otherwise. */
export function terraformOpen(workspace: Workspace): Command {
  const only = '-target=google_container_cluster.main'
  const open = '-var=deletion_protection=false'
  return terraform(workspace, [
    'apply',
    ...quiet,
    '-auto-approve',
    `-var-file=${workspace.values}`,
    open,
    only,
  ])
}

/** What exists already becomes part of the state. */
export function terraformImport(workspace: Workspace, address: string, id: string): Command {
  return terraform(workspace, ['import', ...quiet, `-var-file=${workspace.values}`, address, id])
}

/** What Terraform takes for half made, since it did not see the end of it, is kept: it would be made anew. */
export function terraformUntaint(workspace: Workspace, address: string): Command {
  return terraform(workspace, ['untaint', address])
}

/** The state that an apply could not save. */
export function terraformPush(workspace: Workspace, file: string): Command {
  return terraform(workspace, ['state', 'push', file])
}

export function terraformUnlock(workspace: Workspace, id: string): Command {
  return terraform(workspace, ['force-unlock', '-force', id])
}
