import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TreeFile } from '../../src/run/host.ts'
import { type GithubProject, githubFiles } from '../../src/scaffold/github-files.ts'
import { gkeConfig } from './gke-configs.ts'
import { temporaryFolder } from './run-cli.ts'

/** What `ci github` writes for a project that is called chat. */
export const filesForGithub = (given: Partial<GithubProject> = {}): readonly TreeFile[] =>
  githubFiles({
    name: 'chat',
    gke: gkeConfig(),
    prefix: '',
    repository: 'acme/chat',
    branch: 'main',
    projectNumber: '123456789012',
    version: '1.2.3',
    ...given,
  })

/** The same in a folder of its own; `version` pins the provider to one version. */
export async function githubProject(
  given: Partial<GithubProject> = {},
  version?: string,
): Promise<{ readonly folder: string } & AsyncDisposable> {
  const folder = await temporaryFolder()
  for (const file of filesForGithub(given)) {
    const path = join(folder.path, file.path)
    mkdirSync(dirname(path), { recursive: true })
    const text = String(file.contents)
    writeFileSync(path, version === undefined ? text : text.replace('">= 7.17, < 9"', `"${version}"`))
  }
  return { folder: folder.path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}
