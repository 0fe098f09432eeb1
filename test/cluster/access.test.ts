import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { limitedContext, ownKubeconfig } from './support/limited.ts'
import {
  type ClusterProject,
  clusterProject,
  currentContext,
  kubeconfig,
  manifests,
} from './support/project.ts'

const app = `${manifests}/app.yaml`
const setContext = (name: string) => (text: string) => text.replace(/context: .*/, `context: ${name}`)
/** What there is of ours in the project's namespace. */
const ours = (project: ClusterProject) =>
  project.kubectl(
    'get',
    'deployments,services,secrets,configmaps,leases',
    '--output',
    'name',
    '--selector',
    'rtdeploy.dev/app',
  )

describe.skipIf(kubeconfig === undefined)('the context', { timeout: 300_000, concurrent: true }, () => {
  it('is always named, and nothing of the user’s is changed', async () => {
    await using project = clusterProject()
    const { path, config } = ownKubeconfig(project)
    // The current context leads to what never says a word: gcloud's kubectl would ask it for its version, whatever it is for.
    let asked = 0
    const elsewhere = createServer(() => asked++)
    await new Promise<void>(resolve => elsewhere.listen(0, '127.0.0.1', resolve))
    const { port } = elsewhere.address() as { readonly port: number }
    config('set-cluster', 'elsewhere', `--server=https://127.0.0.1:${port}`)
    config('set-context', 'elsewhere', '--cluster=elsewhere', '--user=nobody')
    config('use-context', 'elsewhere')
    // The test's own kubectl may have asked.
    await setTimeout(1000)
    asked = 0
    const before = readFileSync(path, 'utf8')
    const home = join(project.folder, 'home')
    mkdirSync(home)
    const env = { KUBECONFIG: path, HOME: home }
    for (const args of [['plan'], ['up', '--no-verify'], ['status'], ['logs'], ['down', '--yes']])
      expect(`${args[0]} ${(await project.run(args, env)).exitCode}`).toBe(`${args[0]} 0`)
    expect(asked).toBe(0)
    elsewhere.close()
    expect(readFileSync(path, 'utf8')).toBe(before)
    expect(existsSync(join(home, '.kube'))).toBe(false)
  })

  it('of another name needs a yes', async () => {
    await using project = clusterProject()
    const { path, config } = ownKubeconfig(project)
    const [cluster, user] = ['clusters', 'users'].map(kind =>
      config('view', '--output', `jsonpath={.${kind}[0].name}`),
    )
    config('set-context', 'other', `--cluster=${cluster}`, `--user=${user}`)
    const env = { KUBECONFIG: path }
    const refused = await project.run(['up', '--no-verify', '--context', 'other'], env)
    expect([refused.exitCode, refused.stderr]).toEqual([
      2,
      expect.stringContaining(`names the context ${currentContext()}, this run is for other`),
    ])
    await expect(project.kubectl('get', 'namespace', project.namespace)).rejects.toThrow('NotFound')
    // Looking is free.
    expect((await project.run(['plan', '--context', 'other'], env)).exitCode).toBe(0)
    const agreed = await project.run(['up', '--no-verify', '--context', 'other', '--yes'], env)
    expect(`${agreed.exitCode} ${agreed.stderr}`).toMatch(/^0 /)
  })

  it('that leads to another server than the last time needs a yes', async () => {
    await using project = clusterProject()
    mkdirSync(join(project.folder, '.rtdeploy/kubernetes'), { recursive: true })
    writeFileSync(
      join(project.folder, '.rtdeploy/kubernetes/cluster.json'),
      JSON.stringify({ [currentContext()]: 'https://10.9.8.7:443' }),
    )
    const refused = await project.run(['up', '--no-verify'])
    expect([refused.exitCode, refused.stderr]).toEqual([
      2,
      expect.stringContaining('led to https://10.9.8.7:443 the last time'),
    ])
  })

  it('that is not there is named with those that are', async () => {
    await using project = clusterProject()
    project.edit('rtdeploy.yaml', setContext('of-dreams'))
    const run = await project.run(['up'])
    expect(run.exitCode).toBe(3)
    expect(run.stderr).toContain('the kubeconfig has no context of-dreams')
    expect(run.stderr).toContain(currentContext())
  })

  it('of a cluster that does not answer is said to be so, soon', async () => {
    await using project = clusterProject()
    const { path, config } = ownKubeconfig(project)
    // Takes connections and never says a word.
    const silent = createServer()
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { readonly port: number }
    config('set-credentials', 'nobody', '--token=none')
    config('set-cluster', 'silent', `--server=https://127.0.0.1:${port}`)
    config('set-context', 'silent', '--cluster=silent', '--user=nobody')
    config('set-cluster', 'closed', '--server=https://127.0.0.1:1')
    config('set-context', 'closed', '--cluster=closed', '--user=nobody')
    try {
      for (const context of ['closed', 'silent']) {
        project.edit('rtdeploy.yaml', setContext(context))
        const run = await project.run(['plan'], { KUBECONFIG: path })
        expect([run.exitCode, run.stderr]).toEqual([3, expect.stringContaining('code: cluster.unreachable')])
      }
    } finally {
      silent.close()
    }
  })
})

