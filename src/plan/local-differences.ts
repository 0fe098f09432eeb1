import type { LoadBalancer } from '../config/config.ts'
import type { LocalState, SupervisorSpec } from '../local/state.ts'

export interface Differences {
  /** Everything has to end and start again. */
  readonly restart: boolean
  readonly port: boolean
  readonly balancer: boolean
  readonly scale: boolean
  readonly sources: boolean
}

/** How the running state differs from what is wanted. Pure. */
export function differences(state: LocalState, wanted: SupervisorSpec): Differences {
  const { spec } = state
  const fixed = (one: SupervisorSpec) =>
    JSON.stringify({ ...one, loadBalancer: 0, replicas: 0, sources: 0, port: 0 })
  const balancer = (settings: LoadBalancer) =>
    JSON.stringify([settings.kind, settings.affinity, settings.timeout, settings.draining])
  return {
    restart: state.phase !== 'up' || fixed(spec) !== fixed(wanted),
    port: wanted.port !== 0 && wanted.port !== spec.port,
    balancer: balancer(spec.loadBalancer) !== balancer(wanted.loadBalancer),
    scale: spec.replicas !== wanted.replicas,
    sources: spec.sources !== wanted.sources,
  }
}
