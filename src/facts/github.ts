import { join } from 'node:path'
import { isWorkflowFolder, problemOfRepository, repositoryOfRemote } from '../config/github.ts'
import { exitCodes, UserError } from '../errors.ts'
import type { Host } from '../run/host.ts'
import { projectNumber } from '../tools/gcloud.ts'
import { originUrl, pathInRepository } from '../tools/git.ts'
import { ask } from './ask.ts'

const gitMs = 10_000
/** gcloud takes a second to start, and more on a machine that is busy. */
const gcloudMs = 30_000

function usage(message: string, code: string, hint: string): UserError {
  return new UserError(message, { code, hint, exitCode: exitCodes.usage })
}

/** `owner/name` on GitHub: the one that is given, else that of the remote. Throws `ci.repository` (exit 2). */
export async function readRepository(host: Host, folder: string, given: string | undefined): Promise<string> {
  const hint = 'rtdeploy ci github --repository OWNER/NAME'
  if (given !== undefined) {
    const problem = problemOfRepository(given)
    if (problem === undefined) return given
    throw usage(`--repository ${problem}, not ${JSON.stringify(given)}`, 'ci.repository', hint)
  }
  const url = await ask(host, originUrl(folder), gitMs)
  const found = url === undefined ? undefined : repositoryOfRemote(url)
  if (found !== undefined) return found
  // The address itself is not shown: it may hold a token.
  const why =
    url === undefined ? 'git knows no remote `origin` here' : 'the remote `origin` is not on github.com'
  throw usage(why, 'ci.repository', `${hint}; or: git remote add origin https://github.com/OWNER/NAME.git`)
}

/**
 * From the top of the repository to the project. Outside of one there may be one later: the project is its top then.
 * Throws `ci.folder` (exit 2).
 */
export async function readPrefix(host: Host, folder: string): Promise<string> {
  const prefix = (await ask(host, pathInRepository(folder), gitMs)) ?? ''
  if (isWorkflowFolder(prefix)) return prefix
  const hint = 'rename it: letters, digits and . _ + @ - between slashes'
  throw usage(`a workflow cannot work in the folder ${prefix}`, 'ci.folder', hint)
}

/** Google's own answer where somebody is logged in. Throws `ci.project-number` (exit 3; 2 for one that is no number). */
export async function readProjectNumber(
  host: Host,
  project: string,
  given: string | undefined,
): Promise<string> {
  const number = given ?? (await ask(host, projectNumber(project), gcloudMs)) ?? ''
  if (/^\d{1,20}$/.test(number)) return number
  if (given !== undefined) {
    const hint = `gcloud projects describe ${project} --format='value(projectNumber)'`
    throw usage('--project-number takes digits', 'ci.project-number', hint)
  }
  throw new UserError(`gcloud does not say which number the project ${project} has`, {
    code: 'ci.project-number',
    hint: 'gcloud auth login; or name it: rtdeploy ci github --project-number 123456789012',
    exitCode: exitCodes.missing,
  })
}

/** Of rtdeploy itself. */
export async function readVersion(host: Host): Promise<string> {
  const manifest = JSON.parse((await host.readFile(join(host.packageRoot, 'package.json'))) ?? '{}') as {
    readonly version?: string
  }
  if (manifest.version === undefined) throw new Error('the installation lacks its package.json')
  return manifest.version
}
