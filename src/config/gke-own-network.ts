import type { GkeConfig } from './gke.ts'
import type { GkeNames } from './gke-names.ts'
import type { KnownResource } from './known-resource.ts'

type Json = Readonly<Record<string, unknown>>

/** A network of our own with what is in it, in the order in which it can be removed. Pure. */
export function ownNetwork(gke: GkeConfig, names: GkeNames): KnownResource[] {
  const { project, region, base } = names
  const described = (answer: Json) => answer.description === `rtdeploy:${base}`
  const compute = `compute/v1/projects/${project}`
  const at = [`--region=${region}`]
  return [
    ...(gke.minimal
      ? []
      : [
          {
            address: 'google_compute_router_nat.nat',
            id: `${project}/${region}/${names.router}/${names.nat}`,
            title: `NAT ${names.nat}`,
            api: 'compute',
            path: `${compute}/regions/${region}/routers/${names.router}`,
            // A router can be there without its NAT: a run was killed between the two.
            isThere: (answer: Json) => JSON.stringify(answer.nats ?? []).includes(`"name":"${names.nat}"`),
            isOurs: described,
            remove: ['compute', 'routers', 'nats', 'delete', names.nat, `--router=${names.router}`, ...at],
          },
          {
            address: 'google_compute_router.nat',
            id: `projects/${project}/regions/${region}/routers/${names.router}`,
            title: `router ${names.router}`,
            api: 'compute',
            path: `${compute}/regions/${region}/routers/${names.router}`,
            isOurs: described,
            remove: ['compute', 'routers', 'delete', names.router, ...at],
          },
        ]),
    {
      address: 'google_compute_subnetwork.nodes',
      id: `projects/${project}/regions/${region}/subnetworks/${names.subnetwork}`,
      title: `subnetwork ${names.subnetwork}`,
      api: 'compute',
      path: `${compute}/regions/${region}/subnetworks/${names.subnetwork}`,
      isOurs: described,
      remove: ['compute', 'networks', 'subnets', 'delete', names.subnetwork, ...at],
    },
    {
      address: 'google_compute_network.main',
      id: `projects/${project}/global/networks/${names.network}`,
      title: `network ${names.network}`,
      api: 'compute',
      path: `${compute}/global/networks/${names.network}`,
      isOurs: described,
      remove: ['compute', 'networks', 'delete', names.network],
    },
  ]
}
