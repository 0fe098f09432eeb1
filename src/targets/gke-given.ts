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

/** What no file but those of templates/terraform for such a thing asks for together. */
const asked = { network: ['network', 'subnetwork'], cluster: ['cluster', 'cluster_location'] } as const

/**
 * The files in infra/terraform are made for what rtdeploy.yaml said at the time: others would make what is there already a
 * second time, or take down what is said to stay, since Terraform only warns of values that nothing asks for. Throws
 * `gke.other-files` (exit 2).
 */
export async function refuseOtherFiles({
  host,
  project,
  config,
  gke,
  names,
  verb,
}: GkeSession): Promise<void> {
  const { given } = names
  const folder = join(project, gke.terraform)
  const files = ((await host.list(folder)) ?? []).filter(({ name }) => name.endsWith('.tf'))
  if (files.length === 0) return
  const texts = await Promise.all(files.map(({ name }) => host.readFile(join(folder, name))))
  const asks = (name: string) => texts.some(text => new RegExp(`^variable "${name}"`, 'm').test(text ?? ''))
  const written = (['cluster', 'network'] as const).find(noun => asked[noun].every(asks))
  if (written === given) return
  const there =
    given === undefined || written === 'cluster' ? `a ${written} that is there` : `a ${given} of its own`
  const named = given === undefined ? 'none' : `a ${given} that is there`
  throw new UserError(`${gke.terraform} was written for ${there}, rtdeploy.yaml names ${named}`, {
    code: 'gke.other-files',
    hint: verb === 'down' ? asBefore(given, written) : `${initLine(config, given)} writes those that fit`,
    exitCode: exitCodes.usage,
  })
}

type Given = GkeSession['names']['given']

/** What others made is not taken down with files that fit: what is there is what these were written for. */
function asBefore(given: Given, written: Given): string {
  const changes = [
    ...(written === undefined ? [] : [`with gke.${written}`]),
    ...(given === undefined ? [] : [`without gke.${given}`]),
  ]
  return `write rtdeploy.yaml as it was when they were written, ${changes.join(' and ')}, then run this again`
}

function initLine({ environment }: GkeSession['config'], given: Given): string {
  if (environment !== undefined) return `rtdeploy init --env ${environment.name}`
  const flags = { network: '--network NAME --subnetwork NAME', cluster: '--cluster NAME' }
  return `rtdeploy init ${given === undefined ? '--target gke' : flags[given]} in an empty folder`
}
