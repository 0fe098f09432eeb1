import { type Adopted, adoptEnv, isRecord, pathIn, record, text } from './adopted.ts'
import { type DockerImage, readDockerfile } from './dockerfile.ts'

export interface Existing {
  readonly dockerfile: string | undefined
  /** package.json, parsed. */
  readonly manifest: unknown
  /** The app's name when package.json has none. */
  readonly folder: string
}

/** Variables that are about the image, and wrong on this machine. */
const ofImage = new Set(['PATH', 'HOME', 'LD_LIBRARY_PATH', 'NODE_PATH'])

const redisClient = /^(?:redis|ioredis|@socket\.io\/redis(?:-streams)?-adapter|socket\.io-redis)$/
const mongoClient = /^(?:mongodb|mongoose|@socket\.io\/mongo-adapter)$/
const adapter = /^(?:@socket\.io\/.+-adapter|socket\.io-redis)$/

/** What is to be had of a Dockerfile and a package.json. Throws nothing: what cannot be known from them is named. Pure. */
export function adoptExisting({ dockerfile, manifest, folder }: Existing): Adopted {
  const image = readDockerfile(dockerfile ?? '')
  const known = record(manifest)
  const scripts = record(known.scripts)
  const dependencies = Object.keys(record(known.dependencies))
  const uses = (client: RegExp) => dependencies.some(name => client.test(name))
  const has = (client: RegExp, variable: string) =>
    uses(client) ? 'in-cluster' : image.env.has(variable) ? 'external' : 'off'
  const variables = environmentOf(image)
  const ports = portsOf(image)
  const ready = checkedPath(image.healthcheck)
  const start = startOf(image)
  return {
    from: [dockerfile === undefined ? [] : 'Dockerfile', isRecord(manifest) ? 'package.json' : []]
      .flat()
      .join(' and '),
    name: text(known.name)?.replace(/^@[^/]*\//, '') ?? folder,
    image: undefined,
    platform: image.platform,
    replicas: undefined,
    port: ports.port ?? 3000,
    ready,
    start: scripts.start === undefined ? start : undefined,
    env: variables.env,
    secrets: variables.secrets,
    redis: has(redisClient, 'REDIS_URL'),
    mongo: has(mongoClient, 'MONGODB_URL'),
    left: [
      ...variables.left,
      ...ports.left,
      ...(image.healthcheck !== undefined && ready === undefined
        ? [`Dockerfile HEALTHCHECK: asks for no path over HTTP`]
        : []),
      ...(image.user === undefined || image.user.split(':')[0] === '10001'
        ? []
        : ['Dockerfile USER: the pods run as 10001; the image has to work with it']),
      ...image.volumes.map(
        volume => `Dockerfile VOLUME ${volume}: pods keep nothing; what has to stay belongs into MongoDB`,
      ),
    ],
    open: [
      ...(dockerfile === undefined
        ? ['Dockerfile: there is none, so only the target local works; kubernetes and gke need one']
        : []),
      ...openOfPackage(isRecord(manifest), dependencies, uses(adapter)),
      ...(ports.port === undefined ? ['PORT: no file says where the app listens; 3000 is given to it'] : []),
      ...(scripts.start === undefined && start === undefined
        ? ['app.start: neither file has a command that starts a replica; npm start stands there']
        : []),
      "verify.identity: each connection has to hear its replica: socket.emit('hostname', process.env.POD_NAME)",
      'verify.fanOut: say how a message reaches others, so that it is verified across replicas',
    ],
    ...(dockerfile === undefined ? { localOnly: true as const } : {}),
  }
}

function openOfPackage(there: boolean, dependencies: readonly string[], adapted: boolean): string[] {
  if (!there) return ['package.json: there is none; verify speaks Socket.IO v4 and nothing else']
  if (!dependencies.includes('socket.io'))
    return [
      'package.json: socket.io is not among its dependencies; verify speaks Socket.IO v4 and nothing else',
    ]
  return adapted
    ? []
    : ['package.json: has no adapter of Socket.IO; without one, messages stay on the replica that got them']
}

function environmentOf({ env }: DockerImage) {
  const sorted = adoptEnv(
    // What Docker takes literally would be a variable of Compose's.
    new Map([...env].map(([name, value]) => [name, value?.replaceAll('$', '$$$$') ?? ''])),
    'Dockerfile ENV',
    [],
  )
  const ours = Object.entries(sorted.env).filter(
    ([name]) => env.get(name) !== undefined && !ofImage.has(name),
  )
  const others = Object.keys(sorted.env).filter(name => env.get(name) === undefined || ofImage.has(name))
  return {
    env: Object.fromEntries(ours),
    secrets: sorted.secrets,
    left: [
      ...sorted.left,
      ...others.map(name =>
        ofImage.has(name)
          ? `Dockerfile ENV ${name}: belongs to the image, which keeps it`
          : `Dockerfile ENV ${name}: depends on a build argument or another variable; the image keeps it, local.env sets it here`,
      ),
    ],
  }
}

/** The first port over TCP, else PORT; `$PORT` is what ENV says of it. */
function portsOf({ expose, env }: DockerImage) {
  const filled = expose.map(one =>
    one.replace(/\$(?:\{(\w+)\}|(\w+))/, (all, a, b) => env.get(a ?? b) ?? all),
  )
  const ports = filled.flatMap(one => {
    const port = Number(/^(\d+)(?:\/tcp)?$/i.exec(one)?.[1])
    return port > 0 && port < 65_536 ? [port] : []
  })
  const own = Number(env.get('PORT'))
  const port = ports[0] ?? (Number.isInteger(own) && own > 0 && own < 65_536 ? own : undefined)
  const others = filled.filter(one => !ports.slice(0, 1).includes(Number(one.replace(/\/tcp$/i, ''))))
  return {
    port,
    left: others.map(one =>
      one.includes('$')
        ? `Dockerfile EXPOSE ${one}: depends on a build argument`
        : `Dockerfile EXPOSE ${one}: one port over TCP is taken over`,
    ),
  }
}

/** Of `curl -f http://localhost:3000/health`, also without the scheme. */
function checkedPath(check: string | undefined): string | undefined {
  if (check === undefined) return undefined
  const short = /(?:^|\s)(?:localhost|127\.0\.0\.1)(?::[^/\s]+)?(\/[^\s"'`|;)]*)?/.exec(check)
  const path =
    pathIn(check) ?? (/https?:\/\/\w/.test(check) || short !== null ? (short?.[1] ?? '/') : undefined)
  return path?.includes('$') === true ? undefined : path
}

/** The words of CMD, or of ENTRYPOINT where there is no CMD. A shell's line that is more than words is none. */
function startOf({ cmd, entrypoint }: DockerImage): readonly string[] | undefined {
  const start = cmd ?? entrypoint
  if (typeof start !== 'string') return start === undefined || start.length === 0 ? undefined : start
  return /["'`$|&;<>*?\\]/.test(start) || start === '' ? undefined : start.split(/\s+/)
}
