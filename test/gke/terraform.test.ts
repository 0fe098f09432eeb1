import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gkeConfigs } from '../support/gke-configs.ts'
import { type GoogleStandIn, startGoogle, testbedFolder } from '../support/google-stand-in.ts'
import { terraformProject } from '../support/terraform-project.ts'
import { strangersOf } from './support/strangers.ts'

const testbed = testbedFolder()
const quiet = ['-input=false', '-no-color']
const bucket = 'testbed-project-rtdeploy-chat'

describe.skipIf(testbed === undefined)('the generated Terraform', () => {
  let google: GoogleStandIn

  beforeAll(async () => {
    google = await startGoogle(testbed ?? '')
    await google.admin('POST', 'services', {
      'cloudresourcemanager.googleapis.com': true,
      'serviceusage.googleapis.com': true,
      // A plan already asks for the project's number.
      'cloudbilling.googleapis.com': true,
    })
    const body = JSON.stringify({ name: bucket, location: 'US-CENTRAL1' })
    const made = await fetch(`${google.url}/storage/v1/b?project=testbed-project`, {
      method: 'POST',
      headers: { authorization: 'Bearer testbed-access-token', 'content-type': 'application/json' },
      body,
    })
    expect(made.status).toBe(200)
  })
  afterAll(() => google[Symbol.asyncDispose]())

  const left = async () => {
    const { leftovers } = (await google.admin('GET', 'leftovers')) as { leftovers: { kind: string }[] }
    return leftovers.filter(item => item.kind !== 'bucket')
  }

  const cases = Object.keys(gkeConfigs).flatMap(name =>
    ['7.17.0', '7.45.0'].map(version => [name, version] as const),
  )

  it.each(cases)('%s: validates, applies, settles and destroys with provider %s', async (name, version) => {
    const gke = gkeConfigs[name]
    if (gke === undefined) throw new Error(name)
    await using project = await terraformProject(gke, google.env, version)
    await using strangers = await strangersOf(google, gke)
    const before = [await left(), await strangers.describe()]
    const terraform = async (...args: string[]) => {
      const ran = await project.run('terraform', args)
      return { ...ran, all: `${ran.stdout}${ran.stderr}` }
    }
    const state = [`-backend-config=bucket=${bucket}`, `-backend-config=prefix=${name}-${version}`]
    expect(await terraform('init', ...quiet, ...state)).toMatchObject({ exitCode: 0 })
    expect(await terraform('validate', '-no-color')).toMatchObject({ exitCode: 0 })
    expect(await terraform('plan', ...quiet, '-out=tfplan')).toMatchObject({ exitCode: 0 })
    expect(await terraform('apply', ...quiet, 'tfplan')).toMatchObject({ exitCode: 0 })
    // Nothing is left to do: no field is set that Google answers differently.
    expect(await terraform('plan', ...quiet, '-detailed-exitcode')).toMatchObject({ exitCode: 0 })
    const protection = gke.cluster === undefined ? ['-var=deletion_protection=false'] : []
    const open = ['-auto-approve', ...protection]
    const cluster = '-target=google_container_cluster.main'
    if (!gke.minimal && gke.cluster === undefined) {
      const refused = await terraform('destroy', ...quiet, '-auto-approve')
      expect(refused.all).toContain('deletion_protection')
      expect(refused.exitCode).toBe(1)
      // What the refused destroy had already taken away comes back with the cluster that needs it.
      expect(await terraform('apply', ...quiet, ...open, cluster)).toMatchObject({ exitCode: 0 })
    }
    expect(await terraform('destroy', ...quiet, ...open)).toMatchObject({ exitCode: 0 })
    expect([await left(), await strangers.describe()]).toEqual(before)
  })
})
