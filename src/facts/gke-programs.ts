import { dirname, join } from 'node:path'
import type { Host } from '../run/host.ts'
import { kubectlVersion } from '../tools/kubectl-client.ts'
import { terraformVersion } from '../tools/terraform.ts'
import { ask } from './ask.ts'
import { findDocker } from './backends.ts'
import type { FoundProgram } from './programs.ts'

/** The programs that the target `gke` calls. */
export interface GkePrograms {
  readonly gcloud: FoundProgram
  readonly plugin: FoundProgram
  readonly terraform: FoundProgram
  readonly kubectl: FoundProgram
  /** Docker or Podman with a daemon that answers; Cloud Build builds where there is none. */
  readonly docker: { readonly program: string; readonly version: string } | undefined
}

const timeoutMs = 10_000

/** Asks all at the same time. gcloud itself is not asked: its version stands in a file, and a start of it takes 0.6 s. */
export async function readGkePrograms(host: Host): Promise<GkePrograms> {
  const [gcloud, plugin, terraform, kubectl, docker] = await Promise.all([
    findGcloud(host),
    host.which('gke-gcloud-auth-plugin'),
    find(host, 'terraform', async path => ask(host, terraformVersion(path), timeoutMs)),
    find(host, 'kubectl', async path => ask(host, kubectlVersion(path), timeoutMs)),
    findDocker(host),
  ])
  return {
    gcloud,
    plugin: { name: 'gke-gcloud-auth-plugin', path: plugin, version: undefined },
    terraform,
    kubectl,
    docker,
  }
}

async function find(
  host: Host,
  name: string,
  versionAt: (path: string) => Promise<string | undefined>,
): Promise<FoundProgram> {
  const path = await host.which(name)
  return { name, path, version: path === undefined ? undefined : await versionAt(path) }
}

/** The SDK keeps its version in a file above bin/, which the link on PATH leads to. */
function findGcloud(host: Host): Promise<FoundProgram> {
  return find(host, 'gcloud', async path => {
    const real = (await host.realPath(path)) ?? path
    const version = await host.readFile(join(dirname(dirname(real)), 'VERSION'))
    return version?.trim() || undefined
  })
}
