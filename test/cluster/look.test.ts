import { describe, expect, it } from 'vitest'
import { type ClusterProject, clusterProject, kubeconfig } from './support/project.ts'

const podsOf = async (project: ClusterProject): Promise<readonly string[]> => {
  const text = await project.kubectl('get', 'pods', '--output', 'name')
  return text.trim().replaceAll('pod/', '').split('\n')
}

describe.skipIf(kubeconfig === undefined)('looking at what runs', { timeout: 300_000 }, () => {
  it('tells replicas by node with their connections, release, image, way in and the line for a shell', async () => {
    await using project = clusterProject({ replicas: 2 })
    expect((await project.run(['up', '--no-verify'])).exitCode).toBe(0)
    const { stdout, exitCode } = await project.run(['status'])
    expect(exitCode).toBe(0)
    expect(stdout.match(/^tiny-\S+ +ready +0 +0 +\S+ +\S+/gm)).toHaveLength(2)
    expect(stdout).toMatch(/^release {2}1 \(ready\)/m)
    expect(stdout).toContain(`image    ${project.image}`)
    expect(stdout).toContain('way in   no address')
    expect(stdout).toContain(`-n ${project.namespace} exec -it deployment/tiny -c app -- sh`)
    await project.kubectl('scale', 'deployment', 'tiny', '--replicas', '0')
    const scaled = await project.run(['status', '--json'])
    expect(scaled.exitCode).toBe(0)
    expect(JSON.parse(scaled.stdout).result.replicas).toEqual([])
  })

  it('shows the logs of all replicas, those of one, what is new, and goes on over a restart', async () => {
    await using project = clusterProject({ replicas: 2 })
    expect((await project.run(['up', '--no-verify'])).exitCode).toBe(0)
    const names = await podsOf(project)
    const all = await project.run(['logs'])
    for (const name of names) expect(all.stdout).toContain(`${name} listens`)
    const [one = '', other = ''] = names
    const single = await project.run(['logs', one])
    expect(single.stdout).toContain(`${one} listens`)
    expect(single.stdout).not.toContain(other)
    const unknown = await project.run(['logs', 'nobody'])
    expect([unknown.exitCode, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('no pod is called nobody'),
    ])
    expect((await project.run(['logs', '--since', '1s'])).stdout).not.toContain('listens')

    const following = project.start(['logs', '-f'])
    await following.seen(`${other} listens`)
    await project.kubectl('rollout', 'restart', 'deployment', 'tiny')
    await project.kubectl('rollout', 'status', 'deployment', 'tiny', '--timeout=2m')
    const fresh = await podsOf(project)
    const come = fresh.find(name => !names.includes(name)) ?? ''
    await following.seen(`${come} listens`)
    await following.seen(`${one} drains`)
    following.kill('SIGINT')
    const ended = await following.done
    expect([ended.exitCode, ended.stderr]).toEqual([0, ''])
    for (const name of names) expect(ended.stdout.split(`${name} listens`)).toHaveLength(2)
  })
})
