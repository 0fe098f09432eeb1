import { type KubernetesObject, listAt, numberAt, textAt } from './object.ts'

/** One container of one pod, from one start to its end. */
export interface LogSource {
  readonly pod: string
  readonly container: string
  /** Differs after each restart. */
  readonly id: string
  readonly restarts: number
}

export interface ClusterLine {
  readonly pod: string
  /** RFC 3339 with nanoseconds, as the kubelet writes it: sorts as text. */
  readonly time: string
  readonly line: string
}

/** The containers of pods that have begun to run. Pure. */
export function sourcesOf(pods: readonly KubernetesObject[]): LogSource[] {
  return pods.flatMap(pod =>
    listAt(pod, 'status', 'containerStatuses').flatMap(status => {
      const container = textAt(status, 'name')
      const id = textAt(status, 'containerID')
      if (container === undefined || id === undefined) return []
      return [{ pod: pod.metadata.name, container, id, restarts: numberAt(status, 'restartCount') ?? 0 }]
    }),
  )
}

/** `kubectl logs --timestamps`: the kubelet's time, a space, the line. Pure. */
export function parseLine(pod: string, text: string): ClusterLine {
  const found = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) ?(.*)$/s.exec(text)
  return found === null ? { pod, time: '', line: text } : { pod, time: found[1] ?? '', line: found[2] ?? '' }
}

/** Lines of several containers in order of time; those without one stay behind the line before them. Pure. */
export function mergeLines(lists: readonly (readonly ClusterLine[])[]): ClusterLine[] {
  const timed = lists.flatMap(lines => {
    let time = ''
    return lines.map(line => {
      time = line.time === '' ? time : line.time
      return { ...line, time }
    })
  })
  return timed.sort((a, b) =>
    comparable(a.time) < comparable(b.time) ? -1 : comparable(a.time) > comparable(b.time) ? 1 : 0,
  )
}

/** Fractions of a second have as many digits as they need: `.1Z` is after `.09Z`, and `Z` before both. */
export function comparable(time: string): string {
  const [, whole = '', fraction = ''] = /^(.*?)(?:\.(\d+))?(?:Z|[+-]\d\d:\d\d)$/.exec(time) ?? []
  return `${whole}.${fraction.padEnd(9, '0')}`
}

/** Pods of an app that a person names: a pod, the end of its name, or a workload such as `redis`. Pure. */
export function podsNamed(
  pods: readonly KubernetesObject[],
  app: string,
  wanted: string | undefined,
): KubernetesObject[] {
  if (wanted === undefined) return pods.filter(pod => ownerOf(pod) === app)
  const fits = (pod: KubernetesObject) => {
    const { name } = pod.metadata
    const owner = ownerOf(pod)
    return name === wanted || name.endsWith(`-${wanted}`) || owner === wanted || owner === `${app}-${wanted}`
  }
  return pods.filter(fits)
}

/** The Deployment or StatefulSet that a pod belongs to, by the names that Kubernetes makes. Pure. */
export function ownerOf(pod: KubernetesObject): string {
  const owner = listAt(pod, 'metadata', 'ownerReferences')[0]
  const name = textAt(owner, 'name') ?? ''
  const hash = pod.metadata.labels?.['pod-template-hash']
  return hash !== undefined && name.endsWith(`-${hash}`) ? name.slice(0, -hash.length - 1) : name
}
