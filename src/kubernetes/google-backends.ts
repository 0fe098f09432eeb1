import type { LoadBalancer } from '../config/config.ts'
import type { Check } from '../report/report.ts'
import { backendConfigAnnotation, namedConfig } from './backend-config.ts'
import { isLoadBalancer } from './entry.ts'
import { at, type KubernetesObject, listAt, numberAt, textAt } from './object.ts'

/** A backend service as Compute Engine shows it: what the load balancer really does. */
export interface BackendService {
  readonly name: string
  readonly affinity: string
  /** Seconds. */
  readonly timeout: number
  /** Seconds. */
  readonly draining: number
  /** `EXTERNAL` is the classic load balancer, which cuts busy WebSockets too; `EXTERNAL_MANAGED` is Envoy. */
  readonly scheme: string
  /** For which the load balancer asks to see whether a replica is healthy; undefined where it asks for none. */
  readonly healthPath: string | undefined
}

/** What somebody asked for, and in which object. */
export interface Asked {
  readonly by: string
  readonly affinity: string | undefined
  readonly timeout: number | undefined
  readonly draining: number | undefined
}

/** The settings that manifests ask for, for the Service of an app; undefined when none does. Pure. */
export function askedOf(objects: readonly KubernetesObject[], service: string): Asked | undefined {
  const policy = objects.find(
    object => object.kind === 'GCPBackendPolicy' && textAt(object, 'spec', 'targetRef', 'name') === service,
  )
  if (policy !== undefined) {
    return {
      by: `GCPBackendPolicy/${policy.metadata.name}`,
      affinity: textAt(policy, 'spec', 'default', 'sessionAffinity', 'type'),
      timeout: numberAt(policy, 'spec', 'default', 'timeoutSec'),
      draining: numberAt(policy, 'spec', 'default', 'connectionDraining', 'drainingTimeoutSec'),
    }
  }
  const owner = serviceOf(objects, service)
  const named = owner === undefined ? undefined : namedConfig(objects, owner)
  const configs = objects.filter(object => object.kind === 'BackendConfig')
  const meant = configs.find(
    ({ metadata }) => named !== undefined && 'name' in named && metadata.name === named.name,
  )
  const config = meant ?? configs[0]
  if (config === undefined) return undefined
  return {
    by: `BackendConfig/${config.metadata.name}`,
    affinity: textAt(config, 'spec', 'sessionAffinity', 'affinityType'),
    timeout: numberAt(config, 'spec', 'timeoutSec'),
    draining: numberAt(config, 'spec', 'connectionDraining', 'drainingTimeoutSec'),
  }
}

const serviceOf = (objects: readonly KubernetesObject[], name: string) =>
  objects.find(object => object.kind === 'Service' && object.metadata.name === name)

/** `GENERATED_COOKIE, timeout 3600 s, draining 30 s`. Pure. */
export const settingsOf = ({ affinity, timeout, draining }: BackendService): string =>
  `${affinity}, timeout ${timeout} s, draining ${draining} s`

/** The idle time that an app needs: Engine.IO pings each 25 s and waits 20 s, by default. */
const leastTimeout = 45
/** Below this the classic load balancer cuts everybody's WebSocket many times a day. */
const leastClassicTimeout = 3600

/**
 * Compares what the load balancer does with what the manifests ask for and with what Socket.IO needs. Rules by number:
 * https://socket.io/docs/v4/using-multiple-nodes/ and Google's controllers' sources. Pure.
 */
export function judgeBackends(
  services: readonly BackendService[],
  objects: readonly KubernetesObject[],
  service: string,
  wanted: Pick<LoadBalancer, 'affinity'>,
): Check[] {
  const base = {
    id: 'balancer.settings',
    title: 'The load balancer’s own settings',
    wanted: 'what the manifests ask for, and what Socket.IO needs',
  }
  // Google takes minutes to clear up after a way in that is gone: the one that is there counts.
  const hasIngress = objects.some(object => object.kind === 'Ingress')
  const live = services.find(one => (one.scheme === 'EXTERNAL') === hasIngress) ?? services[0]
  if (live === undefined)
    return [{ ...base, status: 'skip', found: 'Google shows no backend service of this app' }]
  const found = settingsOf(live)
  const problems = problemsOf(live, objects, service, wanted)
  const [first] = problems
  if (first === undefined) return [{ ...base, status: 'pass', found, data: { ...live } }]
  const status = problems.some(problem => problem.status === 'fail') ? 'fail' : 'warn'
  const worst = problems.find(problem => problem.status === status) ?? first
  const why = problems.map(problem => problem.why).join('; ')
  return [{ ...base, status, found, why, hint: worst.hint, data: { ...live } }]
}

const nginxKey = /^nginx\.(?:org|ingress\.kubernetes\.io)\//

interface Problem {
  readonly status: 'warn' | 'fail'
  readonly why: string
  readonly hint: string
}

