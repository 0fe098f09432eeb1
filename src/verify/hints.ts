import type { Observations } from './observations.ts'

/** Fixes that more than one check gives. */
export const hints = {
  upgrade:
    'let every proxy on the way pass Upgrade and Connection; in nginx: proxy_http_version 1.1 and both headers',
  replicas: 'rtdeploy verify --replicas N says how many there should be',
} as const

/** What was asked for is only known where an rtdeploy.yaml is. */
export function hasSettings({ wanted }: Observations): boolean {
  return wanted.affinity !== undefined
}

export function identityHint({ wanted }: Observations): string {
  const how = 'say how replicas name themselves: --identity event:NAME, ack:NAME, header:NAME or cookie:NAME'
  return wanted.inProject ? `${how}, or verify.identity in rtdeploy.yaml` : how
}

/** For an app whose replicas all give the same name. */
export function sameNameHint({ wanted }: Observations): string {
  const pod = wanted.inProject ? 'POD_NAME, which differs from replica to replica' : 'a name that is its own'
  return `let each replica give ${pod}; a host name is the same for all that run on one machine`
}

export function fanOutHint({ wanted }: Observations): string {
  return wanted.inProject
    ? 'set verify.fanOut in rtdeploy.yaml: join, send and receive'
    : `--send '["message","$text"]' --receive message, with --join '["join","$room"]' where there are rooms`
}

export function affinityHint({ wanted }: Observations): string {
  const other = "or transports: ['websocket'] on both sides"
  if (wanted.affinity === undefined) {
    return `turn on session affinity by cookie at the load balancer (GENERATED_COOKIE at Google), ${other}`
  }
  return wanted.affinity === 'none'
    ? `set loadBalancer.affinity: cookie in rtdeploy.yaml (GENERATED_COOKIE at Google) and run rtdeploy up, ${other}`
    : `rtdeploy.yaml says loadBalancer.affinity: ${wanted.affinity}, which is not in effect: run rtdeploy up without --affinity`
}

export function logsHint(observations: Observations): string {
  const what = 'look at the logs of the replicas and of the load balancer'
  return hasSettings(observations) ? `${what}: rtdeploy logs` : what
}

export function readinessHint(observations: Observations): string {
  return hasSettings(observations)
    ? 'rtdeploy status shows whether every replica is ready'
    : 'check that every replica is ready and behind the load balancer'
}

export function adapterHint(observations: Observations): string {
  const what = 'give every replica the same adapter and the same Redis'
  return hasSettings(observations) ? `${what}; rtdeploy status shows the backends` : what
}

export function timeoutHint({ wanted }: Observations): string {
  const { balancer } = wanted
  if (balancer?.byFlag === true)
    return `timeout ${balancer.timeoutSec} s and kind ${balancer.kind} are not what rtdeploy.yaml says: run rtdeploy up without --timeout and --kind`
  return wanted.affinity !== undefined
    ? 'raise loadBalancer.timeout in rtdeploy.yaml: 3600 for kind envoy, 86400 for kind classic'
    : "raise the load balancer's timeout (timeoutSec of the backend service at Google): 3600, or 86400 on a classic one"
}
