import type { Host } from '../run/host.ts'
import { currentProject } from '../tools/gcloud.ts'
import { ask } from './ask.ts'

/** Gcloud's own project, as a proposal; undefined without gcloud, and where it has none. */
export async function readGcloudProject(host: Host): Promise<string | undefined> {
  return (await ask(host, currentProject(), 10_000)) || undefined
}
