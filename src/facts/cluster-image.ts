import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Config, KubernetesConfig } from '../config/config.ts'
import { keepsOut } from '../config/dockerignore.ts'
import { exitCodes, UserError } from '../errors.ts'
import type { Host } from '../run/host.ts'
import { pushedDigest } from '../tools/docker.ts'
import { changedPaths, headCommit } from '../tools/git.ts'
import { ask } from './ask.ts'
import { findDocker } from './backends.ts'
import { clusterPaths } from './cluster-connection.ts'
import { readBuildFacts } from './local.ts'

/** Which image a release uses, and what is left to do until it is in the registry. */
export interface ImageFacts {
  readonly repository: string
  /** From git: the commit, with `-dirty-` and a digest when files differ from it; a digest of the sources without git. */
  readonly tag: string
  /** Known once the image was pushed. */
  readonly digest: string | undefined
  /** docker or podman; undefined when no daemon answers. */
  readonly program: string | undefined
  readonly hasDockerfile: boolean
  /** `.rtdeploy` with its credentials would go into the image: `.dockerignore` does not name it. */
  readonly leaks: boolean
  /** Paths that differ from the commit. */
  readonly dirty: readonly string[]
  readonly note: ImageNote | undefined
  /** By --image: nothing is built. */
  readonly given?: boolean
}

/** What we pushed last: it spares the next `up` the build. */
export interface ImageNote {
  readonly repository: string
  readonly tag: string
  readonly platform: string
  readonly digest: string
}

const timeoutMs = 15_000

/** Looks at git, at what was pushed before where that still counts, and, when something has to be built, at Docker or Podman. */
export async function readImageFacts(
  host: Host,
  project: string,
  config: Config,
  kubernetes: KubernetesConfig,
  noted: boolean,
): Promise<ImageFacts> {
  const { tag, dirty } = await readTag(host, project, config)
  const { image: repository, platform } = kubernetes
  const note = parseNote(await host.readFile(clusterPaths(project, config.environment?.name).image))
  const known = noted && note?.repository === repository && note.tag === tag && note.platform === platform
  if (known)
    return {
      ...{ repository, tag, dirty, note, digest: note.digest },
      ...{ program: undefined, hasDockerfile: true, leaks: false },
    }
  const leaks = !keepsOut((await host.readFile(join(project, '.dockerignore'))) ?? '', '.rtdeploy')
  const hasDockerfile = (await host.kindOf(join(project, 'Dockerfile'))) !== undefined
  const docker = await findDocker(host)
  return { repository, tag, dirty, note, digest: undefined, program: docker?.program, hasDockerfile, leaks }
}

/** The digest of an image that was just pushed. Throws when the registry gave none. */
export async function readPushedDigest(host: Host, facts: ImageFacts): Promise<string> {
  const image = `${facts.repository}:${facts.tag}`
  const digest =
    facts.program === undefined ? undefined : await ask(host, pushedDigest(facts.program, image), timeoutMs)
  if (digest !== undefined) return digest
  throw new UserError(`${image} was pushed, and no digest came back`, {
    code: 'image.digest',
    hint: `${facts.program ?? 'docker'} push ${image}`,
    exitCode: exitCodes.stepFailed,
  })
}

async function readTag(host: Host, project: string, config: Config) {
  const [commit, dirty] = await Promise.all([
    ask(host, headCommit(project), timeoutMs),
    ask(host, changedPaths(project), timeoutMs),
  ])
  if (commit !== undefined && dirty?.length === 0) return { tag: commit, dirty: [] }
  const { sources } = await readBuildFacts(host, project, config)
  // A lock file is no source of what runs here, where `install` looks after it; of an image it is one.
  const paths = ['Dockerfile', '.dockerignore', 'package-lock.json']
  const texts = await Promise.all(paths.map(path => host.readFile(join(project, path))))
  const digest = createHash('sha256')
    .update(JSON.stringify([sources, ...texts.map(text => text ?? '')]))
    .digest('hex')
    .slice(0, 12)
  return commit === undefined
    ? { tag: `src-${digest}`, dirty: [] }
    : { tag: `${commit}-dirty-${digest}`, dirty: dirty ?? [] }
}

function parseNote(text: string | undefined): ImageNote | undefined {
  try {
    const value = JSON.parse(text ?? 'null') as Partial<ImageNote> | null
    const whole = [value?.repository, value?.tag, value?.platform, value?.digest]
    return whole.every(part => typeof part === 'string') ? (value as ImageNote) : undefined
  } catch {
    return undefined
  }
}
