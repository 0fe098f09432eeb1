import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'
import { optional } from './needs.ts'
import { packageRoot } from './run-cli.ts'

const run = promisify(execFile)

/** Where the testbed keeps what it runs, as its own scripts have it. */
export const testbedHome = (): string => process.env.TESTBED_HOME ?? '/var/tmp/testbed'

/**
 * Folder of the testbed, a GKE on one machine, when it has been built and gcloud and terraform are there to talk to it;
 * RTDEPLOY_TESTBED names another one. Throws where RTDEPLOY_TEST_REQUIRE names a program that is missing.
 */
export function testbedFolder(): string | undefined {
  const folder = process.env.RTDEPLOY_TESTBED ?? join(packageRoot, '..', 'shared', 'testbed')
  const programs = [optional('gcloud'), optional('terraform')]
  const parts = [
    join(folder, 'testbed'),
    join(testbedHome(), 'bin', 'cloud'),
    join(testbedHome(), 'terraform', 'terraformrc'),
  ]
  return parts.every(existsSync) && !programs.includes(undefined) ? folder : undefined
}

/** The same with a cluster that answers and an engine that builds images for it. */
export function liveTestbed(): string | undefined {
  const found = [optional('docker'), optional('kubectl'), optional('cluster')]
  return found.includes(undefined) ? undefined : testbedFolder()
}

/** Google Cloud's APIs on a port of their own: nobody else's test is in the way, and no real cluster is behind it. */
export interface GoogleStandIn {
  readonly url: string
  /** What gcloud and terraform need to talk to it, and to it only. */
  readonly env: Readonly<Record<string, string>>
  /** The test's own door: faults, calls, state, leftovers. */
  admin(method: string, path: string, body?: unknown): Promise<unknown>
  [Symbol.asyncDispose](): Promise<void>
}

/** What a shell's `export` lines set. */
async function variables(script: string, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const { stdout: before } = await run('bash', ['-c', 'env -0'], { env })
  const { stdout: after } = await run('bash', ['-c', `eval "$(${script})"; env -0`], { env })
  const had = new Set(before.split('\0'))
  const lines = after.split('\0').filter(line => line !== '' && !had.has(line))
  return Object.fromEntries(
    lines.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

/** The Google that the testbed's load balancers belong to; other tests may be at work in it. */
export async function sharedGoogle(testbed: string): Promise<string> {
  const found = await variables(`'${join(testbed, 'cloud', 'part')}' env`, {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
  })
  return found.TESTBED_CLOUD_URL ?? ''
}

/** Starts it empty: a project in which nobody has switched anything on yet. `more`: how long what takes, for instance. */
export async function startGoogle(
  testbed: string,
  more: Readonly<Record<string, string>> = {},
): Promise<GoogleStandIn> {
  const home = await mkdtemp(join(tmpdir(), 'rtdeploy-google-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  // Nothing of the shell's own: what it has from the testbed already would not be seen as new.
  const { PATH, HOME } = process.env
  const DOCKER_HOST = `unix://${testbedHome()}/docker.sock`
  const env = {
    PATH,
    HOME,
    DOCKER_HOST,
    TESTBED_KEEP_WORKLOADS: '1',
    TESTBED_HOME: home,
    TESTBED_CLOUD_PORT: String(port),
    TESTBED_CLOUD_URL: url,
    ...more,
  }
  const part = join(testbed, 'cloud', 'part')
  // Its clusters are all the one that is there: with its authority they can be used.
  const pki = join(testbedHome(), 'pki')
  if (existsSync(pki)) await cp(pki, join(home, 'pki'), { recursive: true })
  await cp(join(testbedHome(), 'bin', 'cloud'), join(home, 'bin', 'cloud'), { preserveTimestamps: true })
  await run(part, ['start'], { env })
  const cloud = await variables(`'${part}' env`, env)
  // The provider's binaries are the testbed's own: building them anew would take a minute.
  const shared = { ...env, TESTBED_HOME: testbedHome() }
  const provider = await variables(`'${join(testbed, 'provider', 'part')}' env`, shared)
  return {
    url,
    env: { ...cloud, ...provider },
    admin: async (method, path, body) => {
      const answer = await fetch(`${url}/_testbed/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
      return answer.json()
    },
    [Symbol.asyncDispose]: async () => {
      await run(part, ['stop'], { env })
      await rm(home, { recursive: true, force: true })
    },
  }
}
