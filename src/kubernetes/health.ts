import type { Check } from '../report/report.ts'
import { type Cluster, kubectlLine } from '../tools/kubectl.ts'
import { addressOf } from './entry.ts'
import { type KubernetesObject, listAt, nameOf, referenceOf, textAt } from './object.ts'
import { isWorkload } from './stamp.ts'
import { rolloutState } from './workloads.ts'

/** One check a workload. Pure. */
export function workloadChecks(objects: readonly KubernetesObject[], cluster: Cluster): Check[] {
  return objects.filter(isWorkload).map((object): Check => {
    const { done, wanted, available, updated } = rolloutState(object)
    const name = nameOf(referenceOf(object))
    const base = {
      id: `workload.${object.metadata.name}`,
      title: name,
      wanted: `${wanted} ready`,
      found: done
        ? `${available}/${wanted} ready`
        : `${available}/${wanted} ready, ${updated} of the newest release`,
    }
    // The old pods serve on while the new ones come up: that is no failure.
    if (done) return { ...base, status: 'pass' }
    const hint = kubectlLine(cluster, 'describe', object.kind.toLowerCase(), object.metadata.name)
    return { ...base, status: available >= wanted ? 'warn' : 'fail', hint }
  })
}

/** The way in, and what its controller says of the backends behind it. Pure. */
export function entryChecks(entry: KubernetesObject | undefined, cluster: Cluster): Check[] {
  if (entry === undefined) return []
  const reference = referenceOf(entry)
  const address = addressOf(entry)
  const hint = kubectlLine(cluster, 'describe', entry.kind.toLowerCase(), entry.metadata.name)
  const base = { id: 'entry.address', title: nameOf(reference), wanted: 'an address' }
  const found: Check =
    address === undefined
      ? { ...base, status: 'fail', found: 'no address', hint }
      : { ...base, status: 'pass', found: address }
  return [found, ...backendCheck(entry, hint)]
}

/** `{"k8s1-...": "HEALTHY"}`, which Google's Ingress controller keeps up to date. */
const backendsKey = 'ingress.kubernetes.io/backends'

function backendCheck(entry: KubernetesObject, hint: string): Check[] {
  const text = textAt(entry, 'metadata', 'annotations', backendsKey)
  if (text === undefined) return []
  const states = Object.entries(parse(text))
  const bad = states.filter(([, state]) => state !== 'HEALTHY')
  return [
    {
      id: 'entry.backends',
      title: 'Backends of the load balancer',
      wanted: 'all healthy',
      status: bad.length === 0 ? 'pass' : 'warn',
      found:
        bad.length === 0
          ? `${states.length} healthy`
          : bad.map(([name, state]) => `${name} ${state}`).join(', '),
      ...(bad.length === 0 ? {} : { hint }),
    },
  ]
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** The line that opens a shell in a replica; for people. Pure. */
export function shellOf(objects: readonly KubernetesObject[], cluster: Cluster, name: string): string {
  const app = objects.find(object => object.kind === 'Deployment' && object.metadata.name === name)
  const [container] = listAt(app, 'spec', 'template', 'spec', 'containers')
  const flags = ['-c', textAt(container, 'name') ?? 'app', '--', 'sh']
  return kubectlLine(cluster, 'exec', '-it', `deployment/${name}`, ...flags)
}