function problemsOf(
  live: BackendService,
  objects: readonly KubernetesObject[],
  service: string,
  wanted: Pick<LoadBalancer, 'affinity'>,
): Problem[] {
  const asked = askedOf(objects, service)
  const problems: Problem[] = []
  const add = (status: Problem['status'], why: string, hint: string) => problems.push({ status, why, hint })
  const differs = differencesOf(live, asked)
  const own = serviceOf(objects, service)
  const ingress = objects.find(object => object.kind === 'Ingress')
  const named = own === undefined || ingress === undefined ? undefined : namedConfig(objects, own)
  const misplaced = objects.find(
    object => object.kind === 'Ingress' && backendConfigAnnotation(object) !== undefined,
  )
  const names = (config: string | undefined) =>
    `cloud.google.com/backend-config: '{"default":"${config ?? service}"}' on Service/${service}`
  if (named !== undefined && 'problem' in named) {
    add(
      'fail',
      `RT006: cloud.google.com/backend-config on Service/${service} ${named.problem}`,
      names(asked?.by.split('/')[1]),
    )
  } else if (asked !== undefined && differs.length > 0) {
    if (misplaced !== undefined && named === undefined) {
      add(
        'fail',
        `RT001: ${asked.by} asks for ${differs.join(', ')}, and nothing of it is in force: its annotation is on Ingress/${misplaced.metadata.name}, and Google reads it on the Service alone`,
        `put ${names(asked.by.split('/')[1])}`,
      )
    } else {
      add(
        'fail',
        `RT007: ${asked.by} asks for ${differs.join(', ')}`,
        `kubectl describe ${asked.by.toLowerCase()}; the controller says there why it does not take it`,
      )
    }
  }
  if (live.timeout < leastTimeout) {
    const ignored = objects.find(object =>
      Object.keys(object.metadata.annotations ?? {}).some(key => nginxKey.test(key)),
    )
    const nginx =
      ignored === undefined
        ? ''
        : `; RT004: the nginx annotations of ${ignored.kind}/${ignored.metadata.name} mean nothing to Google’s controller`
    add(
      'fail',
      `RT002: every connection ends after ${live.timeout} s, Google’s default${nginx}`,
      'set timeoutSec: 3600 in the GCPBackendPolicy, or 86400 in the BackendConfig',
    )
  } else if (live.scheme === 'EXTERNAL' && live.timeout < leastClassicTimeout) {
    add(
      'warn',
      `RT003: the classic load balancer of an Ingress cuts every WebSocket after ${live.timeout} s, busy or not`,
      'set timeoutSec: 86400 in the BackendConfig, or take a Gateway',
    )
  }
  if (wanted.affinity !== 'none' && live.affinity === 'NONE') {
    const byService = objects.some(
      object => object.kind === 'Service' && at(object, 'spec', 'sessionAffinity') === 'ClientIP',
    )
    add(
      'fail',
      `RT008: requests of a session reach any replica${byService ? '; RT010: the Service’s own sessionAffinity has no effect, the load balancer goes to the pods directly' : ''}`,
      'set sessionAffinity to GENERATED_COOKIE in the GCPBackendPolicy or the BackendConfig',
    )
  }
  if (own !== undefined && isLoadBalancer(own)) {
    add(
      'warn',
      `RT041: Service/${service} has a load balancer of its own besides: a second address on the internet, without cookies and TLS, for its own price`,
      `set type: ClusterIP in Service/${service}`,
    )
  }
  if (live.affinity === 'CLIENT_IP') {
    add(
      'warn',
      'RT011: affinity by address: all people behind one address meet on one replica, and a phone that changes networks loses its session',
      'set sessionAffinity to GENERATED_COOKIE',
    )
  }
  const deployment = objects.find(object => object.kind === 'Deployment' && object.metadata.name === service)
  const grace = numberAt(deployment, 'spec', 'template', 'spec', 'terminationGracePeriodSeconds') ?? 30
  if (live.draining === 0) {
    add(
      'warn',
      'RT027: draining 0 s cuts all connections of a replica in the moment it begins to leave',
      'set connectionDraining.drainingTimeoutSec: 30',
    )
  } else if (deployment !== undefined && live.draining > grace) {
    add(
      'warn',
      `RT027: draining ${live.draining} s outlives the replica, which is ended after ${grace} s`,
      `set terminationGracePeriodSeconds above ${live.draining} in the Deployment`,
    )
  }
  const probed = listAt(deployment, 'spec', 'template', 'spec', 'containers').flatMap(
    container => textAt(container, 'readinessProbe', 'httpGet', 'path') ?? [],
  )
  if (live.healthPath !== undefined && probed.length > 0 && !probed.includes(live.healthPath)) {
    const where = ingress === undefined ? 'RT018' : 'RT017'
    add(
      'warn',
      `${where}: the load balancer asks for ${live.healthPath} to see who is healthy, and the pods’ own probe for ${probed[0]}: whatever does not answer 200 there gets no traffic`,
      `set the path to ${probed[0]} in the ${ingress === undefined ? 'HealthCheckPolicy' : 'BackendConfig'}`,
    )
  }
  return problems
}

function differencesOf(live: BackendService, asked: Asked | undefined): string[] {
  if (asked === undefined) return []
  const { affinity, timeout, draining } = asked
  return [
    ...(affinity !== undefined && affinity !== live.affinity ? [affinity] : []),
    ...(timeout !== undefined && timeout !== live.timeout ? [`timeout ${timeout} s`] : []),
    ...(draining !== undefined && draining !== live.draining ? [`draining ${draining} s`] : []),
  ]
}
