import { join } from 'node:path'
import { exitCodes, UserError } from '../errors.ts'
import type { GkeSession } from './gke-session.ts'

/** Before Terraform says the same of a folder that it does not know. Throws `gke.no-files` (exit 2). */
export async function refuseNoFiles({ host, project, config, gke }: GkeSession): Promise<void> {
  const files = (await host.list(join(project, gke.terraform))) ?? []
  if (files.some(({ name }) => name.endsWith('.tf'))) return
  const { environment } = config
  throw new UserError(`${gke.terraform} has no Terraform files`, {
    code: 'gke.no-files',
    hint:
      environment === undefined
        ? 'rtdeploy init --target gke in an empty folder writes them: put them there'
        : `rtdeploy init --env ${environment.name} writes them`,
    exitCode: exitCodes.usage,
  })
}

/**
 * The files in infra/terraform are made for what rtdeploy.yaml said at the time: others would make what is there already a
 * second time, since Terraform only warns of values that nothing asks for. Throws `gke.other-files` (exit 2).
 */
export async function refuseOtherFiles({ host, project, gke, names }: GkeSession): Promise<void> {
  const { given } = names
  if (given === undefined) return
  const folder = join(project, gke.terraform)
  const files = ((await host.list(folder)) ?? []).filter(({ name }) => name.endsWith('.tf'))
  if (files.length === 0) return
  const texts = await Promise.all(files.map(({ name }) => host.readFile(join(folder, name))))
  if (texts.some(text => new RegExp(`^variable "${given}"`, 'm').test(text ?? ''))) return
  throw new UserError(
    `${gke.terraform} was written for a ${given} of its own, rtdeploy.yaml names one that is there`,
    {
      code: 'gke.other-files',
      hint: `rtdeploy init --${given} NAME in an empty folder writes those that fit: put them there`,
      exitCode: exitCodes.usage,
    },
  )
}
