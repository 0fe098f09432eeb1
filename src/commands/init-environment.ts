import { join } from 'node:path'
import type { Environment } from '../config/config.ts'
import type { GkeConfig } from '../config/gke.ts'
import { readConfig } from '../config/read.ts'
import { exitCodes, UserError } from '../errors.ts'
import { describeFiles, planScaffold } from '../plan/scaffold.ts'
import type { Emit } from '../report/events.ts'
import type { Report } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import type { InitOptions } from '../scaffold/answers.ts'
import { refuseConflicts } from '../scaffold/refuse.ts'
import { readTarget } from '../scaffold/target.ts'
import { terraformFiles } from '../scaffold/terraform.ts'
import { unpackTemplate } from '../scaffold/unpack.ts'
import { writeProject } from '../scaffold/write.ts'
import { writtenSteps } from './written.ts'

/**
 * Writes the Terraform files of an environment whose settings take others than production has, into the folder that
 * rtdeploy.yaml names. Result: `files` with the state of each, and the same as `text`.
 */
export async function initEnvironment(host: Host, options: InitOptions, emit: Emit): Promise<Report> {
  const began = host.now()
  const dryRun = options.dryRun === true
  const folder = (await host.realPath(host.cwd)) ?? host.cwd
  const { name, gke, environment } = await readConfig(host, folder, options.env)
  const own = ownFolder(gke, environment)
  const packed = await host.readBytes(join(host.packageRoot, 'dist', 'terraform.json.br'))
  if (packed === undefined) throw new Error('the installation lacks dist/terraform.json.br')
  const files = terraformFiles(unpackTemplate(packed), name, own, environment?.name)
  const paths = files.map(file => file.path)
  const target = await readTarget(host, folder, paths)
  const plan = planScaffold(folder, files, target, options.force === true)
  refuseConflicts(plan.files)
  const lines = describeFiles(plan.files)
  if (!dryRun) {
    await writeProject(host, folder, plan, target)
    for (const text of lines) emit({ type: 'note', text })
  }
  const changes = plan.steps.some(step => step.skip === undefined)
  return {
    schemaVersion: 1,
    verb: 'init',
    outcome: dryRun ? 'planned' : changes ? 'done' : 'nothing-to-do',
    steps: writtenSteps(plan, dryRun),
    checks: [],
    result: { files: plan.files, text: lines.join('\n') },
    next: dryRun ? [] : ['rtdeploy plan'],
    tookMs: host.now() - began,
  }
}

/** Throws `environment.files` (exit 2) where the files are those of production, which are there. */
function ownFolder(gke: GkeConfig | undefined, environment: Environment | undefined): GkeConfig {
  if (gke !== undefined && environment !== undefined) {
    if (gke.terraform !== environment.production.gke?.terraform) return gke
  }
  const where = environment === undefined ? 'staging' : environment.name
  throw new UserError(
    gke === undefined
      ? 'rtdeploy.yaml has no section `gke`: only its environments have Terraform files'
      : `${environment?.name ?? 'production'} uses the Terraform files of production, ${gke.terraform}`,
    {
      code: 'environment.files',
      hint: `for files of its own set environments.${where}.gke.terraform in rtdeploy.yaml: infra/${where}/terraform`,
      exitCode: exitCodes.usage,
    },
  )
}
