import { type Adopted, adoptEnv, backendOf, list, pathIn, record, repositoryOf, text } from './adopted.ts'

type Service = Readonly<Record<string, unknown>>

/** Keys of a service that have a place with us, or no meaning there. */
const taken = new Set([
  'image',
  'build',
  'ports',
  'expose',
  'environment',
  'healthcheck',
  'deploy',
  'command',
  'scale',
])
const needless = new Set([
  'restart',
  'depends_on',
  'container_name',
  'init',
  'stop_grace_period',
  'pull_policy',
  'hostname',
])

const why: Readonly<Record<string, string>> = {
  volumes: 'pods keep nothing; what has to stay belongs into MongoDB or a volume of your own',
  networks: 'infra/kubernetes/network-policies.yaml says who talks with whom',
  env_file: 'name its secrets under kubernetes.secrets, and the rest under app.env',
  entrypoint: 'set `command` in infra/kubernetes/deployment.yaml',
  user: 'the pods run as 10001; the image has to work with it',
}

/** What is to be had of a compose file. Throws nothing: what it does not understand is named in `left`. Pure. */
export function adoptCompose(document: unknown, from: string): Adopted {
  const root = record(document)
  const services = Object.entries(record(root.services)).map(([name, value]) => ({
    name,
    service: record(value),
  }))
  const backends = services.flatMap(({ name, service }) => {
    const kind = backendOf(text(service.image) ?? '')
    return kind === undefined ? [] : [{ name, kind, service }]
  })
  const others = services.filter(({ name }) => !backends.some(backend => backend.name === name))
  const app = others.find(({ service }) => service.build !== undefined) ?? others[0]
  const own = app?.service ?? {}
  const where = `services.${app?.name ?? 'none'}`
  const variables = variablesOf(own.environment)
  const sorted = adoptEnv(
    variables,
    `${where}.environment`,
    backends.map(({ name }) => name),
  )
  const has = (kind: string, variable: string) =>
    backends.some(backend => backend.kind === kind)
      ? 'in-cluster'
      : variables.has(variable)
        ? 'external'
        : 'off'
  const image = text(own.image)
  const deploy = record(own.deploy)
  const replicas = Number(text(deploy.replicas) ?? text(own.scale))
  return {
    from,
    name: text(root.name) ?? app?.name,
    image: image === undefined ? undefined : repositoryOf(image),
    platform: text(list(record(own.build).platforms)[0]) ?? text(own.platform),
    replicas: Number.isInteger(replicas) && replicas > 0 ? replicas : undefined,
    port: portOf(own) ?? 3000,
    ready: pathIn(JSON.stringify(record(own.healthcheck).test ?? '')),
    start: wordsOf(own.command),
    env: sorted.env,
    secrets: sorted.secrets,
    redis: has('redis', 'REDIS_URL'),
    mongo: has('mongo', 'MONGODB_URL'),
    left: [
      ...sorted.left,
      ...(image !== undefined && repositoryOf(image) === undefined
        ? [`${where}.image: ${image} has no registry; say where to push: --image`]
        : []),
      ...leftOfBuild(own.build, where),
      ...(own.command === undefined || wordsOf(own.command) !== undefined
        ? []
        : [`${where}.command: is a shell line; the image's own command runs`]),
      ...unknownKeys(own, where),
      ...Object.keys(deploy)
        .filter(key => key !== 'replicas')
        .map(key => `${where}.deploy.${key}: see infra/kubernetes/deployment.yaml`),
      ...backends.flatMap(({ name, kind, service }) => leftOfBackend(name, kind, service)),
      ...others
        .filter(({ name }) => name !== app?.name)
        .map(({ name }) => `services.${name}: ${otherWhy(name)}`),
      ...Object.keys(root)
        .filter(key => !['services', 'name', 'version'].includes(key) && !key.startsWith('x-'))
        .map(key => `${key}: ${why[key] ?? 'has no place here'}`),
    ],
  }
}

function unknownKeys(service: Service, where: string): string[] {
  const keys = Object.keys(service).filter(key => !taken.has(key) && !needless.has(key) && key !== 'platform')
  return keys.map(key => `${where}.${key}: ${why[key] ?? 'has no place here'}`)
}

function leftOfBackend(name: string, kind: 'redis' | 'mongo', service: Service): string[] {
  const own = Object.keys(service).filter(
    key => !['image', 'ports', 'expose', 'restart', 'container_name'].includes(key),
  )
  const also = own.length === 0 ? '' : `; its ${own.join(', ')} not`
  return [
    `services.${name}: becomes infra/kubernetes/${kind}.yaml with a password of its own; ${text(service.image)} and its data are not taken over${also}`,
  ]
}

function otherWhy(name: string): string {
  return /nginx|haproxy|traefik|caddy|proxy|gateway|lb/i.test(name)
    ? 'the way in is infra/kubernetes/entry.yaml'
    : 'one app is taken over; write manifests for others beside it'
}

function leftOfBuild(build: unknown, where: string): string[] {
  const context = text(build) ?? text(record(build).context)
  const keys = Object.keys(record(build)).filter(key => key !== 'context' && key !== 'platforms')
  return [
    ...(context === undefined || /^\.?\/?$/.test(context)
      ? []
      : [`${where}.build: the image is built from the project's folder, not from ${context}`]),
    ...keys.map(key => `${where}.build.${key}: the image is built from the Dockerfile as it is`),
  ]
}

/** `K: v`, or `- K=v`; a name alone is taken from the shell. */
function variablesOf(environment: unknown): Map<string, string | undefined> {
  if (Array.isArray(environment)) {
    return new Map(
      environment.map(entry => {
        const [name = '', ...value] = String(entry).split('=')
        return [name, value.length === 0 ? undefined : value.join('=')]
      }),
    )
  }
  return new Map(
    Object.entries(record(environment)).map(([name, value]) => [
      name,
      value === null ? undefined : text(value),
    ]),
  )
}

/** The container's side: `8080:3000/tcp`, `3000`, `{ target: 3000 }`. */
function portOf({ ports, expose, environment }: Service): number | undefined {
  const [first] = [...list(ports), ...list(expose)]
  const shown = text(record(first).target) ?? text(first) ?? variablesOf(environment).get('PORT')
  const port = Number(/(\d+)(?:-\d+)?(?:\/\w+)?$/.exec(shown ?? '')?.[1])
  return port > 0 && port < 65_536 ? port : undefined
}

function wordsOf(command: unknown): string[] | undefined {
  if (Array.isArray(command)) return command.map(String)
  const line = text(command)
  return line === undefined || /["'`$|&;<>*?\\]/.test(line) ? undefined : line.trim().split(/\s+/)
}
