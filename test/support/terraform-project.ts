import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { GkeConfig } from '../../src/config/gke.ts'
import { terraformFiles } from '../../src/scaffold/terraform.ts'
import { terraformTemplate } from './gke-configs.ts'
import { type CliRun, runProgram } from './run-cli.ts'

/** infra/terraform of a project in a folder of its own. */
export interface TerraformProject {
  readonly folder: string
  run(program: string, args: readonly string[]): Promise<CliRun>
  [Symbol.asyncDispose](): Promise<void>
}

/** Writes the files that `init` writes; `version` pins the provider to one version. */
export async function terraformProject(
  gke: GkeConfig,
  env: Readonly<Record<string, string>>,
  version?: string,
): Promise<TerraformProject> {
  const folder = await mkdtemp(join(tmpdir(), 'rtdeploy-terraform-'))
  for (const file of terraformFiles(terraformTemplate(), 'chat', { ...gke, terraform: '.' })) {
    const path = join(folder, file.path)
    mkdirSync(dirname(path), { recursive: true })
    const text = String(file.contents)
    writeFileSync(path, version === undefined ? text : text.replace('">= 7.17, < 9"', `"${version}"`))
  }
  return {
    folder,
    run: (program, args) => runProgram(program, args, { cwd: folder, env }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
