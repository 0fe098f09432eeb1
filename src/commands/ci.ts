import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { problemOfBranch } from '../config/github.ts'
import type { GkeConfig } from '../config/gke.ts'
import { readConfig } from '../config/read.ts'
import { exitCodes, UserError } from '../errors.ts'
import { readPrefix, readProjectNumber, readRepository, readVersion } from '../facts/github.ts'
import { describeEachFile, planScaffold } from '../plan/scaffold.ts'
import type { Emit } from '../report/events.ts'
import type { Report } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import { type GithubProject, githubFiles, poolFolder } from '../scaffold/github-files.ts'
import { poolLines } from '../scaffold/next.ts'
import { refuseConflicts } from '../scaffold/refuse.ts'
import { readTarget } from '../scaffold/target.ts'
import { writeProject } from '../scaffold/write.ts'
import { writtenSteps } from './written.ts'

export interface CiOptions {
  readonly repository?: string
  readonly branch: string
  readonly projectNumber?: string
  readonly dryRun?: boolean
  readonly force?: boolean
}

/**
 * Writes the workflow for GitHub Actions and the Terraform of its identities, all of it or nothing.
 * Result: `repository`, `branch`, `files` with the state of each, and the same as `text`.
 */
export async function ci(host: Host, options: CiOptions, emit: Emit): Promise<Report> {
  const began = host.now()
  const dryRun = options.dryRun === true
  const folder = (await host.realPath(host.cwd)) ?? host.cwd
  const config = await readConfig(host, folder)
  const gke = gkeOf(config)
  const project = await readProject(host, folder, config, gke, options)
  const top = join(
    folder,
    ...project.prefix
      .split('/')
      .filter(Boolean)
      .map(() => '..'),
  )
  const files = githubFiles(project)
  const target = await readTarget(
    host,
    top,
    files.map(file => file.path),
  )
  const plan = planScaffold(top, files, target, options.force === true)
  refuseConflicts(plan.files, describeEachFile)
  const lines = describeEachFile(plan.files)
  if (!dryRun) {
    await writeProject(host, top, plan, target)
    for (const text of lines) emit({ type: 'note', text })
  }
  const steps = writtenSteps(plan, dryRun)
  const changes = steps.some(step => step.status !== 'skipped')
  const { repository, branch } = project
  return {
    schemaVersion: 1,
    verb: 'ci',
    outcome: dryRun ? 'planned' : changes ? 'done' : 'nothing-to-do',
    steps,
    checks: [],
    result: { repository, branch, files: plan.files, text: lines.join('\n') },
    next: dryRun ? [] : poolLines(host.env, poolFolder(gke)),
    tookMs: host.now() - began,
  }
}

function gkeOf({ gke }: Config): GkeConfig {
  if (gke !== undefined) return gke
  throw new UserError(
    'rtdeploy.yaml has no section `gke`: the workflow deploys to Google Kubernetes Engine',
    {
      code: 'config.target',
      hint: 'add it: gke: { project: ..., region: ... }; `gcloud projects list` lists projects',
      exitCode: exitCodes.usage,
    },
  )
}

async function readProject(
  host: Host,
  folder: string,
  { name }: Config,
  gke: GkeConfig,
  { branch, repository, projectNumber }: CiOptions,
): Promise<GithubProject> {
  const bad = problemOfBranch(branch)
  if (bad !== undefined) {
    const hint = 'rtdeploy ci github --branch main'
    throw new UserError(`--branch ${bad}`, { code: 'ci.branch', hint, exitCode: exitCodes.usage })
  }
  return {
    name,
    gke,
    branch,
    repository: await readRepository(host, folder, repository),
    prefix: await readPrefix(host, folder),
    projectNumber: await readProjectNumber(host, gke.project, projectNumber),
    version: await readVersion(host),
  }
}
