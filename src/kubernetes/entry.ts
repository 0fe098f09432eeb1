import { at, type KubernetesObject, listAt, numberAt, textAt } from './object.ts'

/** The object by which people come in: a Gateway, else an Ingress, else a Service with a load balancer. Pure. */
export function entryOf(objects: readonly KubernetesObject[]): KubernetesObject | undefined {
  return (
    objects.find(object => object.kind === 'Gateway') ??
    objects.find(object => object.kind === 'Ingress') ??
    objects.find(isLoadBalancer)
  )
}

export const isLoadBalancer = (object: KubernetesObject): boolean =>
  object.kind === 'Service' && textAt(object, 'spec', 'type') === 'LoadBalancer'

/** The address that the controller gave it; undefined while there is none. Pure. */
export function addressOf(entry: KubernetesObject): string | undefined {
  if (entry.kind === 'Gateway') {
    const programmed = listAt(entry, 'status', 'conditions').some(
      condition => textAt(condition, 'type') === 'Programmed' && textAt(condition, 'status') === 'True',
    )
    return programmed ? textAt(entry, 'status', 'addresses', 0, 'value') : undefined
  }
  const first = at(entry, 'status', 'loadBalancer', 'ingress', 0)
  return textAt(first, 'ip') ?? textAt(first, 'hostname')
}

interface Way {
  readonly secure: boolean
  readonly host: string | undefined
  readonly port: number
}

/**
 * Where people come in, computed from the entry point: its host name when it has one, else its address.
 * `routes`: the HTTPRoutes, which hold the host names of a Gateway. Undefined while there is no address. Pure.
 */
export function urlOf(entry: KubernetesObject, routes: readonly KubernetesObject[]): string | undefined {
  const address = addressOf(entry)
  if (address === undefined) return undefined
  const { secure, host, port } = wayOf(entry, routes)
  const name = host ?? (address.includes(':') ? `[${address}]` : address)
  const usual = secure ? 443 : 80
  return `${secure ? 'https' : 'http'}://${name}${port === usual ? '' : `:${port}`}`
}

/** An Ingress of GKE has its certificates by name: https://cloud.google.com/kubernetes-engine/docs/concepts/ingress-xlb */
function hasGoogleCertificate({ metadata }: KubernetesObject): boolean {
  const names = ['networking.gke.io/managed-certificates', 'ingress.gcp.kubernetes.io/pre-shared-cert']
  return names.some(name => (metadata.annotations?.[name] ?? '') !== '')
}

function wayOf(entry: KubernetesObject, routes: readonly KubernetesObject[]): Way {
  if (entry.kind === 'Gateway') {
    const listeners = listAt(entry, 'spec', 'listeners')
    const secure = listeners.find(listener => textAt(listener, 'protocol') === 'HTTPS')
    const listener = secure ?? listeners[0]
    const ours = routes.filter(route =>
      listAt(route, 'spec', 'parentRefs').some(parent => textAt(parent, 'name') === entry.metadata.name),
    )
    const names = [textAt(listener, 'hostname'), ...ours.map(route => textAt(route, 'spec', 'hostnames', 0))]
    const host = names.find(name => name !== undefined && !name.startsWith('*'))
    return { secure: secure !== undefined, host, port: numberAt(listener, 'port') ?? (secure ? 443 : 80) }
  }
  if (entry.kind === 'Ingress') {
    const secure = listAt(entry, 'spec', 'tls').length > 0 || hasGoogleCertificate(entry)
    return { secure, host: textAt(entry, 'spec', 'rules', 0, 'host'), port: secure ? 443 : 80 }
  }
  const ports = listAt(entry, 'spec', 'ports')
  const port = ports.find(candidate => textAt(candidate, 'name') === 'http') ?? ports[0]
  return { secure: false, host: undefined, port: numberAt(port, 'port') ?? 80 }
}
