import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { liveTestbed } from '../support/google-stand-in.ts'
import type { CliRun } from '../support/run-cli.ts'
import { leftovers, madeTwice } from './support/calls.ts'
import { killer, type Moment } from './support/killer.ts'
import { ownGoogle } from './support/own-google.ts'

const testbed = liveTestbed()

describe.skipIf(testbed === undefined)('killed with SIGKILL at every change in Google Cloud', () => {
  const own = ownGoogle(testbed)

  /** Goes on again and again, killed before and after each change, until nobody is left to kill. How often it was. */
  async function throughAll(args: readonly string[], moments: readonly Moment[]): Promise<[CliRun, number]> {
    for (let kills = 0; kills < 40; kills += 1) {
      const moment = moments[kills % moments.length] ?? 'after'
      const run = await own.project.run(args, killer(own.project, moment))
      if (run.signal !== 'SIGKILL' && kills > 0) return [run, kills]
    }
    throw new Error('it never comes to an end')
  }

  it('up goes on from where it was, makes nothing twice, and ends well', async () => {
    const [run, kills] = await throughAll(['up', '--yes', '--no-verify'], ['before', 'after'])
    expect(`${run.exitCode} ${run.stderr}`).toMatch(/^0 /)
    // APIs, bucket, its settings, providers, infrastructure, login: before and after each.
    expect(kills).toBeGreaterThanOrEqual(10)
    expect(await madeTwice(own.google)).toEqual([])
    const again = await own.project.run(['up', '--yes', '--json'])
    const { steps } = JSON.parse(again.stdout) as { steps: { id: string; status: string }[] }
    expect(steps.filter(step => step.status !== 'skipped').map(step => step.id)).toEqual([])
  })

  it('down goes on from where it was, and leaves nothing', async () => {
    const middle = await own.project.run(
      ['down', '--yes'],
      killer(own.project, 'during', 'apply -input=false -no-color /'),
    )
    expect(middle.signal).toBe('SIGKILL')
    const [run, kills] = await throughAll(['down', '--yes'], ['before', 'after'])
    expect(`${run.exitCode} ${run.stderr}`).toMatch(/^0 /)
    expect(kills).toBeGreaterThanOrEqual(3)
    expect(await leftovers(own.google)).toEqual([])
  })

  it('in the middle of Terraform, too: what was made is taken in by the next up, and taken away by down', async () => {
    rmSync(join(own.project.folder, 'killer-done'), { force: true })
    const middle = await own.project.run(
      ['up', '--yes', '--no-verify'],
      killer(own.project, 'during', 'apply -input=false -no-color /'),
    )
    expect(middle.signal).toBe('SIGKILL')
    expect(await leftovers(own.google)).not.toEqual([])
    const up = await own.project.run(['up', '--yes', '--no-verify'])
    expect(`${up.exitCode} ${up.stderr}`).toMatch(/^0 [\s\S]*take the lock of the state/)
    expect(up.stderr).toContain('which an earlier run made')
    const down = await own.project.run(['down', '--yes'])
    expect(`${down.exitCode} ${down.stderr}`).toMatch(/^0 /)
    expect(await leftovers(own.google)).toEqual([])
  })
})
