import type { GkeNames } from '../config/gke-names.ts'

/** Pages of Google's console that a person would open next. Pure. */
export function consoleLinks(names: GkeNames, app: string, namespace: string): Record<string, string> {
  const { project, location, cluster } = names
  const console = 'https://console.cloud.google.com'
  const query = `resource.type="k8s_container" resource.labels.cluster_name="${cluster}" resource.labels.namespace_name="${namespace}"`
  return {
    cluster: `${console}/kubernetes/clusters/details/${location}/${cluster}/details?project=${project}`,
    app: `${console}/kubernetes/deployment/${location}/${cluster}/${namespace}/${app}/overview?project=${project}`,
    'load balancers': `${console}/net-services/loadbalancing/list/loadBalancers?project=${project}`,
    logs: `${console}/logs/query;query=${encodeURIComponent(query)}?project=${project}`,
    cost: `${console}/billing/linkedaccount?project=${project}`,
  }
}

/** The links for people. Pure. */
export function renderLinks(links: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(links).map(name => name.length))
  return Object.entries(links)
    .map(([name, url]) => `${name.padEnd(width)}  ${url}\n`)
    .join('')
}
