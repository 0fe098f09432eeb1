import type { KindsToCome } from '../facts/cluster-preflight.ts'

/**
 * Kinds that GKE brings by itself: its controllers install them in the first minutes of a cluster, and after the Gateway
 * API was switched on: https://cloud.google.com/kubernetes-engine/docs/how-to/deploying-gateways#enable-gateway. Pure.
 */
export const googleKinds = ({ dryRun }: { readonly dryRun?: boolean }): KindsToCome => ({
  groups: ['gateway.networking.k8s.io', 'networking.gke.io', 'cloud.google.com'],
  // A look ahead waits for nothing.
  timeoutMs: dryRun === true ? 0 : 5 * 60_000,
  hint: 'Google installs what brings this in the first minutes of a cluster: run this again',
})
