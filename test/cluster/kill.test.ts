import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ClusterProject, clusterProject, kubeconfig } from './support/project.ts'

/** Where a program is. */
const realPath = (program: string) =>
  process.env.PATH?.split(':').find(path => existsSync(join(path, program))) ?? ''

/** A `docker` that kills who called it, before or after it did what it was asked. */
function dockerKiller(project: ClusterProject, verb: string, moment: 'before' | 'after') {
  const folder = join(project.folder, 'killer')
  mkdirSync(folder)
  const real = `${realPath('docker')}/docker`
  const done = moment === 'after' ? `${real} "$@" > /dev/null 2>&1` : ''
  const script = `#!/bin/sh\n[ "$1" = ${verb} ] || exec ${real} "$@"\n${done}\nkill -9 $PPID\n`
  writeFileSync(join(folder, 'docker'), script, { mode: 0o755 })
  return { PATH: `${folder}:${process.env.PATH}` }
}

/**
 * A `kubectl` that kills who called it, at the n-th call that changes something: before the call has any effect, or
 * after it had its effect and before anybody knows. No hook in the product, and no pretend cluster.
 */
function killer(project: ClusterProject, at: number, moment: 'before' | 'after'): Record<string, string> {
  const folder = join(project.folder, 'killer')
  const count = join(folder, 'count')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const real = realPath('kubectl')
  const script = `#!/bin/sh
changes=no
for word in "$@"; do
  case $word in
    --dry-run=*) changes=no; break ;;
    create|apply|delete|label|patch|replace) changes=yes ;;
  esac
done
[ $changes = yes ] || exec ${real}/kubectl "$@"
echo x >> ${count}
[ "$(wc -l < ${count})" -eq ${at} ] || exec ${real}/kubectl "$@"
${moment === 'after' ? `${real}/kubectl "$@" > /dev/null 2>&1` : ''}
kill -9 $PPID
`
  writeFileSync(join(folder, 'kubectl'), script)
  chmodSync(join(folder, 'kubectl'), 0o755)
  return { PATH: `${folder}:${process.env.PATH}` }
}

/** Names of all that is in the namespace, without what chance names. */
async function world(project: ClusterProject): Promise<string[]> {
  const kinds = 'deployments,services,configmaps,secrets,serviceaccounts,poddisruptionbudgets,leases'
  const names = await project.kubectl('get', kinds, '--output', 'name')
  return names.trim().split('\n').sort()
}

const expected = [
  'configmap/kube-root-ca.crt',
  'configmap/tiny-config',
  'configmap/tiny-rtdeploy-inventory',
  'configmap/tiny-rtdeploy-release-1',
  'deployment.apps/tiny',
  'lease.coordination.k8s.io/tiny-rtdeploy',
  'poddisruptionbudget.policy/tiny',
  'secret/tiny-secrets',
  'service/tiny',
  'serviceaccount/default',
  'serviceaccount/tiny',
]
/**
 * namespace, Lease, secrets, inventory, record, objects, label, Lease. Before one of them the cluster is as it is after
 * the one before: only the journal differs, so that side is looked at twice.
 */
const moments = [
  ...[1, 6].map(at => ['before', at] as const),
  ...[1, 2, 3, 4, 5, 6, 7, 8].map(at => ['after', at] as const),
]
const stateOf = (project: ClusterProject) =>
  project.kubectl(
    'get',
    'configmap',
    'tiny-rtdeploy-release-1',
    '--output',
    'jsonpath={.metadata.labels.rtdeploy\\.dev/state}',
  )

describe.skipIf(kubeconfig === undefined)(
  'killed with SIGKILL',
  { timeout: 300_000, concurrent: true },
  () => {
    it.each(moments)(
      '%s change %i of up: the next up ends where an undisturbed one does',
      async (moment, at) => {
        await using project = clusterProject()
        const killed = await project.run(['up', '--no-verify'], killer(project, at, moment))
        expect(killed.signal).toBe('SIGKILL')
        const next = await project.run(['up', '--no-verify'])
        expect(`${next.exitCode} ${next.stderr}`).toMatch(/^0 /)
        expect(await world(project)).toEqual(expected)
        expect(await stateOf(project)).toBe('ready')
      },
    )

    it.each([
      ['before', 'build'],
      ['after', 'build'],
      ['before', 'push'],
      ['after', 'push'],
    ] as const)('%s docker %s: the next up goes on from there', async (moment, verb) => {
      await using project = clusterProject({ build: true })
      const killed = await project.run(['up', '--no-verify'], dockerKiller(project, verb, moment))
      expect(killed.signal).toBe('SIGKILL')
      const next = await project.run(['up', '--no-verify'])
      expect(`${next.exitCode} ${next.stderr}`).toMatch(/^0 /)
      expect(await world(project)).toEqual(expected)
    })

    it.each([1, 4, 8, 10])('after change %i of down: the next down leaves nothing', async at => {
      await using project = clusterProject()
      expect((await project.run(['up', '--no-verify'])).exitCode).toBe(0)
      const killed = await project.run(['down', '--yes'], killer(project, at, 'after'))
      expect(killed.signal).toBe('SIGKILL')
      const next = await project.run(['down', '--yes'])
      expect(`${next.exitCode} ${next.stderr}`).toMatch(/^0 /)
      await expect(project.kubectl('get', 'namespace', project.namespace)).rejects.toThrow('NotFound')
    })
  },
)
