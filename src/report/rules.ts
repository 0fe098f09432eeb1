import type { Check } from './report.ts'

/** One trap that checks name by its id. */
export interface Rule {
  readonly id: string
  readonly trap: string
  readonly symptom: string
  readonly cause: string
  readonly fix: string
  readonly source: string
}

const socketIo = 'https://socket.io/docs/v4'

/** The traps that `verify` names, in the order of their ids, which never change. */
export const rules: readonly Rule[] = [
  {
    id: 'RT001',
    trap: 'a BackendConfig that is named on the Ingress',
    symptom: 'no affinity, no timeout, no draining; every socket ends after 30 s, and nothing says why',
    cause: 'the controller of Google reads that annotation on Services alone',
    fix: `cloud.google.com/backend-config: '{"default":"NAME"}' on the Service`,
    source: 'https://docs.cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration',
  },
  {
    id: 'RT002',
    trap: 'the load balancer has no timeout of its own, so it has the default of 30 s',
    symptom: 'every client is disconnected after 30 s ("transport close"); long polls end with 502',
    cause: 'a backend service of Google has timeoutSec 30 unless it is set',
    fix: 'loadBalancer.timeout: 3600 for kind envoy; 86400 for kind classic, which cuts busy sockets too',
    source: 'https://docs.cloud.google.com/load-balancing/docs/backend-service#timeout-setting',
  },
  {
    id: 'RT003',
    trap: 'a timeout that counts for busy WebSockets too',
    symptom: 'every socket ends after the same number of seconds, however much is sent over it',
    cause: 'the classic load balancer, which an Ingress makes, counts from the start of a connection',
    fix: 'a Gateway (kind envoy), which counts silence only, or a timeout of 86400',
    source: `${socketIo}/reverse-proxy/`,
  },
  {
    id: 'RT004',
    trap: 'annotations of nginx on an Ingress of Google',
    symptom: 'they are ignored: sockets end after 30 s, sessions reach any replica',
    cause: 'nginx.ingress.kubernetes.io/* means something to ingress-nginx alone',
    fix: 'a BackendConfig on the Service (Ingress), or a GCPBackendPolicy (Gateway)',
    source: 'https://docs.cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration',
  },
  {
    id: 'RT006',
    trap: 'a BackendConfig that the annotation of the Service does not lead to',
    symptom: 'nothing of it is in force, or the load balancer keeps what it had before',
    cause: 'the annotation names another port than the Service has, or a BackendConfig of another namespace',
    fix: `cloud.google.com/backend-config: '{"default":"NAME"}', with NAME in the namespace of the Service`,
    source: 'https://docs.cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration',
  },
  {
    id: 'RT007',
    trap: 'settings that came later than their Ingress',
    symptom: 'BackendConfig or policy ask for one thing, the backend service of Google has another',
    cause: 'the controller does not look again at an Ingress that did not change',
    fix: 'touch the Ingress (kubectl annotate --overwrite), and verify again; new ones: settings first',
    source: 'https://github.com/kubernetes/ingress-gce/issues/1503',
  },
  {
    id: 'RT008',
    trap: 'long polling without session affinity',
    symptom: '400 {"code":1,"message":"Session ID unknown"}; "xhr poll error" in browsers',
    cause: 'requests of one session reach replicas that did not issue it',
    fix: "affinity by cookie at the load balancer, or transports: ['websocket'] on both sides",
    source: `${socketIo}/using-multiple-nodes/`,
  },
  {
    id: 'RT009',
    trap: 'an adapter is taken for session affinity',
    symptom: 'as with RT008, although Redis and its adapter are there',
    cause: 'an adapter hands messages on between replicas; sessions stay where they were made',
    fix: 'both: the adapter, and affinity',
    source: `${socketIo}/redis-adapter/`,
  },
  {
    id: 'RT010',
    trap: 'the sessionAffinity of the Service, behind a load balancer of Google',
    symptom: 'it works through kubectl port-forward and inside the cluster, and not through the address',
    cause: 'the load balancer goes to the Pods directly, past the Service and its kube-proxy',
    fix: 'affinity of the load balancer: GENERATED_COOKIE in BackendConfig or GCPBackendPolicy',
    source: 'https://docs.cloud.google.com/kubernetes-engine/docs/concepts/container-native-load-balancing',
  },
  {
    id: 'RT011',
    trap: 'session affinity by the address of the client',
    symptom: 'one replica has all the load of an office; phones lose their session between networks',
    cause: 'everybody behind one address looks like one client, and an address can change',
    fix: 'loadBalancer.affinity: cookie (GENERATED_COOKIE at Google)',
    source: 'https://docs.cloud.google.com/load-balancing/docs/backend-service#session_affinity',
  },
  {
    id: 'RT014',
    trap: 'a cookie for affinity that browsers do not send back',
    symptom: 'it works with tools and in development, and fails in browsers',
    cause: 'Secure over plain http, SameSite on another site, or a domain or path that does not fit',
    fix: 'serve page and sockets from one site over https, or set the cookie as it is needed there',
    source: 'https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie',
  },
  {
    id: 'RT017',
    trap: 'the health check of an Ingress asks a path that does not answer 200',
    symptom: '502 from the load balancer although pods are ready; certificates that are never issued',
    cause: 'without a path of its own it asks /, and takes over a readiness probe only if that is simple',
    fix: 'a BackendConfig with healthCheck: { type: HTTP, requestPath: /readyz, port: ... }',
    source: 'https://docs.cloud.google.com/kubernetes-engine/docs/concepts/ingress#health_checks',
  },
  {
    id: 'RT018',
    trap: 'a Gateway without a HealthCheckPolicy',
    symptom: '503 "no healthy upstream" although pods are ready',
    cause: 'a Gateway never reads readiness probes: it asks /, and anything but 200 is unhealthy',
    fix: 'a HealthCheckPolicy for the Service, with the path that answers 200',
    source: 'https://docs.cloud.google.com/kubernetes-engine/docs/how-to/configure-gateway-resources',
  },
  {
    id: 'RT021',
    trap: 'HTTP/2 between the load balancer and the replicas',
    symptom: 'upgrades to WebSocket end with 502 while all other requests go well',
    cause: 'a WebSocket of a browser needs HTTP/1.1 all the way to the replica',
    fix: 'HTTP instead of HTTP2 as the protocol of the port (app-protocols, appProtocol)',
    source: 'https://github.com/kubernetes/ingress-gce/issues/1302',
  },
  {
    id: 'RT025',
    trap: 'io.disconnectSockets() when a replica ends',
    symptom: 'people do not come back after a rollout until they load the page again',
    cause:
      'a client that the server disconnects does not connect again by itself; an adapter hands it to all',
    fix: 'io.close(), or end the connections below: then clients come back',
    source: `${socketIo}/client-socket-instance/#disconnect`,
  },
  {
    id: 'RT026',
    trap: 'a replica ends before the load balancer has noticed',
    symptom: '502 or 503 for some seconds at each rollout',
    cause: 'the signal to end and the removal from the load balancer go out at the same time',
    fix: 'go on serving for 15 to 20 s after the signal (preStop sleep), within a longer grace period',
    source: 'https://docs.cloud.google.com/kubernetes-engine/docs/how-to/container-native-load-balancing',
  },
  {
    id: 'RT027',
    trap: 'connection draining that is off, or longer than a replica lives',
    symptom: 'a rollout cuts sockets in one moment; or the load balancer waits for a replica that is gone',
    cause: 'draining is 0 s unless it is set, and a Pod ends with terminationGracePeriodSeconds',
    fix: 'drainingTimeoutSec: 60, and not more than terminationGracePeriodSeconds',
    source: 'https://docs.cloud.google.com/load-balancing/docs/enabling-connection-draining',
  },
  {
    id: 'RT032',
    trap: 'messages stay on the replica that got them',
    symptom: 'some people in a room do not see what others write',
    cause: 'there is no adapter, it uses another Redis, or its Redis is away: then it delivers locally',
    fix: 'the same adapter and the same Redis for every replica; a streams adapter keeps what is missed',
    source: `${socketIo}/redis-adapter/`,
  },
  {
    id: 'RT039',
    trap: 'DNS that does not lead to the load balancer alone',
    symptom: 'the certificate stays in PROVISIONING or FAILED_NOT_VISIBLE; some people reach another server',
    cause: 'Google issues a certificate when every A and AAAA record of the name is its own address',
    fix: 'one A record with the address of the load balancer; no AAAA record beside it',
    source: 'https://docs.cloud.google.com/load-balancing/docs/ssl-certificates/troubleshooting',
  },
  {
    id: 'RT041',
    trap: 'a Service with a load balancer of its own, behind an Ingress or a Gateway',
    symptom: 'a second address on the internet, by which people come in without TLS and without affinity',
    cause: 'type LoadBalancer makes one for the Service alone; Ingress and Gateway go to the Pods themselves',
    fix: 'type ClusterIP, with the annotation cloud.google.com/neg where an Ingress leads to it',
    source: 'https://docs.cloud.google.com/kubernetes-engine/docs/concepts/container-native-load-balancing',
  },
  {
    id: 'RT054',
    trap: 'a client of Socket.IO 2 and a server of 4, or the reverse',
    symptom: 'a disconnect after 30 s, or "Unsupported protocol version"',
    cause: 'they speak Engine.IO 3 and 4, which do not understand each other',
    fix: 'the same major version on both sides; allowEIO3: true on the server while clients move',
    source: `${socketIo}/troubleshooting-connection-issues/`,
  },
]

/** What says more about the first rule that a failed check names; nothing when none does. Pure. */
export function explanation(checks: readonly Check[]): string[] {
  const whys = checks.flatMap(check => (check.status === 'fail' ? (check.why ?? '') : []))
  const id = /RT\d{3}/.exec(whys.join(' '))?.[0]
  return rules.some(rule => rule.id === id) ? [`rtdeploy explain ${id}`] : []
}

/** All rules, a line each. Pure. */
export function listRules(): string {
  return `${rules.map(rule => `${rule.id}  ${rule.trap}`).join('\n')}\n`
}

/** One rule in words. Pure. */
export function describeRule(rule: Rule): string {
  const { id, trap, symptom, cause, fix, source } = rule
  return `${[
    `${id}  ${trap}`,
    `    symptom ${symptom}`,
    `    cause   ${cause}`,
    `    fix     ${fix}`,
    `    source  ${source}`,
  ].join('\n')}\n`
}