describe.skipIf(kubeconfig === undefined)(
  'before anything is changed',
  { timeout: 300_000, concurrent: true },
  () => {
    it('says that the namespace may not be made', async () => {
      await using project = clusterProject()
      await using other = clusterProject()
      await other.kubectl('create', 'namespace', other.namespace)
      const path = await limitedContext(other, 'edit')
      project.edit('rtdeploy.yaml', setContext('limited'))
      const run = await project.run(['up', '--no-verify'], { KUBECONFIG: path })
      expect([run.exitCode, run.stderr]).toEqual([
        3,
        expect.stringMatching(/may not (?:make one|work in the namespace)/),
      ])
    })

    it('works for who may edit a namespace that is there, and nothing more', async () => {
      await using project = clusterProject()
      await project.kubectl('create', 'namespace', project.namespace)
      const path = await limitedContext(project, 'edit')
      project.edit('rtdeploy.yaml', setContext('limited'))
      const env = { KUBECONFIG: path }
      const up = await project.run(['up', '--no-verify'], env)
      expect(`${up.exitCode} ${up.stderr}`).toMatch(/^0 /)
      expect((await project.run(['status'], env)).exitCode).toBe(0)
      const down = await project.run(['down', '--yes'], env)
      expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 /)
      expect(await project.kubectl('get', 'namespace', project.namespace, '--output', 'name')).toContain(
        project.namespace,
      )
      expect(await ours(project)).toBe('')
    })

    it('names the permission that is missing', async () => {
      await using project = clusterProject()
      await project.kubectl('create', 'namespace', project.namespace)
      const path = await limitedContext(project, 'view')
      project.edit('rtdeploy.yaml', setContext('limited'))
      const run = await project.run(['up', '--no-verify'], { KUBECONFIG: path })
      expect([run.exitCode, run.stderr]).toEqual([3, expect.stringMatching(/limited may not \w+ \w+/)])
      expect(await ours(project)).toBe('')
    })

    it('says that a quota has no room', async () => {
      await using project = clusterProject({ replicas: 3 })
      await project.kubectl('create', 'namespace', project.namespace)
      await project.kubectl('create', 'quota', 'small', '--hard=pods=2')
      const run = await project.run(['up', '--no-verify'])
      expect([run.exitCode, run.stderr]).toEqual([
        3,
        expect.stringContaining('small: pods 2, used 0, 3 more needed'),
      ])
      expect((await ours(project)).replace(/lease.*\n/, '')).toBe('')
    })

    it('refuses a control plane that is too old', async () => {
      await using project = clusterProject()
      const real = process.env.PATH?.split(':').find(path => existsSync(join(path, 'kubectl')))
      const folder = join(project.folder, 'older')
      const answer =
        '{"clientVersion":{"gitVersion":"v1.33.0"},"serverVersion":{"minor":"28+","gitVersion":"v1.28.9"}}'
      mkdirSync(folder)
      writeFileSync(
        join(folder, 'kubectl'),
        `#!/bin/sh\nfor word in "$@"; do [ "$word" != version ] || { echo '${answer}'; exit; }; done\nexec ${real}/kubectl "$@"\n`,
        { mode: 0o755 },
      )
      const run = await project.run(['up', '--no-verify'], { PATH: `${folder}:${process.env.PATH}` })
      expect([run.exitCode, run.stderr]).toEqual([
        3,
        expect.stringContaining('the cluster runs Kubernetes v1.28.9, at least 1.29 is needed'),
      ])
      await expect(project.kubectl('get', 'namespace', project.namespace)).rejects.toThrow('NotFound')
    })

    it('names a kind that the cluster does not know, with and without a namespace', async () => {
      await using project = clusterProject()
      project.edit(
        app,
        text => `${text}---\napiVersion: dreams.example.com/v1\nkind: Dream\nmetadata:\n  name: tiny\n`,
      )
      const without = await project.run(['up', '--no-verify'])
      expect([without.exitCode, without.stderr]).toEqual([
        3,
        expect.stringContaining('does not know Dream (dreams.example.com/v1)'),
      ])
      await expect(project.kubectl('get', 'namespace', project.namespace)).rejects.toThrow('NotFound')
      await project.kubectl('create', 'namespace', project.namespace)
      const within = await project.run(['up', '--no-verify'])
      expect([within.exitCode, within.stderr]).toEqual([
        3,
        expect.stringContaining('does not know Dream (dreams.example.com/v1)'),
      ])
    })

    it('names a field that is not known, and the object it stands in', async () => {
      await using project = clusterProject()
      await project.kubectl('create', 'namespace', project.namespace)
      project.edit(app, text => text.replace('  strategy:\n', '  strategie: {}\n  strategy:\n'))
      const run = await project.run(['up', '--no-verify'])
      expect(run.exitCode).toBe(2)
      expect(run.stderr).toMatch(/Deployment\/tiny: .*strategie/)
    })
  },
)
