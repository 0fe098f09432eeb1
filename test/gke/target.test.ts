import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GoogleStandIn, liveTestbed, startGoogle } from '../support/google-stand-in.ts'
import { type GkeProject, gkeProject } from './support/project.ts'

const testbed = liveTestbed()

/** What has a price or keeps something alive, the state's bucket apart. */
async function leftovers(google: GoogleStandIn): Promise<string[]> {
  const found = (await google.admin('GET', 'leftovers')) as { leftovers: { kind: string; name: string }[] }
  return found.leftovers.map(item => `${item.kind} ${item.name}`)
}

describe.skipIf(testbed === undefined)('an empty project', () => {
  let google: GoogleStandIn
  let project: GkeProject

  beforeAll(async () => {
    google = await startGoogle(testbed ?? '')
    project = await gkeProject(google)
  })
  afterAll(async () => {
    await project[Symbol.asyncDispose]()
    await google[Symbol.asyncDispose]()
  })

  it('is planned without a change in it, with its price', async () => {
    await google.admin('DELETE', 'calls')
    const run = await project.run(['plan'])
    expect(run).toMatchObject({ exitCode: 0 })
    expect(run.stdout).toMatch(/about USD \d+-\d+ a month/)
    expect(run.stdout).toContain('make cluster tiny')
    expect(run.stdout).toContain('Deployment/tiny')
    const { calls } = (await google.admin('GET', 'calls')) as { calls: { method: string; path: string }[] }
    const changes = calls.filter(call => call.method !== 'GET' && !call.path.endsWith(':testIamPermissions'))
    expect(changes).toEqual([])
  })

  it('is not touched by an up that nobody agreed to', async () => {
    const run = await project.run(['up'])
    expect(run).toMatchObject({ exitCode: 2 })
    expect(run.stderr).toContain('plan.unconfirmed')
    expect(await leftovers(google)).toEqual([])
  })

  it('is brought up, verified through its address, and is up to date then', async () => {
    const up = await project.run(['up', '--yes'])
    expect([up.exitCode, up.stderr]).toEqual([0, expect.stringContaining('PASS')])
    expect(await leftovers(google)).toContain(
      'cluster projects/testbed-project/locations/us-central1/clusters/tiny',
    )
    const again = await project.run(['up', '--yes', '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'nothing-to-do' })
  })

  it('is taken down to nothing, and a second time there is nothing to do', async () => {
    const down = await project.run(['down', '--yes'])
    expect([down.exitCode, down.stderr]).toEqual([0, expect.stringContaining('infrastructure')])
    expect(await leftovers(google)).toEqual([])
    const again = await project.run(['down', '--yes'])
    expect([again.exitCode, again.stderr]).toEqual([0, expect.stringContaining('nothing is left')])
  })
})
