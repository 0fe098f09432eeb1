import { parseAllDocuments } from 'yaml'
import { type Adopted, adoptEnv, backendOf, list, pathIn, record, repositoryOf, text } from './adopted.ts'

type Fields = Readonly<Record<string, unknown>>
const at = (value: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>((inner, key) => record(inner)[key], value)

/** The manifests that a skaffold.yaml deploys, as it names them: paths and globs. Pure. */
export function manifestsOfSkaffold(document: unknown): string[] {
  const lists = [at(document, 'manifests', 'rawYaml'), at(document, 'deploy', 'kubectl', 'manifests')]
  const named = lists.flatMap(list).flatMap(path => text(path) ?? [])
  return named.length === 0 && at(document, 'deploy', 'kubectl') !== undefined ? ['k8s/*.yaml'] : named
}

/** What is to be had of a skaffold.yaml and its manifests, by path; `unread` are those that were not found. Pure. */
export function adoptSkaffold(
  document: unknown,
  from: string,
  manifests: ReadonlyMap<string, string>,
  unread: readonly string[],
): Adopted {
  const artifacts = list(at(document, 'build', 'artifacts')).map(record)
  const objects = [...manifests].flatMap(([path, yaml]) =>
    parseAllDocuments(yaml).map(one => ({ path, object: record(one.toJS({ maxAliasCount: 100 })) })),
  )
  const images = artifacts.flatMap(artifact => text(artifact.image) ?? [])
  const workloads = objects.filter(({ object }) =>
    ['Deployment', 'StatefulSet'].includes(text(object.kind) ?? ''),
  )
  const imageOf = (object: Fields) => text(containerOf(object).image) ?? ''
  const app =
    workloads.find(({ object }) =>
      images.some(image => repositoryOrName(imageOf(object)) === repositoryOrName(image)),
    ) ?? workloads.find(({ object }) => backendOf(imageOf(object)) === undefined)
  const container = containerOf(app?.object ?? {})
  const backends = workloads.flatMap(({ path, object }) => {
    const kind = backendOf(imageOf(object))
    return kind === undefined ? [] : [{ path, kind, name: text(at(object, 'metadata', 'name')) ?? kind }]
  })
  const where = app === undefined ? from : `${app.path} ${titleOf(app.object)}`
  const variables = list(container.env).map(record)
  const plain = new Map(
    variables.flatMap(({ name, value, valueFrom }) =>
      valueFrom === undefined ? [[text(name) ?? '', text(value)] as const] : [],
    ),
  )
  const referred = variables
    .filter(({ valueFrom }) => at(valueFrom, 'secretKeyRef') !== undefined)
    .map(({ name }) => text(name) ?? '')
  const sorted = adoptEnv(
    plain,
    `${where} env`,
    backends.map(({ name }) => name),
  )
  const names = variables.map(({ name }) => text(name))
  const has = (kind: string, variable: string) =>
    backends.some(backend => backend.kind === kind)
      ? 'in-cluster'
      : names.includes(variable)
        ? 'external'
        : 'off'
  const image = images[0] ?? text(container.image)
  const replicas = at(app?.object, 'spec', 'replicas')
  return {
    from,
    name: text(at(document, 'metadata', 'name')) ?? text(at(app?.object, 'metadata', 'name')),
    image: image === undefined ? undefined : repositoryOf(image),
    platform: text(list(at(document, 'build', 'platforms'))[0]),
    replicas: typeof replicas === 'number' ? replicas : undefined,
    port: Number(text(record(list(container.ports)[0]).containerPort) ?? 3000),
    ready:
      text(at(container, 'readinessProbe', 'httpGet', 'path')) ??
      pathIn(JSON.stringify(container.readinessProbe ?? '')),
    start:
      list(container.command).length > 0
        ? [...list(container.command), ...list(container.args)].map(String)
        : undefined,
    env: sorted.env,
    secrets: [
      ...new Set([...sorted.secrets, ...referred.filter(name => !/^(?:REDIS_URL|MONGODB_URL)$/.test(name))]),
    ],
    redis: has('redis', 'REDIS_URL'),
    mongo: has('mongo', 'MONGODB_URL'),
    left: [
      ...sorted.left,
      ...(image !== undefined && repositoryOf(image) === undefined
        ? [`image ${image}: has no registry; say where to push: --image`]
        : []),
      ...images.slice(1).map(other => `build.artifacts ${other}: one app is taken over`),
      ...leftOfSkaffold(document),
      ...unread.map(path => `manifests ${path}: no such file in the project`),
      ...backends.map(
        ({ path, name, kind }) =>
          `${path} ${name}: becomes infra/kubernetes/${kind}.yaml with a password of its own; its data is not taken over`,
      ),
      ...objects
        .filter(
          one =>
            one !== app &&
            !backends.some(
              ({ path, name }) => path === one.path && name === text(at(one.object, 'metadata', 'name')),
            ),
        )
        .map(({ path, object }) => `${path} ${titleOf(object)}: see infra/kubernetes, which has its own`),
      ...list(container.envFrom).map(
        () => `${where} envFrom: name its secrets under kubernetes.secrets, and the rest under app.env`,
      ),
      ...variables.flatMap(({ name, valueFrom }) =>
        valueFrom !== undefined && !referred.includes(text(name) ?? '') && text(name) !== 'POD_NAME'
          ? [
              `${where} env.${text(name)}: its value comes from another object; put it into infra/kubernetes/deployment.yaml`,
            ]
          : [],
      ),
      ...list(container.volumeMounts).map(
        mount => `${where} volume ${text(record(mount).name)}: pods keep nothing but /tmp`,
      ),
    ],
  }
}

const containerOf = (object: Fields): Fields =>
  record(list(at(object, 'spec', 'template', 'spec', 'containers'))[0])
const titleOf = (object: Fields) =>
  `${text(object.kind) ?? 'object'}/${text(at(object, 'metadata', 'name')) ?? ''}`
const repositoryOrName = (image: string) => repositoryOf(image) ?? image.replace(/[:@].*$/, '')

const whyOfSkaffold: Readonly<Record<string, string>> = {
  profiles: 'has no place here',
  portForward: '`rtdeploy up` prints the address',
  test: 'npm test',
  verify: 'rtdeploy verify',
}

function leftOfSkaffold(document: unknown): string[] {
  const known = ['apiVersion', 'kind', 'metadata', 'build', 'manifests', 'deploy']
  const top = Object.keys(record(document)).filter(key => !known.includes(key))
  const build = Object.keys(record(at(document, 'build'))).filter(
    key => key !== 'artifacts' && key !== 'platforms',
  )
  const deploy = Object.keys(record(at(document, 'deploy'))).filter(key => key !== 'kubectl')
  const manifests = Object.keys(record(at(document, 'manifests'))).filter(key => key !== 'rawYaml')
  return [
    ...top.map(key => `${key}: ${whyOfSkaffold[key] ?? 'has no place here'}`),
    ...build.map(key => `build.${key}: rtdeploy tags by the revision in Git and pushes with Docker`),
    ...deploy.map(key => `deploy.${key}: infra/kubernetes is applied with kubectl and kustomize`),
    ...manifests.map(key => `manifests.${key}: not read; only rawYaml is`),
    ...list(at(document, 'build', 'artifacts')).flatMap(artifact =>
      Object.keys(record(artifact))
        .filter(
          key =>
            !['image', 'docker'].includes(key) &&
            !(key === 'context' && /^\.?\/?$/.test(text(record(artifact).context) ?? '')),
        )
        .map(
          key =>
            `build.artifacts ${text(record(artifact).image)}.${key}: the image is built from the project's Dockerfile`,
        ),
    ),
  ]
}
