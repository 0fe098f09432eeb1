import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClusterProject } from './project.ts'

/** A kubeconfig of a project's own, to be changed at will: a copy of the test's, and what kubectl makes of it. */
export function ownKubeconfig(project: ClusterProject): {
  readonly path: string
  config(...args: string[]): string
} {
  const path = join(project.folder, 'kubeconfig-of-test')
  const config = (...args: string[]) =>
    execFileSync('kubectl', ['--kubeconfig', path, 'config', ...args], { encoding: 'utf8', stdio: 'pipe' })
  const text = execFileSync('kubectl', ['config', 'view', '--raw', '--flatten', '--minify'], {
    encoding: 'utf8',
    env: { ...process.env, ...project.env },
  })
  writeFileSync(path, text, { mode: 0o600 })
  return { path, config }
}

/** A context `limited` in such a kubeconfig, for a service account with one role in the project's namespace. */
export async function limitedContext(
  project: ClusterProject,
  role: 'edit' | 'view' | 'none',
): Promise<string> {
  const { path, config } = ownKubeconfig(project)
  const namespace = project.namespace
  await project.kubectl('create', 'serviceaccount', 'limited')
  if (role !== 'none')
    await project.kubectl(
      'create',
      'rolebinding',
      'limited',
      `--clusterrole=${role}`,
      `--serviceaccount=${namespace}:limited`,
    )
  const token = (await project.kubectl('create', 'token', 'limited', '--duration', '1h')).trim()
  const cluster = config('view', '--output', 'jsonpath={.clusters[0].name}')
  config('set-credentials', 'limited', `--token=${token}`)
  config('set-context', 'limited', `--cluster=${cluster}`, '--user=limited')
  return path
}
