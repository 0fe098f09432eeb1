import { kubectlDiff } from '../cluster/support/kubectl-diff.ts'
import { clusterProject, kubeconfig } from '../cluster/support/project.ts'
import { median, type Row } from './row.ts'

const rounds = 9
const names = { up: '`up` when nothing changed / kubectl diff', plan: '`plan` / kubectl diff' } as const

/**
 * What a release that changes nothing costs on a real cluster, against kubectl's own look at the same objects. There is no
 * target: `up` also asks for version, records, quotas and what people may do, each by a kubectl of its own.
 */
export async function benchCluster(): Promise<Row[]> {
  if (kubeconfig === undefined)
    return Object.values(names).map(name => ({
      name,
      value: 0,
      unit: 'x',
      note: 'needs KUBECONFIG and RTDEPLOY_TEST_IMAGE',
    }))
  await using project = clusterProject({ parts: ['redis.yaml'], replicas: 3 })
  const first = await project.run(['up', '--no-verify'])
  if (first.exitCode !== 0) throw new Error(first.stderr)
  const took = { diff: [] as number[], up: [] as number[], plan: [] as number[] }
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now()
    kubectlDiff(project.folder, project.env)
    const diffed = performance.now()
    await project.run(['up', '--no-verify'])
    const upped = performance.now()
    await project.run(['plan'])
    took.diff.push(diffed - began)
    took.up.push(upped - diffed)
    took.plan.push(performance.now() - upped)
  }
  return (['up', 'plan'] as const).map(verb => {
    const value = median(took[verb]) / median(took.diff)
    const note = `${Math.round(median(took[verb]))} ms / ${Math.round(median(took.diff))} ms`
    return { name: names[verb], value, unit: 'x', note }
  })
}
