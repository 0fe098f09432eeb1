import { join } from 'node:path'
import type { GkeConfig } from '../config/gke.ts'
import type { GkeNames } from '../config/gke-names.ts'
import type { Host } from '../run/host.ts'
import type { Login } from '../tools/gcloud.ts'
import type { TerraformFolders, Workspace } from '../tools/terraform.ts'

/** Files of the target below the project's `.rtdeploy` folder; each environment has its own. */
export function gkePaths(project: string, { environment }: Pick<GkeNames, 'environment'>) {
  const root = join(project, '.rtdeploy', environment === 'production' ? 'gke' : `gke-${environment}`)
  return {
    root,
    kubeconfig: join(root, 'kubeconfig'),
    /** By what is written on things, the cluster that we were logged in to. */
    marks: join(root, 'marks.json'),
    values: join(root, 'values.tfvars.json'),
    plan: join(root, 'tfplan'),
    data: join(root, 'terraform'),
    /** What `terraform init` was run for the last time. */
    initialised: join(root, 'initialised.json'),
    /** Since when Terraform is used here, among which processes. */
    use: join(root, 'use.json'),
    /** A copy of the Terraform files without their backend, for a look ahead before there is any state. */
    preview: join(root, 'preview'),
    docker: join(root, 'docker'),
    /** What the person agreed to pay. */
    consent: join(root, 'consent.json'),
  }
}

export type GkePaths = ReturnType<typeof gkePaths>

/** As a person in the project's folder names them. */
export const terraformFolders = (
  { terraform }: Pick<GkeConfig, 'terraform'>,
  names: Pick<GkeNames, 'environment'>,
): TerraformFolders => ({ folder: terraform, data: gkePaths('', names).data })

const ownCredentials = ['GOOGLE_CREDENTIALS', 'GOOGLE_OAUTH_ACCESS_TOKEN', 'GOOGLE_APPLICATION_CREDENTIALS']

/** Terraform logs in as gcloud does, unless the person has set a login for it: one login, not two that can differ. */
export function workspaceOf(
  host: Pick<Host, 'env'>,
  project: string,
  gke: GkeConfig,
  names: GkeNames,
  login: Login,
): Workspace {
  const paths = gkePaths(project, names)
  const own = ownCredentials.some(name => host.env[name])
  return {
    folder: join(project, gke.terraform),
    data: paths.data,
    values: paths.values,
    plan: paths.plan,
    bucket: names.bucket,
    prefix: names.statePrefix,
    env: own ? {} : { GOOGLE_OAUTH_ACCESS_TOKEN: login.token },
  }
}
