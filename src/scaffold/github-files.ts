import * as terraform from '../../templates/github/github.tf.hbs'
import * as workflow from '../../templates/github/workflow.yml.hbs'
import type { GithubPlace } from '../config/github.ts'
import type { GkeConfig } from '../config/gke.ts'
import { gkeNames } from '../config/gke-names.ts'
import { workflowRoles } from '../config/gke-roles.ts'
import type { TreeFile } from '../run/host.ts'
import { render } from './render.ts'

export interface GithubProject extends GithubPlace {
  readonly name: string
  readonly gke: GkeConfig
  /** From the top of the repository to the project: `apps/chat/`, empty at the top. */
  readonly prefix: string
  /** Digits; pools are named by it. */
  readonly projectNumber: string
  /** Of rtdeploy, for the workflow to run the same. */
  readonly version: string
}

/** The workflow's file, relative to the top of the repository; several projects in one have one each. Pure. */
export function workflowPath({ prefix, name }: Pick<GithubProject, 'prefix' | 'name'>): string {
  return `.github/workflows/${prefix === '' ? 'rtdeploy' : `rtdeploy-${name}`}.yml`
}

/** Folder of the pool's Terraform, relative to the project. Pure. */
export const poolFolder = ({ terraform: folder }: Pick<GkeConfig, 'terraform'>): string =>
  `${folder.replace(/\/+$/, '')}/github`

/** The workflow, and the Terraform of the identities that it works with; relative to the top of the repository. Pure. */
export function githubFiles(project: GithubProject): TreeFile[] {
  const { gke, name, prefix, repository, branch } = project
  const names = gkeNames(name, gke)
  const folder = `${prefix}${poolFolder(gke)}`
  const roles = workflowRoles(gke)
  const values = {
    project_id: gke.project,
    name: names.base,
    repository,
    branch,
    state_bucket: names.bucket,
    plan_roles: roles.plan,
    plan_permissions: roles.planPermissions,
    apply_roles: roles.apply,
    granted_roles: roles.granted,
  }
  // `rtdeploy down` keeps a bucket in which another state is.
  const backend = { bucket: names.bucket, prefix: `rtdeploy/github-${names.environment}` }
  const files: readonly (readonly [string, string])[] = [
    [workflowPath(project), render(workflow, workflowView(project, names.base))],
    [`${folder}/github.tf`, render(terraform, backend)],
    [`${folder}/terraform.tfvars.json`, `${JSON.stringify(values, undefined, 2)}\n`],
    [`${folder}/.gitignore`, '.terraform/\n*.tfstate*\n'],
  ]
  return files.map(([path, contents]) => ({ path, contents, executable: false }))
}

function workflowView(project: GithubProject, base: string): Record<string, unknown> {
  const { gke, prefix, branch, version, projectNumber } = project
  const account = (role: string) => `${base}-${role}@${gke.project}.iam.gserviceaccount.com`
  // GitHub keeps names that begin with GITHUB_ for itself.
  const secrets = gke.secrets.filter(name => /^[A-Z_][A-Z0-9_]*$/i.test(name) && !/^GITHUB_/i.test(name))
  return {
    branches: [branch],
    package: `rtdeploy@${version}`,
    folder: prefix.replace(/\/$/, ''),
    planGroup: `rtdeploy-${base}-plan-\${{ github.ref }}`,
    upGroup: `rtdeploy-${base}-up`,
    provider: `projects/${projectNumber}/locations/global/workloadIdentityPools/github-${base}/providers/github`,
    planAccount: account('plan'),
    upAccount: account('apply'),
    secrets: secrets.length > 0 && Object.fromEntries(secrets.map(name => [name, `\${{ secrets.${name} }}`])),
  }
}
