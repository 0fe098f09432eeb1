import { shellLine } from '../command.ts'
import type { Problem, UserError } from '../errors.ts'

/**
 * What Cloud Build says when the account that it builds as may not read the source or push the image. Organisations may
 * give that account no role: https://cloud.google.com/build/docs/cloud-build-service-account-updates. The last two are
 * kinds of failure of a build: https://cloud.google.com/build/docs/api/reference/rest/v1/projects.builds#failuretype
 */
const refusals: readonly RegExp[] = [
  /does not have storage\.objects\.\w+ access/,
  /Permission ["']?(?:storage\.objects\.\w+|artifactregistry\.repositories\.\w+)["']? denied/,
  /artifactregistry\.repositories\.uploadArtifacts["']? denied/,
  /caller does not have permission/i,
  /\bPUSH_NOT_AUTHORIZED\b/,
  /\bFETCH_SOURCE_FAILED\b/,
]

/** Whether a step failed since Cloud Build's own account lacks a role; a push of our own is not its. Pure. */
export function isBuilderRefused({
  code,
  message,
  details,
}: Pick<UserError, 'code' | 'message' | 'details'>): boolean {
  const ofCloudBuild =
    code === 'image.build-failed' || (code === 'tool.failed' && / builds submit /.test(details[0] ?? ''))
  const text = [message, ...details].join('\n')
  return ofCloudBuild && refusals.some(pattern => pattern.test(text))
}

/** The account that the message names, else the one that new projects build as. Pure. */
export function builderAccount(text: string, projectNumber: string | undefined): string {
  const [named] = /\d+(?:-compute@developer|@cloudbuild)\.gserviceaccount\.com/.exec(text) ?? []
  return named ?? `${projectNumber ?? 'NUMBER'}-compute@developer.gserviceaccount.com`
}

/** The words for it, and the one command that helps. Pure. */
export function builderRefused(project: string, account: string): Problem & { readonly message: string } {
  const binding = [project, `--member=serviceAccount:${account}`, '--role=roles/cloudbuild.builds.builder']
  return {
    code: 'image.builder-refused',
    message: `Cloud Build works as ${account}, which may not read the source or push the image`,
    hint: shellLine({ program: 'gcloud', args: ['projects', 'add-iam-policy-binding', ...binding] }),
    exitCode: 3,
  }
}
