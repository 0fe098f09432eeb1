import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { clusterPaths } from '../facts/cluster-connection.ts'
import { cloudError, readTerraform } from '../facts/gke-terraform.ts'
import { planCloudBuild, pushEnv } from '../plan/gke-publish.ts'
import { needsBuilder, planPublish } from '../plan/kubernetes-publish.ts'
import type { Plan } from '../plan/plan.ts'
import type { Host } from '../run/host.ts'
import { terraformInitLocal } from '../tools/terraform.ts'
import { writeValues } from './gke-own.ts'
import { planWith } from './gke-provision.ts'
import { asKubernetes, type GkeSession } from './gke-session.ts'
import { findImage, planUp } from './kubernetes-release.ts'
import { openSession, type Session } from './kubernetes-session.ts'

/**
 * What Terraform would make where there is no state yet: planned in a copy of the files that keeps no state, so that
 * nothing in Google Cloud has to be there for it, or is made.
 */
export async function previewProvision(session: GkeSession): Promise<Plan> {
  const { host, paths, where } = session
  const workspace = await session.workspace()
  await writeValues(session)
  await copyTerraform(host, workspace.folder, paths.preview)
  await host.writeFile(join(paths.preview, 'backend_override.tf'), 'terraform {\n  backend "local" {}\n}\n')
  const copy = { ...workspace, folder: paths.preview, data: join(paths.preview, 'data') }
  const command = terraformInitLocal(copy)
  host.interrupted.throwIfAborted()
  const ran = await host.run(command, { changes: true })
  host.interrupted.throwIfAborted()
  if (ran.exitCode !== 0) throw cloudError(command, ran, where)
  const found = await readTerraform(host, copy, where).catch((problem: unknown) => {
    if (!(problem instanceof UserError) || problem.code !== 'gke.api-off') throw problem
    throw new UserError('an API is off that `rtdeploy up` switches on', { ...problem, hint: 'rtdeploy up' })
  })
  return planWith(session, workspace, found.kind === 'planned' ? found.changes : [], false)
}

/** Terraform's files and nothing else: what is of an earlier copy and gone by now would be read, too. */
export async function copyTerraform(
  host: Pick<Host, 'makeFolder' | 'list' | 'readFile' | 'writeFile' | 'remove'>,
  from: string,
  to: string,
): Promise<void> {
  await host.makeFolder(to, 0o700)
  const read = async (folder: string) =>
    ((await host.list(folder)) ?? []).map(({ name }) => name).filter(isRead)
  const wanted = await read(from)
  for (const name of await read(to)) if (!wanted.includes(name)) await host.remove(join(to, name))
  for (const name of wanted)
    await host.writeFile(join(to, name), (await host.readFile(join(from, name))) ?? '')
}

/** What Terraform reads of a folder by itself: https://developer.hashicorp.com/terraform/language/values/variables */
const isRead = (name: string) =>
  /\.tf$|^\.terraform\.lock\.hcl$|^terraform\.tfvars(\.json)?$|\.auto\.tfvars(\.json)?$/.test(name)

/** The stages of a release for a cluster that is not there: everything in it is new. */
export function previewRelease(session: GkeSession): {
  /** `noted`: what is noted of an earlier push still counts. The first answer holds. */
  publish(noted?: boolean): Promise<Plan>
  release(): Promise<Plan>
} {
  const { host, project, names, paths, verb, flags } = session
  const opened = openSession(host, { verb, project, config: asKubernetes(session), flags })
  const { cache } = clusterPaths(project, session.config.environment?.name)
  const { namespace } = opened.settings
  const inner: Session = {
    ...opened,
    cluster: async () => ({ kubeconfig: paths.kubeconfig, context: names.context, namespace, cache }),
  }
  const nothing = { namespace: undefined, secret: undefined, inventory: undefined }
  return {
    publish: async noted => {
      const image = await findImage(inner, noted)
      if (needsBuilder(image)) return planCloudBuild(verb, names, project, image)
      return planPublish({
        verb,
        project,
        platform: opened.settings.platform,
        image,
        pushEnv: pushEnv(paths.docker),
      })
    },
    release: async () => {
      await inner.remember('records', async () => ({ ...nothing, releaseObjects: [], releases: [] }))
      return planUp(inner)
    },
  }
}
