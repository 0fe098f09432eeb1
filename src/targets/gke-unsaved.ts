import { join } from 'node:path'
import { production } from '../config/environments.ts'
import { UserError } from '../errors.ts'
import { parseNotes } from '../run/notes.ts'
import { type GkeSession, unsavedState } from './gke-session.ts'

/**
 * Notes which environment works with the Terraform files: environments share them, and what Terraform could not save it
 * leaves beside them. Throws `gke.unsaved` when that is the state of another one: saved as ours it would be lost, and so
 * would ours.
 */
export async function takeFolder({
  host,
  project,
  gke,
  names,
  flags,
}: Pick<GkeSession, 'host' | 'project' | 'gke' | 'names' | 'flags'>): Promise<void> {
  const path = join(project, '.rtdeploy', 'terraform.json')
  const known = parseNotes(await host.readFile(path))
  const last = known[gke.terraform] ?? production
  if (last === names.environment) return
  if ((await host.kindOf(unsavedState({ folder: join(project, gke.terraform) }))) === 'file') {
    throw new UserError(`${gke.terraform}/errored.tfstate is a state of ${last} that could not be saved`, {
      code: 'gke.unsaved',
      hint: `save it first: rtdeploy up --env ${last}; or rtdeploy down --env ${last}, to take all of it away`,
    })
  }
  if (flags.dryRun === true) return
  await host.writeFile(path, `${JSON.stringify({ ...known, [gke.terraform]: names.environment })}\n`, {
    mode: 0o600,
  })
}
