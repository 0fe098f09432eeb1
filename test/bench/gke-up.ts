import { spawnSync } from 'node:child_process'
import { Secret } from '../../src/command.ts'
import { readConfig } from '../../src/config/read.ts'
import { openGke } from '../../src/targets/gke-session.ts'
import { terraformPlan } from '../../src/tools/terraform.ts'
import { kubectlDiff } from '../cluster/support/kubectl-diff.ts'
import { kubeconfig } from '../cluster/support/project.ts'
import { gkeProject } from '../gke/support/project.ts'
import { gkeHost } from '../support/gke-host.ts'
import { startGoogle, testbedFolder } from '../support/google-stand-in.ts'
import { median, type Row } from './row.ts'

const rounds = 7
const reveal = (value: string | Secret) => (value instanceof Secret ? value.reveal() : value)
const row = {
  name: '`up` on GKE when nothing changed / terraform plan -refresh-only + kubectl diff',
  unit: 'x',
  target: '<= 1.1',
} as const

/** What it costs to find that nothing is to be done, against the two programs that have to be asked, one after the other. */
export async function benchGkeUp(): Promise<Row[]> {
  const testbed = testbedFolder()
  if (testbed === undefined || kubeconfig === undefined)
    return [{ ...row, value: 0, note: 'needs the testbed and its cluster' }]
  await using google = await startGoogle(testbed)
  await using project = await gkeProject(google)
  const first = await project.run(['up', '--yes', '--no-verify'])
  if (first.exitCode !== 0) throw new Error(first.stderr)
  const host = gkeHost({ ...process.env, ...project.env }, project.folder)
  const config = await readConfig(host, project.folder)
  const session = openGke(host, { verb: 'plan', project: project.folder, config, flags: {} })
  const { program, args, cwd, env } = terraformPlan(await session.workspace(), ['-refresh-only'])
  const plan = () => {
    const secrets = Object.entries(env ?? {}).map(([name, value]) => [name, reveal(value)])
    const own = { ...process.env, ...project.env, ...Object.fromEntries(secrets) }
    const { status, stderr } = spawnSync(program, args.map(reveal), { cwd, env: own })
    if (status !== 0 && status !== 2) throw new Error(`terraform plan ended with ${status}: ${stderr}`)
  }
  const took = { bare: [] as number[], up: [] as number[] }
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now()
    plan()
    kubectlDiff(project.folder, project.env)
    const between = performance.now()
    const { exitCode, stderr } = await project.run(['up', '--yes', '--no-verify'])
    if (exitCode !== 0) throw new Error(stderr)
    took.bare.push(between - began)
    took.up.push(performance.now() - between)
  }
  const down = await project.run(['down', '--yes'])
  if (down.exitCode !== 0) throw new Error(down.stderr)
  const value = median(took.up) / median(took.bare)
  const note = `${Math.round(median(took.up))} ms / ${Math.round(median(took.bare))} ms`
  return [{ ...row, value, ok: value <= 1.1, note }]
}
