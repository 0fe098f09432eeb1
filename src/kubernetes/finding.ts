import type { KubernetesObject } from './object.ts'

/** Why something does not come up, and how sure it is. */
export interface Finding {
  /** `rollout.image-pull`: stable, it becomes the error's code. */
  readonly code: string
  /** What it is about; a finding with the same code and subject is the same one looked at later. */
  readonly subject: string
  /** One line, lower case. */
  readonly message: string
  /** What the cluster itself says. */
  readonly proof: readonly string[]
  /** For how long it must be seen before waiting any longer is of no use. Infinite: it may yet come right. */
  readonly graceMs: number
  /** Arguments of the `kubectl` that shows more. */
  readonly show: readonly string[]
  /** The container whose last words say more. */
  readonly logs?: { readonly pod: string; readonly container: string; readonly previous: boolean }
}

export const describePod = (pod: KubernetesObject): readonly string[] => [
  'describe',
  'pod',
  pod.metadata.name,
]
export const logsOf = (pod: string, container: string): readonly string[] => [
  'logs',
  pod,
  '-c',
  container,
  '--previous',
]

/** Kubelet and controllers try again by themselves: what is certain is told at once, what may be a hiccup later. */
export const graces = {
  certain: 0,
  soon: 5_000,
  hiccup: 20_000,
  slow: 30_000,
  patient: 60_000,
  controller: 90_000,
  never: Infinity,
} as const
