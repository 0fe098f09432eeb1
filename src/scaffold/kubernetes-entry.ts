import * as gateway from '../../templates/kubernetes/entry-gateway.yaml.hbs'
import * as gatewayGoogle from '../../templates/kubernetes/entry-gateway-google.yaml.hbs'
import * as gatewayTraefik from '../../templates/kubernetes/entry-gateway-traefik.yaml.hbs'
import * as ingress from '../../templates/kubernetes/entry-ingress.yaml.hbs'
import * as ingressGce from '../../templates/kubernetes/entry-ingress-gce.yaml.hbs'
import * as loadbalancer from '../../templates/kubernetes/entry-loadbalancer.yaml.hbs'
import type { LoadBalancer } from '../config/config.ts'
import type { KubernetesAnswers } from './kubernetes-answers.ts'
import type { Template } from './render.ts'

/** Google's Gateway classes, all of which take its policies. */
const isGoogle = (className: string) => className.startsWith('gke-')

/** The template of entry.yaml. Pure. */
export function entryTemplate({ entry, className }: KubernetesAnswers): Template {
  if (entry === 'loadbalancer') return loadbalancer
  if (entry === 'ingress') return className === 'gce' ? ingressGce : ingress
  if (isGoogle(className)) return gatewayGoogle
  return className === 'traefik' ? gatewayTraefik : gateway
}

/** What the templates have holes for because of the way in. Pure. */
export function entryView(name: string, answers: KubernetesAnswers) {
  const { entry, className, namespace } = answers
  const isIngress = entry === 'ingress'
  const fromGoogle = (isIngress && className === 'gce') || (entry === 'gateway' && isGoogle(className))
  const fromNamespace = fromGoogle || entry === 'loadbalancer' ? '' : (namespaces.get(className) ?? '')
  return {
    className,
    host: answers.host ?? '',
    tls: `${name}-tls`,
    address: `${name}-ip`,
    reserved: answers.reserved === true,
    timeout: balancerOf(answers).timeout,
    traefik: className === 'traefik',
    haproxy: isIngress && className === 'haproxy',
    nginx: isIngress && className === 'nginx',
    googleIngress: isIngress && className === 'gce' ? JSON.stringify({ default: name }) : '',
    // As Traefik names what its Ingress provider found: <namespace>-<service>-<port>@kubernetes.
    sticky: `${namespace}-${name}-http@kubernetes`,
    stickyHost: `${name}.invalid`,
    fromGoogle,
    // Regional and internal balancers reach the pods from proxies inside of the network.
    fromProxies: fromGoogle && /regional|rilb/.test(className),
    fromNamespace,
    fromAnywhere: entry === 'loadbalancer',
    fromPods: entry === 'gateway' && !fromGoogle && fromNamespace === '',
  }
}

/** Where each controller's own installation guide puts it. */
const namespaces: ReadonlyMap<string, string> = new Map([
  ['traefik', 'traefik'],
  ['haproxy', 'haproxy-controller'],
  ['nginx', 'ingress-nginx'],
])

/** Which rules the way in has, so that the app meets the same ones on this machine. Pure. */
export function balancerOf({
  entry,
  className,
}: Pick<KubernetesAnswers, 'entry' | 'className'>): LoadBalancer {
  const usual = { kind: 'envoy', affinity: 'cookie', timeout: 3600, draining: 30 } as const
  if (entry === 'loadbalancer') return { ...usual, affinity: 'client-ip' }
  // It cuts busy WebSockets, too: a day is as long as it should be.
  if (entry === 'ingress' && className === 'gce') return { ...usual, kind: 'classic', timeout: 86_400 }
  return usual
}
