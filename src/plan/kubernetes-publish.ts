import type { Env } from '../command.ts'
import { exitCodes, UserError } from '../errors.ts'
import type { ImageFacts, ImageNote } from '../facts/cluster-image.ts'
import type { Verb } from '../report/report.ts'
import { buildImage, pushImage } from '../tools/docker.ts'
import type { Plan, Step } from './plan.ts'

export interface PublishOptions {
  readonly verb: Verb
  readonly project: string
  readonly platform: string
  readonly image: ImageFacts
  /** Where the registry's login is, when it is not the user's own. */
  readonly pushEnv?: Env
}

/** Builds and pushes the image, unless that very one was pushed before. Pure. */
export function planPublish({ verb, project, platform, image, pushEnv }: PublishOptions): Plan {
  const tag = `${image.repository}:${image.tag}`
  if (image.given) return { verb, stage: 'publish', steps: [] }
  refuseUnbuildable(image)
  const program = image.program ?? 'docker'
  const skip = image.digest === undefined ? {} : { skip: 'up to date' }
  const steps: Step[] = [
    {
      id: 'image.build',
      title: `build ${tag} for ${platform}`,
      action: { kind: 'run', command: buildImage({ program, folder: project, platform, tag }) },
      hint: 'correct the Dockerfile or the app, then run this again',
      ...skip,
    },
    {
      id: 'image.push',
      title: `push ${tag}`,
      action: { kind: 'run', command: pushImage(program, tag, pushEnv) },
      hint: `log in to the registry: ${program} login ${tag.split('/')[0]}; the repository has to exist there`,
      ...skip,
    },
  ]
  return { verb, stage: 'publish', steps }
}

/** There is something to build, and nothing here that could build it. Pure. */
export const needsBuilder = ({ digest, program, hasDockerfile, given }: ImageFacts): boolean =>
  digest === undefined && program === undefined && hasDockerfile && given !== true

/** Throws `image.leak` when `.rtdeploy` would be built in: it holds credentials and state. Pure. */
export function refuseLeak({ leaks }: ImageFacts): void {
  if (!leaks) return
  throw new UserError(
    'the image would hold .rtdeploy, with credentials in it: .dockerignore does not keep it out',
    {
      code: 'image.leak',
      hint: 'echo .rtdeploy >> .dockerignore',
      exitCode: exitCodes.usage,
    },
  )
}

/** Throws what keeps the image from being built here, as long as it has to be. Pure. */
export function refuseUnbuildable(image: ImageFacts): void {
  const { digest, given, hasDockerfile, program } = image
  if (digest !== undefined || given === true) return
  if (!hasDockerfile) {
    throw new UserError('the project has no Dockerfile', {
      code: 'image.no-dockerfile',
      hint: 'write one, or name an image: rtdeploy up --image REPOSITORY@sha256:...',
      exitCode: exitCodes.usage,
    })
  }
  if (program === undefined) {
    throw new UserError('neither Docker nor Podman answers, and the image has to be built', {
      code: 'docker.missing',
      hint: 'start Docker, or install it: https://docs.docker.com/get-started/get-docker/; or name an image: rtdeploy up --image REPOSITORY@sha256:...',
      exitCode: exitCodes.missing,
    })
  }
  refuseLeak(image)
}

/** Remembers what was pushed. Pure. */
export function noteImage(path: string, note: ImageNote): Step {
  return {
    id: 'image.note',
    quiet: true,
    title: 'note what was pushed',
    action: { kind: 'write', path, contents: `${JSON.stringify(note)}\n` },
  }
}
