import type { Command, Env, Query } from '../command.ts'

/** An image to build: `tag` is `repository:tag`. */
export interface Build {
  /** docker or podman. */
  readonly program: string
  readonly folder: string
  readonly platform: string
  readonly tag: string
}

/** Builds the folder's Dockerfile for one platform. */
export function buildImage({ program, folder, platform, tag }: Build): Command {
  return { program, args: ['build', '--platform', platform, '--tag', tag, '.'], cwd: folder }
}

export function pushImage(program: string, tag: string, env?: Env): Command {
  return { program, args: ['push', tag], ...(env === undefined ? {} : { env }) }
}

/** The digest by which a registry knows an image of this machine; undefined when it was not pushed there. */
export function pushedDigest(program: string, tag: string): Query<string | undefined> {
  const repository = tag.replace(/:[^:/]*$/, '')
  return {
    command: { program, args: ['image', 'inspect', '--format', '{{json .RepoDigests}}', tag] },
    parse: stdout => {
      const found: unknown = JSON.parse(stdout)
      const list = Array.isArray(found) ? found.map(String) : []
      return list.find(digest => digest.startsWith(`${repository}@sha256:`))?.slice(repository.length + 1)
    },
  }
}
