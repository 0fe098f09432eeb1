import { spawnSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'

/**
 * The kubeconfig of a cluster that answers: RTDEPLOY_TEST_KUBECONFIG or KUBECONFIG. Undefined when there is none; throws
 * where RTDEPLOY_TEST_REQUIRE names `cluster`, so that a machine which promises one cannot skip silently.
 */
export function reachableCluster(kubectl: string | undefined): string | undefined {
  const path = process.env.RTDEPLOY_TEST_KUBECONFIG ?? process.env.KUBECONFIG
  if (kubectl !== undefined && path !== undefined && path !== '') {
    const args = ['--kubeconfig', path, '--request-timeout=10s', 'get', '--raw', '/readyz']
    if (spawnSync(kubectl, args).status === 0) return path
  }
  if ((process.env.RTDEPLOY_TEST_REQUIRE ?? '').split(',').includes('cluster')) {
    throw new Error(`RTDEPLOY_TEST_REQUIRE names a cluster, and none answers by KUBECONFIG=${path ?? ''}`)
  }
  const ledger = process.env.RTDEPLOY_TEST_MISSING
  if (ledger !== undefined) appendFileSync(ledger, 'kubeconfig\n')
  return undefined
}
