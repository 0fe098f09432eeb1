import type { BackendChoice } from '../../config/config.ts'
import { exitCodes, UserError } from '../../errors.ts'
import { type BackendSpec, containerName } from '../state.ts'

export type BackendName = 'redis' | 'mongo'

/** What this machine has for one backend. */
export interface BackendFacts {
  /** The variable that holds a URL, when one is set. */
  readonly urlVariable?: string
  /** Program on PATH with its version: `redis-server 7.0.15`. */
  readonly program?: { readonly name: string; readonly path: string; readonly label: string }
  /** Docker or Podman whose daemon answered; `image` is there without a pull. */
  readonly docker?: { readonly program: string; readonly hasImage: boolean }
}

export interface ChooseOptions {
  readonly name: BackendName
  readonly wanted: BackendChoice
  readonly facts: BackendFacts
  readonly nodePath: string
  readonly packageRoot: string
  /** Marks the container, so that `down` finds it. */
  readonly run: string
  readonly database: string
  readonly download: boolean
  readonly requireReal: boolean
  /** Where a download goes: below the project. */
  readonly downloads: string
}

interface Kind {
  readonly variable: string
  readonly title: string
  readonly image: string
  readonly containerPort: number
  readonly url: (database: string) => string
  readonly install: string
}

export const kinds: Readonly<Record<BackendName, Kind>> = {
  redis: {
    variable: 'REDIS_URL',
    title: 'Redis',
    image: 'redis:7-alpine',
    containerPort: 6379,
    url: () => 'redis://127.0.0.1:$PORT',
    install: 'install redis-server or set REDIS_URL',
  },
  mongo: {
    variable: 'MONGODB_URL',
    title: 'MongoDB',
    image: 'mongo:8',
    containerPort: 27017,
    url: database => `mongodb://127.0.0.1:$PORT/${database}`,
    install: 'install mongod or set MONGODB_URL',
  },
}

/** Program on PATH for a backend, in the order they are tried. */
export const programsOf: Readonly<Record<BackendName, readonly string[]>> = {
  redis: ['redis-server', 'valkey-server'],
  mongo: ['mongod', 'ferretdb'],
}

function programArguments(program: string, path: string): string[] {
  if (program === 'mongod')
    return [path, '--port', '$PORT', '--bind_ip', '127.0.0.1', '--dbpath', '$DATA', '--quiet']
  if (program === 'ferretdb') {
    return [
      path,
      '--listen-addr=127.0.0.1:$PORT',
      '--state-dir=$DATA',
      '--handler=sqlite',
      '--sqlite-url=file:$DATA/',
      '--telemetry=disable',
    ]
  }
  return [
    path,
    '--port',
    '$PORT',
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    '$DATA',
  ]
}

/** The first rung that is there, or the one that was asked for. Throws `backend.missing` (exit 3) when it cannot be had. Pure. */
export function chooseRung(options: ChooseOptions): BackendSpec {
  const { name, wanted, facts } = options
  const kind = kinds[name]
  const base = { variable: kind.variable, url: kind.url(options.database) }
  const missing = (message: string, hint: string) =>
    new UserError(message, { code: 'backend.missing', hint, exitCode: exitCodes.missing })
  const auto = wanted === 'auto'

  if (wanted === 'url' || (auto && facts.urlVariable !== undefined)) {
    if (facts.urlVariable === undefined) {
      throw missing(
        `${kind.title} should come from ${kind.variable}, which is not set`,
        `${kind.variable}=... rtdeploy up`,
      )
    }
    return {
      ...base,
      rung: 'url',
      label: `from ${facts.urlVariable}`,
      variable: kind.variable,
      url: facts.urlVariable,
    }
  }
  if (wanted === 'program' || (auto && facts.program !== undefined)) {
    if (facts.program === undefined) {
      throw missing(
        `${kind.title} should come from a program, and none of ${programsOf[name].join(', ')} is on PATH`,
        kind.install,
      )
    }
    const { name: program, path, label } = facts.program
    return { ...base, rung: 'program', label, start: programArguments(program, path) }
  }
  if (wanted === 'docker' || (auto && facts.docker?.hasImage === true)) {
    if (facts.docker === undefined) {
      throw missing(
        `${kind.title} should come from Docker, and no daemon answers`,
        'start Docker, then run this again',
      )
    }
    return {
      ...base,
      rung: 'docker',
      label: `${kind.image} in ${facts.docker.program}`,
      start: dockerArguments(options, facts.docker.program),
    }
  }
  if (wanted === 'download' || (auto && options.download && name === 'mongo')) {
    if (name === 'redis')
      throw missing('there is no Redis to download: nobody publishes a portable one', kind.install)
    const script = `${options.packageRoot}/dist/download-mongo-main.js`
    return {
      ...base,
      rung: 'download',
      label: 'mongod, downloaded',
      start: [
        options.nodePath,
        script,
        '--port',
        '$PORT',
        '--data',
        '$DATA',
        '--downloads',
        options.downloads,
      ],
    }
  }
  if (options.requireReal) {
    throw missing(`${kind.title} would be the embedded stand-in, which --require-real refuses`, kind.install)
  }
  const script = `${options.packageRoot}/dist/embedded-${name}-main.js`
  return {
    ...base,
    rung: 'embedded',
    label: 'embedded',
    start: [options.nodePath, script, '--port', '$PORT'],
  }
}

function dockerArguments(options: ChooseOptions, program: string): string[] {
  const { image, containerPort } = kinds[options.name]
  const publish = `127.0.0.1:$PORT:${containerPort}`
  const label = `rtdeploy.run=${options.run}`
  const container = containerName(options.run, options.name)
  const tail = options.name === 'redis' ? ['redis-server', '--save', '', '--appendonly', 'no'] : []
  return [program, 'run', '--rm', '--name', container, '--label', label, '--publish', publish, image, ...tail]
}
