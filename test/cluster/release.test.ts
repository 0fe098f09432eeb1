import { describe, expect, it } from 'vitest'
import { clusterProject, kubeconfig, manifests } from './support/project.ts'

const app = `${manifests}/app.yaml`
const greet = (word: string) => (text: string) =>
  text.replace(/ {2}(?:GREETING: .*\n {2})?PORT/, `  GREETING: ${word}\n  PORT`)
const report = (run: { readonly stdout: string }) => JSON.parse(run.stdout)

describe.skipIf(kubeconfig === undefined)('a release', { timeout: 300_000, concurrent: true }, () => {
  it('comes up, is not touched by the second up, and down leaves nothing', async () => {
    await using project = clusterProject({ replicas: 2 })
    const planned = await project.run(['plan', '--detailed-exitcode'])
    expect(`${planned.exitCode} ${planned.stderr}`).toMatch(/^6 /)
    expect(planned.stdout).toContain('+ Deployment/tiny is created')
    const first = await project.run(['up'])
    expect(`${first.exitCode} ${first.stderr}`).toMatch(/^0 /)
    const uid = await project.kubectl('get', 'pods', '--output', 'jsonpath={.items[*].metadata.uid}')
    const second = await project.run(['up', '--json'])
    expect([second.exitCode, report(second).outcome]).toEqual([0, 'nothing-to-do'])
    expect(await project.kubectl('get', 'pods', '--output', 'jsonpath={.items[*].metadata.uid}')).toBe(uid)
    const again = await project.run(['plan', '--detailed-exitcode', '--json'])
    expect([again.exitCode, report(again).outcome]).toEqual([0, 'planned'])
    const refused = await project.run(['down'])
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toContain('this removes 5 objects of tiny from')
    expect((await project.run(['down', '--yes'])).exitCode).toBe(0)
    await expect(project.kubectl('get', 'namespace', project.namespace)).rejects.toThrow('NotFound')
    const nothing = await project.run(['down', '--yes'])
    expect(`${nothing.exitCode} ${nothing.stderr}`).toMatch(/^0 .*nothing is running, nothing is left/s)
  })

  it('shows in plan what changes, field by field, and prunes what the manifests lost', async () => {
    await using project = clusterProject()
    await project.run(['up', '--no-verify'])
    project.edit(app, greet('moin'))
    project.edit(app, text => text.replace(/apiVersion: policy\/v1[\s\S]*?---\n/, ''))
    const planned = await project.run(['plan'])
    expect(planned.stdout).toContain('~ ConfigMap/tiny-config changes')
    expect(planned.stdout).toContain('+ data.GREETING: moin')
    expect(planned.stdout).toContain('- PodDisruptionBudget/tiny is removed')
    const dry = await project.run(['up', '--dry-run', '--json'])
    expect(report(dry).result.plans).toEqual(report(await project.run(['plan', '--json'])).result.plans)
    const up = await project.run(['up', '--no-verify'])
    expect(`${up.exitCode} ${up.stderr}`).toMatch(/^0 /)
    await expect(project.kubectl('get', 'pdb', 'tiny')).rejects.toThrow('NotFound')
    // The pods do not notice a changed ConfigMap by themselves.
    const logs = await project.kubectl(
      'get',
      '--raw',
      `/api/v1/namespaces/${project.namespace}/services/tiny:http/proxy/`,
    )
    expect(logs).toContain('moin from')
  })

  it('goes back to an earlier one, and forth again', async () => {
    await using project = clusterProject()
    await project.run(['up', '--no-verify'])
    project.edit(app, greet('moin'))
    await project.run(['up', '--no-verify'])
    const answer = () =>
      project.kubectl('get', '--raw', `/api/v1/namespaces/${project.namespace}/services/tiny:http/proxy/`)
    expect(await answer()).toContain('moin from')
    const back = await project.run(['rollback', '--no-verify'])
    expect(`${back.exitCode} ${back.stderr}`).toMatch(/^0 /)
    expect(await answer()).toContain('hello from')
    const unknown = await project.run(['rollback', '77', '--no-verify'])
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining('there is no release 77')])
    expect((await project.run(['rollback', '2', '--no-verify'])).exitCode).toBe(0)
    expect(await answer()).toContain('moin from')
    const status = await project.run(['status', '--json'])
    expect(report(status).result.releases.map((one: { note?: string }) => one.note)).toEqual([
      'rollback to 2',
      'rollback to 1',
      undefined,
      undefined,
    ])
  })

  it('that does not come up is taken back when that was asked for, and the old one serves all the time', async () => {
    await using project = clusterProject()
    await project.run(['up', '--no-verify'])
    project.edit(app, text => text.replace('  PORT:', '  FAULT: crash\n  PORT:'))
    const run = await project.run(['up', '--no-verify', '--rollback-on-failure'])
    expect(`${run.exitCode} ${run.stderr}`).toMatch(/^1 /)
    expect(run.stderr).toContain('the database of dreams is not there')
    expect(run.stderr).toContain('rolled back to release 1')
    const status = await project.run(['status', '--json'])
    expect(status.exitCode).toBe(0)
    expect(report(status).result.releases.map((one: { state: string }) => one.state)).toEqual([
      'ready',
      'failed',
      'ready',
    ])
  })

  it('is not forced over what others manage, unless told so', async () => {
    await using project = clusterProject()
    await project.run(['up', '--no-verify'])
    await project.kubectl(
      'patch',
      'configmap',
      'tiny-config',
      '--field-manager',
      'somebody',
      '--patch',
      '{"data":{"PORT":"3000 "}}',
    )
    const run = await project.run(['up', '--no-verify'])
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toContain('ConfigMap/tiny-config: somebody manages .data.PORT')
    expect(run.stderr).toContain('code: apply.conflict')
    const forced = await project.run(['up', '--no-verify', '--force-conflicts'])
    expect(`${forced.exitCode} ${forced.stderr}`).toMatch(/^0 /)
  })

  it('replaces what cannot be changed in place only after a yes', async () => {
    await using project = clusterProject()
    await project.run(['up', '--no-verify'])
    project.edit(app, text =>
      text.replaceAll('app.kubernetes.io/name: tiny', 'app.kubernetes.io/name: tiny2'),
    )
    const planned = await project.run(['plan'])
    expect(planned.stdout).toContain('! Deployment/tiny is deleted and created anew')
    const refused = await project.run(['up', '--no-verify'])
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('code: plan.unconfirmed')])
    const run = await project.run(['up', '--no-verify', '--yes'])
    expect(`${run.exitCode} ${run.stderr}`).toMatch(/^0 /)
  })

  it('keeps volumes and the password that opens them, until told to delete the data', async () => {
    await using project = clusterProject({ parts: ['redis.yaml'] })
    expect((await project.run(['up', '--no-verify'])).exitCode).toBe(0)
    const password = await project.kubectl(
      'get',
      'secret',
      'tiny-secrets',
      '--output',
      'jsonpath={.data.REDIS_PASSWORD}',
    )
    const down = await project.run(['down', '--yes'])
    expect(down.exitCode).toBe(0)
    expect(down.stderr).toContain('kept: PersistentVolumeClaim/data-tiny-redis-0')
    const again = await project.run(['up', '--no-verify'])
    expect(`${again.exitCode} ${again.stderr}`).toMatch(/^0 /)
    expect(
      await project.kubectl('get', 'secret', 'tiny-secrets', '--output', 'jsonpath={.data.REDIS_PASSWORD}'),
    ).toBe(password)
    await project.run(['down', '--yes'])
    expect((await project.run(['down', '--yes', '--delete-data'])).exitCode).toBe(0)
    await expect(project.kubectl('get', 'namespace', project.namespace)).rejects.toThrow('NotFound')
  })

  it('leaves alone what others have in the namespace, and the namespace with it', async () => {
    await using project = clusterProject()
    await project.run(['up', '--no-verify'])
    await project.kubectl('create', 'configmap', 'of-somebody-else')
    const down = await project.run(['down', '--yes'])
    expect(down.exitCode).toBe(0)
    expect(down.stderr).toContain('ConfigMap/of-somebody-else')
    const left = await project.kubectl(
      'get',
      'configmaps,secrets,deployments,services,leases',
      '--output',
      'name',
    )
    expect(left.trim().split('\n').sort()).toEqual([
      'configmap/kube-root-ca.crt',
      'configmap/of-somebody-else',
    ])
  })
})
