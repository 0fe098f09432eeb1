import {
  at,
  isMapping,
  type KubernetesObject,
  listAt,
  nameOf,
  numberAt,
  referenceOf,
  textAt,
} from './object.ts'
import { isWorkload } from './stamp.ts'

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** `250m`, `1Gi`, `1e3` as a number; undefined when it is no quantity. Pure. */
export function parseQuantity(value: unknown): number | undefined {
  const found = /^([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(String(value))
  const factor = factors[found?.[2] ?? '']
  return found === null || factor === undefined ? undefined : Number(found[1]) * factor
}

/** What quotas count of a pod, under each name that they have for it. */
const counted: readonly (readonly [names: readonly string[], of: (podSpec: unknown) => number])[] = [
  [['pods', 'count/pods'], () => 1],
  [['requests.cpu', 'cpu'], spec => sum(spec, 'requests', 'cpu')],
  [['requests.memory', 'memory'], spec => sum(spec, 'requests', 'memory')],
  [['limits.cpu'], spec => sum(spec, 'limits', 'cpu')],
  [['limits.memory'], spec => sum(spec, 'limits', 'memory')],
]

function sum(podSpec: unknown, kind: 'requests' | 'limits', resource: string): number {
  const one = (container: unknown) =>
    // A limit without a request is the request too.
    parseQuantity(
      at(container, 'resources', kind, resource) ?? at(container, 'resources', 'limits', resource) ?? 0,
    ) ?? 0
  return listAt(podSpec, 'containers').reduce<number>((total, container) => total + one(container), 0)
}

const podSpec = (workload: KubernetesObject | undefined) => at(workload, 'spec', 'template', 'spec')
const replicas = (workload: KubernetesObject | undefined) =>
  workload === undefined ? 0 : (numberAt(workload, 'spec', 'replicas') ?? 1)

/**
 * Quotas that the workloads would not fit into, a line each: the server says so only when a pod is made, and then to
 * nobody in particular. Quotas for some pods only, by scope, are left out. `live`: what runs now. Pure.
 */
export function quotaProblems(
  quotas: readonly KubernetesObject[],
  wanted: readonly KubernetesObject[],
  live: readonly KubernetesObject[],
): string[] {
  const now = new Map(live.filter(isWorkload).map(object => [nameOf(referenceOf(object)), object]))
  return quotas
    .filter(
      quota => at(quota, 'spec', 'scopes') === undefined && at(quota, 'spec', 'scopeSelector') === undefined,
    )
    .flatMap(quota =>
      counted.flatMap(([names, of]) => {
        const more = wanted.filter(isWorkload).reduce((total, workload) => {
          const old = now.get(nameOf(referenceOf(workload)))
          const before = old === undefined ? 0 : replicas(old) * of(podSpec(old))
          return total + Math.max(0, replicas(workload) * of(podSpec(workload)) - before)
        }, 0)
        return names.flatMap(name => tooSmall(quota, name, more))
      }),
    )
}

function tooSmall(quota: KubernetesObject, resource: string, more: number): string[] {
  const hard = at(quota, 'status', 'hard', resource) ?? at(quota, 'spec', 'hard', resource)
  const most = parseQuantity(hard)
  if (hard === undefined || most === undefined || more === 0) return []
  const usedText = isMapping(quota.status) ? textAt(quota, 'status', 'used', resource) : undefined
  const used = parseQuantity(usedText ?? 0) ?? 0
  // Sums of fractions are not exact.
  if (used + more <= most * (1 + 1e-9)) return []
  return [
    `${quota.metadata.name}: ${resource} ${String(hard)}, used ${usedText ?? 0}, ${shown(more, resource)} more needed`,
  ]
}

function shown(value: number, resource: string): string {
  if (/memory/.test(resource)) return `${Math.ceil(value / 2 ** 20)}Mi`
  return /cpu/.test(resource) ? `${Math.round(value * 1000)}m` : String(value)
}
