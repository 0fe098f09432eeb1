import { spawnSync } from 'node:child_process'
import { optional } from './needs.ts'

/**
 * The kubeconfig of a cluster that answers. A file alone promises nothing: it outlives a cluster that was stopped. Throws
 * where RTDEPLOY_TEST_REQUIRE names `cluster` and none answers.
 */
export function reachableCluster(kubectl: string | undefined): string | undefined {
  const kubeconfig = optional('cluster')
  if (kubectl === undefined || kubeconfig === undefined) return undefined
  const args = ['--kubeconfig', kubeconfig, '--request-timeout=10s', 'get', '--raw', '/readyz']
  if (spawnSync(kubectl, args).status === 0) return kubeconfig
  if ((process.env.RTDEPLOY_TEST_REQUIRE ?? '').split(',').includes('cluster')) {
    throw new Error(`RTDEPLOY_TEST_REQUIRE names a cluster, and none answers by ${kubeconfig}`)
  }
  return undefined
}
