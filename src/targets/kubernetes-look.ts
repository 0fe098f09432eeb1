import { askCluster } from '../facts/cluster-connection.ts'
import { readLive } from '../facts/cluster-running.ts'
import { argumentOf, objectsOf } from '../kubernetes/object.ts'
import { describeRollout, rolloutState } from '../kubernetes/workloads.ts'
import type { ClusterCondition } from '../plan/plan.ts'
import type { Host } from '../run/host.ts'
import type { Look } from '../run/run-plan.ts'
import { type Cluster, getList } from '../tools/kubectl.ts'

export interface LookOptions {
  /** From rtdeploy.yaml; the entry point's own when absent. */
  readonly url: string | undefined
}

/** Looks at a cluster for a plan that waits. */
export function lookAt(host: Host, cluster: Cluster, options: LookOptions): Look {
  return async (until, tell) => {
    switch (until.kind) {
      case 'rollout':
        return lookAtRollout(host, cluster, until, tell)
      case 'address':
        return (await readLive(host, cluster, { objects: [until.entry] })).address !== undefined
      case 'answers':
        return lookAtAnswers(host, cluster, until, options, tell)
    }
  }
}

async function lookAtRollout(
  host: Host,
  cluster: Cluster,
  until: Extract<ClusterCondition, { kind: 'rollout' }>,
  tell: (text: string) => void,
): Promise<boolean> {
  const found = objectsOf(await askCluster(host, cluster, getList(cluster, until.workloads.map(argumentOf))))
  const states = found.map(rolloutState)
  tell(describeRollout(states))
  return states.length === until.workloads.length && states.every(state => state.done)
}

async function lookAtAnswers(
  host: Host,
  cluster: Cluster,
  until: Extract<ClusterCondition, { kind: 'answers' }>,
  options: LookOptions,
  tell: (text: string) => void,
): Promise<boolean> {
  const url = options.url ?? (await readLive(host, cluster, { objects: [until.entry] })).url
  if (url === undefined) return false
  const answer = await host.request(`${url}${until.path}`, { timeoutMs: 5000 })
  tell(`${url} ${answer === undefined ? 'does not answer yet' : `answers ${answer.status}`}`)
  return answer?.status === 200
}
