import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/parse.ts'
import { watchDisruption } from '../../../src/verify/disruption.ts'
import { verifyDefaults } from '../../../src/verify/options.ts'
import { optional } from '../../support/needs.ts'
import { until } from '../../support/until.ts'
import { type ClusterProject, clusterProject, kubeconfig } from '../support/project.ts'

/** A program that takes `kill N` and `start N`, N being the number at the end of a node's name. */
const killer = optional('node-killer')

const podsOf = async (project: ClusterProject) => {
  const path = '{range .items[*]}{.metadata.name}{" "}{.spec.nodeName}{"\\n"}{end}'
  const text = await project.kubectl('get', 'pods', '--output', `jsonpath=${path}`)
  return text
    .trim()
    .split('\n')
    .map(line => line.split(' '))
    .map(([name = '', node = '']) => ({ name, node }))
}
const readyOf = (project: ClusterProject) =>
  project.kubectl('get', 'deployment', 'tiny', '--output', 'jsonpath={.status.readyReplicas}')

describe.skipIf(kubeconfig === undefined || killer === undefined)('a node that loses its power', () => {
  it('under load: what was acknowledged arrives, everybody comes back, and so do the replicas', async () => {
    await using project = clusterProject({ parts: ['redis.yaml', 'entry.yaml'], replicas: 3 })
    const up = await project.run(['up', '--no-verify', '--json'])
    const { url } = JSON.parse(up.stdout).result
    const pods = await podsOf(project)
    const store = pods.find(pod => pod.name === 'tiny-redis-0')
    const victim = pods.find(pod => pod.name !== store?.name && pod.node !== store?.node)?.node ?? ''
    const number = /\d+$/.exec(victim)?.[0] ?? ''
    const power = (verb: 'kill' | 'start') => promisify(execFile)(killer ?? '', [verb, number])
    const config = parseConfig(project.read('rtdeploy.yaml'), 'rtdeploy.yaml')
    const { fanOut, identity } = config.verify
    if (fanOut === undefined) throw new Error('the fixture says how it talks')
    try {
      const { checks, ledger } = await watchDisruption(
        {
          verify: { ...verifyDefaults, identity, fanOut, url },
          name: 'power',
          title: 'Node without power',
          clients: 12,
          onProgress: () => undefined,
          disrupt: async () => {
            await power('kill')
            // The cloud notices that the machine is gone and takes the Node object away.
            await project.kubectl('delete', 'node', victim)
            const gone = pods.filter(pod => pod.node === victim).map(pod => pod.name)
            const isBack = async () => {
              const now = await podsOf(project)
              return !now.some(pod => gone.includes(pod.name)) && (await readyOf(project)) === '3'
            }
            await until('three replicas elsewhere', isBack, 120_000)
          },
        },
        new AbortController().signal,
      )
      const of = (what: string) => checks.find(check => check.id === `disruption.power.${what}`)
      expect(of('messages')?.data).toMatchObject({ lost: 0, missed: 0 })
      expect(of('reconnect')?.data).toMatchObject({ away: 0 })
      // Who sat on that node was cut off, and is elsewhere now.
      const gone = pods.filter(pod => pod.node === victim).map(pod => pod.name)
      expect(ledger.replicasBefore).toEqual(expect.arrayContaining(gone))
      for (const name of gone) expect(ledger.replicasAfter).not.toContain(name)
      expect(ledger.gaps.length).toBeGreaterThan(0)
      const status = await project.run(['status', '--json'])
      expect(JSON.parse(status.stdout).outcome).toBe('done')
    } finally {
      await power('start')
    }
  })
})
