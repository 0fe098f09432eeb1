import { type KubernetesObject, listAt, numberAt, textAt } from './object.ts'

/** Of which Google's controller reads the first that is there, on Services and nowhere else. */
const keys = ['cloud.google.com/backend-config', 'beta.cloud.google.com/backend-config']

/** Which BackendConfigs an object names, as it is written; undefined when none. Pure. */
export const backendConfigAnnotation = (object: KubernetesObject | undefined): string | undefined =>
  keys.map(key => object?.metadata.annotations?.[key]).find(Boolean)

/** What the annotation of a Service leads to: the BackendConfig of a name, or why there is none. */
type Named = { readonly name: string } | { readonly problem: string } | undefined

/**
 * The BackendConfig of a Service's ports, as Google's controller finds it: by the port's name, its number, then `default`
 * (ingress-gce, pkg/backendconfig/backendconfig.go). Undefined when the Service names none. Pure.
 */
export function namedConfig(objects: readonly KubernetesObject[], service: KubernetesObject): Named {
  const annotation = backendConfigAnnotation(service)
  if (annotation === undefined) return undefined
  const names = parse(annotation)
  if (names === undefined) return { problem: 'is not JSON' }
  const ports = listAt(service, 'spec', 'ports').map(port => ({
    name: textAt(port, 'name') ?? '',
    number: String(numberAt(port, 'port')),
  }))
  const found = ports.map(port => names.ports[port.name] ?? names.ports[port.number] ?? names.default)
  const name = found.find(one => one !== undefined)
  if (name === undefined) {
    const spoken = Object.keys(names.ports).join(', ')
    const there = ports.map(port => [port.name, port.number].filter(Boolean).join(' or ')).join(', ')
    return { problem: `speaks of port ${spoken}, and the Service has ${there}` }
  }
  const isThere = objects.some(object => object.kind === 'BackendConfig' && object.metadata.name === name)
  return isThere ? { name } : { problem: `names BackendConfig/${name}, which is not in its namespace` }
}

interface Names {
  readonly default: string | undefined
  readonly ports: Readonly<Record<string, string>>
}

function parse(annotation: string): Names | undefined {
  try {
    const { default: other, ports } = JSON.parse(annotation) as Partial<Names>
    return { default: other, ports: ports ?? {} }
  } catch {
    return undefined
  }
}
