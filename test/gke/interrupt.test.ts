import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { readLinuxProcesses } from '../../src/run/real/process-table.ts'
import { liveTestbed } from '../support/google-stand-in.ts'
import type { CliRun } from '../support/run-cli.ts'
import { leftovers, madeTwice } from './support/calls.ts'
import { journalOf } from './support/journal.ts'
import { ownGoogle } from './support/own-google.ts'

const testbed = liveTestbed()

/** Long enough for a Ctrl-C in the middle: a cluster takes 10 s to make and 5 s to delete. */
const slow = { TESTBED_SLOW: '0.03' }
const within = { timeout: 240_000, interval: 50 }

describe.skipIf(testbed === undefined)('one Ctrl-C in the terminal', () => {
  const own = ownGoogle(testbed, {}, slow)

  /** Runs until the moment is there, and interrupts it. Nothing of it may go on afterwards. */
  async function interrupted(args: readonly string[], there: (said: string) => boolean): Promise<CliRun> {
    const { project } = own
    const before = said(project.folder).length
    const run = project.start(args)
    const told = () => said(project.folder).slice(before)
    const moment = vi
      .waitUntil(() => there(told()), within)
      .catch(() => {
        run.kill('SIGKILL')
      })
    const early = await Promise.race([moment.then(() => undefined), run.done])
    if (early !== undefined) throw new Error(`it never came to that: ${early.stderr} ${told()}`)
    run.pressCtrlC()
    const ended = await run.done
    const left = readLinuxProcesses().filter(({ command, cwd }) =>
      `${cwd} ${command}`.includes(project.folder),
    )
    expect(left.map(({ command }) => command)).toEqual([])
    return ended
  }

  it('while Terraform makes the cluster and the image is built ends both, with the state saved', async () => {
    own.project.edit('Dockerfile', text => text.replace('USER', 'RUN sleep 3000\nUSER'))
    const run = await interrupted(
      ['up', '--yes', '--no-verify'],
      said =>
        said.includes('google_container_cluster.main: Creating') &&
        said.includes('google_compute_router_nat.nat: Creation complete') &&
        said.includes('sleep 3000'),
    )
    expect(`${run.exitCode} ${run.stderr}`).toMatch(/^130 [\s\S]*interrupted; `rtdeploy up` goes on/)
    expect(run.stderr).toMatch(/✗ infrastructure.* interrupted\n/)
    expect(run.stderr).toMatch(/✗ build .* interrupted\n/)
    expect(journalOf(own.project.folder).slice(-2).sort()).toEqual([
      'image.build failed',
      'terraform.apply failed',
    ])
  })

  it('while the image is pushed leaves an up that goes on', async () => {
    own.project.edit('Dockerfile', text =>
      text.replace('RUN sleep 3000', 'RUN head -c 60000000 /dev/urandom > /app/large'),
    )
    const run = await interrupted(['up', '--yes', '--no-verify'], said =>
      /image\.push \| .*: (?:Preparing|Waiting|Pushing)/.test(said),
    )
    expect(`${run.exitCode} ${run.stderr}`).toMatch(/^130 [\s\S]*interrupted; `rtdeploy up` goes on/)
    expect(run.stderr).toMatch(/✗ push .* interrupted\n/)
    // The cluster that was under way is waited for, and kept.
    expect(run.stderr).toMatch(/✓ wait until Google has made the cluster tiny[\s\S]*✓ keep cluster tiny/)
    expect(run.stderr).not.toContain('cut short')
    expect(await madeTwice(own.google)).toEqual([])
  })

  it('while pods come up is no failure of the release', async () => {
    own.project.edit('Dockerfile', text => text.replace(/^RUN .*\n/m, ''))
    own.project.edit('infra/kubernetes/deployment.yaml', text =>
      text.replace('minReadySeconds: 1', 'minReadySeconds: 10'),
    )
    const run = await interrupted(
      ['up', '--yes', '--no-verify'],
      () => journalOf(own.project.folder).at(-1)?.startsWith('rollout.') === true,
    )
    expect(`${run.exitCode} ${run.stderr}`).toMatch(/^130 [\s\S]*interrupted; `rtdeploy up` goes on/)
    const up = await own.project.run(['up', '--yes', '--no-verify'])
    expect(`${up.exitCode} ${up.stderr}`).toMatch(/^0 /)
  })

  it('while Terraform takes everything away leaves a down that goes on', async () => {
    const run = await interrupted(['down', '--yes'], said =>
      said.includes('google_container_cluster.main: Destroying'),
    )
    expect(`${run.exitCode} ${run.stderr}`).toMatch(/^130 [\s\S]*interrupted/)
    const down = await own.project.run(['down', '--yes'])
    expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 /)
    expect(await leftovers(own.google)).toEqual([])
  })
})

/** What the tools have written so far. */
function said(folder: string): string {
  try {
    return readFileSync(`${folder}/.rtdeploy/logs/tools.log`, 'utf8')
  } catch {
    return ''
  }
}
