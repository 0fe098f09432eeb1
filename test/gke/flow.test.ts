import { describe, expect, it } from 'vitest'
import { gkeConfig } from '../support/gke-configs.ts'
import { liveTestbed } from '../support/google-stand-in.ts'
import { leftovers, madeTwice, refusedChanges } from './support/calls.ts'
import { journalOf } from './support/journal.ts'
import { ownGoogle } from './support/own-google.ts'

const testbed = liveTestbed()

/** Both ways in and both kinds of cluster, in two runs. */
const cases = [
  ['a Gateway on Autopilot', gkeConfig()],
  ['an Ingress on a Standard cluster', gkeConfig({ entry: 'ingress', mode: 'standard' })],
] as const

describe.skipIf(testbed === undefined).each(cases)('an empty project, with %s', (_, config) => {
  const { namespace: _none, ...gke } = config
  const own = ownGoogle(testbed, { entry: gke.entry, mode: gke.mode })

  it('is planned without a change in it, with its price', async () => {
    await own.google.admin('DELETE', 'calls')
    const run = await own.project.run(['plan'])
    expect(run).toMatchObject({ exitCode: 0 })
    expect(run.stdout).toMatch(/about USD \d+-\d+ a month/)
    expect(run.stdout).toContain('make cluster tiny')
    expect(run.stdout).toContain('Deployment/tiny')
    const { calls } = (await own.google.admin('GET', 'calls')) as {
      calls: { method: string; path: string }[]
    }
    const changes = calls.filter(call => call.method !== 'GET' && !call.path.endsWith(':testIamPermissions'))
    expect(changes).toEqual([])
  })

  it('is not touched by an up that nobody agreed to', async () => {
    const run = await own.project.run(['up'])
    expect(run).toMatchObject({ exitCode: 2 })
    expect(run.stderr).toContain('plan.unconfirmed')
    expect(await leftovers(own.google)).toEqual([])
  })

  it('is brought up, verified through its address, and is up to date then', async () => {
    const up = await own.project.run(['up', '--yes'])
    expect([up.exitCode, up.stderr]).toEqual([0, expect.stringContaining('PASS')])
    const journal = journalOf(own.project.folder)
    const [built, applied] = ['image.build about-to', 'terraform.apply done'].map(entry =>
      journal.indexOf(entry),
    )
    expect(built).toBeGreaterThan(journal.indexOf('terraform.apply about-to'))
    expect(built).toBeLessThan(applied ?? 0)
    expect(await leftovers(own.google)).toContain(
      'cluster projects/testbed-project/locations/us-central1/clusters/tiny',
    )
    const again = await own.project.run(['up', '--yes', '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'nothing-to-do' })
    expect(await madeTwice(own.google)).toEqual([])
    expect(await refusedChanges(own.google)).toEqual([])
  })

  it('is verified by the load balancer’s own settings too', async () => {
    const run = await own.project.run(['verify', '--json'])
    const { checks } = JSON.parse(run.stdout) as { checks: { id: string; status: string; found: string }[] }
    expect(checks.filter(check => check.status === 'fail')).toEqual([])
    expect(checks.find(check => check.id === 'balancer.settings')).toMatchObject({
      status: 'pass',
      found: expect.stringContaining('GENERATED_COOKIE'),
    })
  })

  it('tells its state with the pages of the console, and what the replicas wrote', async () => {
    const status = await own.project.run(['status'])
    expect(status).toMatchObject({ exitCode: 0 })
    expect(status.stdout).toContain('https://console.cloud.google.com/kubernetes/')
    const logs = await own.project.run(['logs', '--json'])
    expect(JSON.parse(logs.stdout)).toMatchObject({
      result: { lines: expect.arrayContaining([expect.objectContaining({ line: expect.any(String) })]) },
    })
  })

  it('releases a change that Cloud Build builds where no Docker answers, and goes back', async () => {
    own.project.edit('rtdeploy.yaml', text => text.replace('env: {', 'env: { GREETING: moin,'))
    own.project.edit('server.mjs', text => `${text}\n`)
    const noDocker = { DOCKER_HOST: 'tcp://127.0.0.1:9' }
    const up = await own.project.run(['up', '--yes', '--no-verify', '--json'], noDocker)
    expect([up.exitCode, up.stderr]).toEqual([0, expect.any(String)])
    expect(up.stdout).toContain('with Cloud Build')
    const { result } = JSON.parse(up.stdout) as { result: { url: string } }
    expect(await greeting(result.url)).toMatch(/^moin/)
    const back = await own.project.run(['rollback', '--yes', '--no-verify'])
    expect([back.exitCode, back.stderr]).toEqual([0, expect.any(String)])
    await expect.poll(() => greeting(result.url), { timeout: 60_000 }).toMatch(/^hello/)
  })

  it('is taken down to nothing, and a second time there is nothing to do', async () => {
    const down = await own.project.run(['down', '--yes'])
    expect([down.exitCode, down.stderr]).toEqual([0, expect.stringContaining('infrastructure')])
    expect(await leftovers(own.google)).toEqual([])
    const again = await own.project.run(['down', '--yes'])
    expect([again.exitCode, again.stderr]).toEqual([0, expect.stringContaining('nothing is left')])
  })
})

const greeting = async (url: string): Promise<string> => (await fetch(url)).text()
