import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../../src/report/report.ts'
import { terraformFiles } from '../../src/scaffold/terraform.ts'
import { gkeConfig, terraformTemplate } from '../support/gke-configs.ts'
import {
  type GoogleStandIn,
  liveTestbed,
  sharedGoogle,
  startGoogle,
  testbedFolder,
} from '../support/google-stand-in.ts'
import { type BalancerMirror, mirrorBalancers } from './support/balancer-mirror.ts'
import { callsOf, leftovers, madeTwice, refusedChanges } from './support/calls.ts'
import { type GkeProject, gkeProject, share } from './support/project.ts'
import { type SecondCluster, secondCluster } from './support/second-cluster.ts'

const exec = promisify(execFile)
const testbed = liveTestbed()
const ofStaging = (text: string) => text.includes('staging')
const env = ['--env', 'staging'] as const

/** The cheapest shape there is, which takes Terraform files of its own. */
const shape = { mode: 'standard', minimal: true, terraform: 'infra/staging/terraform' } as const

describe.skipIf(testbed === undefined)('production and staging in one project', () => {
  let google: GoogleStandIn
  let project: GkeProject
  let balancers: BalancerMirror
  let unshare: () => Promise<void>
  let namespace: string
  let second: SecondCluster

  beforeAll(async () => {
    google = await startGoogle(testbed ?? '')
    second = await secondCluster(google, testbed ?? '', 'us-central1-b', 'tiny--staging')
    project = await gkeProject(google)
    // In the one cluster of the testbed both have to be told apart by more than an ending.
    namespace = project.namespace.replace('rtd-', 'staging-')
    const shared = await sharedGoogle(testbedFolder() ?? '')
    unshare = await share(shared, 'tiny--staging')
    balancers = mirrorBalancers(shared, google, namespace, 'tiny--staging')
    for (const file of terraformFiles(terraformTemplate(), 'tiny', gkeConfig(shape))) {
      const path = join(project.folder, file.path)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, String(file.contents))
    }
    const overlay = { app: { replicas: 2 }, gke: { ...shape, namespace } }
    project.edit('rtdeploy.yaml', text => `${text}environments: ${JSON.stringify({ staging: overlay })}\n`)
  })
  afterAll(async () => {
    await exec('kubectl', ['delete', 'namespace', namespace, '--ignore-not-found', '--wait=true'])
    await balancers.freeze()
    await unshare()
    await project[Symbol.asyncDispose]()
    await second[Symbol.asyncDispose]()
    await google[Symbol.asyncDispose]()
  })

  const run = (args: readonly string[]) => project.run(args, second.env)
  const generation = () =>
    project.kubectl('get', 'deployment', 'tiny', '-o', 'jsonpath={.metadata.uid} {.metadata.generation}')
  const ofProduction = async () => (await leftovers(google)).filter(one => !ofStaging(one)).sort()

  it('come up beside each other, each with names of its own, and are verified', async () => {
    const production = await run(['up', '--yes', '--json'])
    expect([production.exitCode, production.stderr]).toEqual([0, expect.any(String)])
    const before = [await ofProduction(), await generation()]
    const staging = await run(['up', ...env, '--yes'])
    expect([staging.exitCode, staging.stderr]).toEqual([0, expect.stringContaining('PASS')])
    expect(staging.stderr).toContain('rtdeploy status --env staging')
    expect([await ofProduction(), await generation()]).toEqual(before)
    const clusters = 'cluster projects/testbed-project/locations'
    expect(await leftovers(google)).toContain(`${clusters}/us-central1/clusters/tiny`)
    expect(await leftovers(second.google)).toContain(`${clusters}/us-central1-b/clusters/tiny--staging`)
    // A network and a repository for each of the two, and one bucket for both.
    expect((await madeTwice(google)).map(path => path.split('/').at(-1)).sort()).toEqual([
      'networks',
      'repositories',
    ])
    expect(await refusedChanges(google)).toEqual([])
  })

  it('are verified and told apart by every verb', async () => {
    const addresses: unknown[] = []
    for (const flags of [[], env]) {
      const verified = await run(['verify', ...flags, '--json'])
      expect([verified.exitCode, verified.stderr]).toEqual([0, expect.any(String)])
      const status = await run(['status', ...flags, '--json'])
      const { environment, result } = JSON.parse(status.stdout) as {
        environment?: string
        result: { url: string; namespace: string; replicas: unknown[] }
      }
      expect(environment).toBe(flags.length === 0 ? undefined : 'staging')
      expect(result.namespace).toBe(flags.length === 0 ? project.namespace : namespace)
      addresses.push(result.url)
    }
    expect(new Set(addresses).size).toBe(2)
    const again = await run(['up', ...env, '--yes', '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'nothing-to-do', environment: 'staging' })
  })

  it('end apart: production does not notice that staging goes', async () => {
    const before = [await ofProduction(), await generation()]
    await google.admin('DELETE', 'calls')
    const down = await run(['down', ...env, '--yes'])
    expect([down.exitCode, down.stderr]).toEqual([0, expect.stringContaining('infrastructure')])
    expect(down.stderr).toContain('other environments have their state in it: production')
    expect((await leftovers(google)).filter(ofStaging)).toEqual([])
    expect((await leftovers(second.google)).filter(one => one.startsWith('cluster'))).toEqual([])
    expect([await ofProduction(), await generation()]).toEqual(before)
    const removed = (await callsOf(google)).filter(call => call.method === 'DELETE')
    expect(removed.map(call => call.path).filter(path => !ofStaging(path))).toEqual([])
    const again = await run(['down', ...env, '--yes'])
    expect([again.exitCode, again.stderr]).toEqual([0, expect.stringContaining('nothing is left')])
    const verified = await run(['verify'])
    expect([verified.exitCode, verified.stdout]).toEqual([0, expect.stringContaining('PASS')])
    const up = JSON.parse((await run(['up', '--yes', '--json'])).stdout) as Report
    const changed = up.steps.filter(step => step.status !== 'skipped').map(step => step.title)
    expect([up.outcome, changed]).toEqual(['nothing-to-do', []])
  })

  it('leave nothing when production goes too', async () => {
    const down = await run(['down', '--yes'])
    expect([down.exitCode, down.stderr]).toEqual([0, expect.stringContaining('infrastructure')])
    expect(await leftovers(google)).toEqual([])
  })
})
