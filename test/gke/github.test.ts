import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { githubProject } from '../support/github-project.ts'
import { gkeConfigs } from '../support/gke-configs.ts'
import { type GoogleStandIn, startGoogle, testbedFolder } from '../support/google-stand-in.ts'
import { runCli, runProgram, temporaryFolder } from '../support/run-cli.ts'

const testbed = testbedFolder()
const quiet = ['-input=false', '-no-color']
const bucket = 'testbed-project-rtdeploy-chat'

describe.skipIf(testbed === undefined)('the identities of the workflow', { timeout: 300_000 }, () => {
  let google: GoogleStandIn

  beforeAll(async () => {
    google = await startGoogle(testbed ?? '')
    const names = ['cloudresourcemanager', 'serviceusage', 'iam', 'storage']
    const on = Object.fromEntries(names.map(name => [`${name}.googleapis.com`, true]))
    await google.admin('POST', 'services', on)
    const made = await fetch(`${google.url}/storage/v1/b?project=testbed-project`, {
      method: 'POST',
      headers: { authorization: 'Bearer testbed-access-token', 'content-type': 'application/json' },
      body: JSON.stringify({ name: bucket, location: 'US-CENTRAL1' }),
    })
    expect(made.status).toBe(200)
  })
  afterAll(() => google[Symbol.asyncDispose]())

  it.each([
    ['autopilot', '7.17.0'],
    ['everything', '7.45.0'],
  ])('%s: validate, apply, settle and go with provider %s', async (name, version) => {
    const gke = gkeConfigs[name]
    if (gke === undefined) throw new Error(name)
    await using project = await githubProject({ gke }, version)
    const cwd = join(project.folder, 'infra/terraform/github')
    // The stand-in has no Security Token Service, and refuses to switch on what it does not have.
    const file = join(cwd, 'github.tf')
    writeFileSync(file, readFileSync(file, 'utf8').replace(', "sts.googleapis.com"', ''))
    const terraform = async (...args: string[]) => {
      const ran = await runProgram('terraform', args, { cwd, env: google.env })
      return [ran.exitCode, ran.exitCode === 0 ? '' : `${ran.stdout}${ran.stderr}`]
    }
    expect(await terraform('init', ...quiet)).toEqual([0, ''])
    expect(await terraform('validate', '-no-color')).toEqual([0, ''])
    // The stand-in's provider does not take the roles of a project one after the other by itself, as the real one does.
    const slowly = [...quiet, '-auto-approve', '-parallelism=1']
    expect(await terraform('apply', ...slowly)).toEqual([0, ''])
    expect(await terraform('plan', ...quiet, '-detailed-exitcode')).toEqual([0, ''])
    const refused = await terraform('plan', ...quiet, "-var=repository=acme/chat' || true || '")
    expect(refused).toEqual([1, expect.stringContaining('The repository is OWNER/NAME')])
    expect(await terraform('destroy', ...slowly)).toEqual([0, ''])
  })

  it('are those of a project by its number, which gcloud tells', async () => {
    await using folder = await temporaryFolder()
    const cli = (...args: string[]) => runCli(args, { cwd: folder.path, env: google.env })
    const target = ['--target', 'gke', '--project', 'testbed-project', '--region', 'us-central1']
    expect(await cli('init', '.', '--name', 'chat', '--yes', ...target)).toMatchObject({ exitCode: 0 })
    expect(await cli('ci', 'github', '--repository', 'acme/chat')).toMatchObject({ exitCode: 0 })
    const workflow = readFileSync(join(folder.path, '.github/workflows/rtdeploy.yml'), 'utf8')
    expect(workflow).toContain('projects/123456789012/locations/global/workloadIdentityPools/github-chat/')
  })

  it.each([
    ['before there is a state', 'other'],
    ['where the state is', 'chat'],
  ])('plan without any right to change something, %s', async (_when, name) => {
    await using folder = await temporaryFolder()
    const token = join(folder.path, 'token')
    writeFileSync(token, 'testbed-viewer-token')
    // As the workflow sets it: whoever may only look cannot take the lock of the state.
    const looks = {
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token,
      GOOGLE_OAUTH_ACCESS_TOKEN: 'testbed-viewer-token',
      TF_CLI_ARGS_plan: '-lock=false',
    }
    const project = join(folder.path, name)
    mkdirSync(dirname(project), { recursive: true })
    const target = ['--target', 'gke', '--project', 'testbed-project', '--region', 'us-central1']
    const made = await runCli(['init', name, '--yes', ...target], { cwd: folder.path })
    expect(made.exitCode).toBe(0)
    // Terraform writes an empty state where there is none yet: whoever ran `up` first did that.
    await runCli(['plan'], { cwd: project, env: google.env })
    rmSync(join(project, '.rtdeploy'), { recursive: true })
    await google.admin('DELETE', 'calls')
    const plan = await runCli(['plan', '--detailed-exitcode'], {
      cwd: project,
      env: { ...google.env, ...looks },
    })
    expect([plan.exitCode, plan.stdout, plan.stderr]).toEqual([
      6,
      expect.stringContaining('infrastructure: '),
      expect.any(String),
    ])
    const { calls } = (await google.admin('GET', 'calls')) as { calls: { method: string; path: string }[] }
    const writes = calls.filter(({ method, path }) => method !== 'GET' && !/:testIamPermissions$/.test(path))
    expect(writes.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  })
})
