import { digestOf } from './canonical.ts'
import { annotations, labels, recordNames } from './names.ts'
import { at, isMapping, type KubernetesObject, listAt, textAt } from './object.ts'

export interface Stamp {
  readonly name: string
  readonly replicas: number
  /** How often the Secret `<name>-secrets` was changed by us; undefined when there is none. */
  readonly secretsVersion: string | undefined
}

const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet']
export const isWorkload = (object: KubernetesObject): boolean =>
  workloadKinds.includes(object.kind) && object.apiVersion.startsWith('apps/')

/**
 * The rendered manifests with what follows from all of them together: how many replicas and who decides it, and marks
 * on the pod templates that change when what the containers read changes, since pods do not notice that themselves. Pure.
 */
export function stampObjects(objects: readonly KubernetesObject[], stamp: Stamp): KubernetesObject[] {
  const scaled = objects.filter(object => object.kind === 'HorizontalPodAutoscaler')
  const isScaled = (object: KubernetesObject) =>
    scaled.some(
      scaler =>
        textAt(scaler, 'spec', 'scaleTargetRef', 'kind') === object.kind &&
        textAt(scaler, 'spec', 'scaleTargetRef', 'name') === object.metadata.name,
    )
  const scaledObjects = objects.map(object => {
    if (object.kind === 'HorizontalPodAutoscaler') return withMinReplicas(object, stamp)
    if (object.kind !== 'Deployment' || object.metadata.name !== stamp.name) return object
    const { replicas: _replicas, ...spec } = object.spec as Record<string, unknown>
    return { ...object, spec: isScaled(object) ? spec : { ...spec, replicas: stamp.replicas } }
  })
  return markObjects(scaledObjects, stamp)
}

/** The marks alone: for what an earlier release applied, whose secrets have changed since. Pure. */
export function markObjects(
  objects: readonly KubernetesObject[],
  stamp: Pick<Stamp, 'name' | 'secretsVersion'>,
): KubernetesObject[] {
  return objects.map(object => (isWorkload(object) ? withMarks(object, objects, stamp) : object))
}

function withMinReplicas(scaler: KubernetesObject, { name, replicas }: Stamp): KubernetesObject {
  if (textAt(scaler, 'spec', 'scaleTargetRef', 'name') !== name) return scaler
  const spec = scaler.spec as Record<string, unknown>
  const most = typeof spec.maxReplicas === 'number' ? spec.maxReplicas : replicas
  return { ...scaler, spec: { ...spec, minReplicas: replicas, maxReplicas: Math.max(most, replicas) } }
}

function withMarks(
  object: KubernetesObject,
  all: readonly KubernetesObject[],
  { name, secretsVersion }: Pick<Stamp, 'name' | 'secretsVersion'>,
): KubernetesObject {
  const template = at(object, 'spec', 'template')
  if (!isMapping(template)) return object
  const read = referencesOf(at(template, 'spec'))
  const configs = all.filter(other => other.kind === 'ConfigMap' && read.configs.has(other.metadata.name))
  const marks = {
    ...(configs.length === 0
      ? {}
      : { [annotations.config]: digestOf(configs.map(config => [config.data, config.binaryData])) }),
    ...(secretsVersion === undefined || !read.secrets.has(recordNames(name).secret)
      ? {}
      : { [annotations.secrets]: secretsVersion }),
  }
  if (Object.keys(marks).length === 0) return object
  const metadata = isMapping(template.metadata) ? template.metadata : {}
  const kept = isMapping(metadata.annotations) ? metadata.annotations : {}
  return {
    ...object,
    spec: {
      ...(object.spec as object),
      template: { ...template, metadata: { ...metadata, annotations: { ...kept, ...marks } } },
    },
  }
}

/** Names of the ConfigMaps and Secrets that a pod reads: in `envFrom`, `env` and volumes. Pure. */
export function referencesOf(podSpec: unknown): {
  readonly configs: Set<string>
  readonly secrets: Set<string>
} {
  const configs = new Set<string>()
  const secrets = new Set<string>()
  const note = (set: Set<string>, name: string | undefined) => name !== undefined && set.add(name)
  for (const container of [...listAt(podSpec, 'containers'), ...listAt(podSpec, 'initContainers')]) {
    for (const source of listAt(container, 'envFrom')) {
      note(configs, textAt(source, 'configMapRef', 'name'))
      note(secrets, textAt(source, 'secretRef', 'name'))
    }
    for (const variable of listAt(container, 'env')) {
      note(configs, textAt(variable, 'valueFrom', 'configMapKeyRef', 'name'))
      note(secrets, textAt(variable, 'valueFrom', 'secretKeyRef', 'name'))
    }
  }
  for (const volume of listAt(podSpec, 'volumes')) {
    for (const source of [volume, ...listAt(volume, 'projected', 'sources')]) {
      note(configs, textAt(source, 'configMap', 'name'))
      note(secrets, textAt(source, 'secret', 'secretName') ?? textAt(source, 'secret', 'name'))
    }
  }
  return { configs, secrets }
}

/** The same objects with the number of the release they belong to. Pure. */
export function numberObjects(objects: readonly KubernetesObject[], revision: number): KubernetesObject[] {
  return objects.map(object => ({
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...object.metadata.labels, [labels.revision]: String(revision) },
    },
  }))
}
