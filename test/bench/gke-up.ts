import { spawnSync } from 'node:child_process'
import { type Command, Secret } from '../../src/command.ts'
import { readConfig } from '../../src/config/read.ts'
import { openGke } from '../../src/targets/gke-session.ts'
import { configHelper } from '../../src/tools/gcloud.ts'
import { terraformPlan } from '../../src/tools/terraform.ts'
import { kubectlDiff } from '../cluster/support/kubectl-diff.ts'
import { kubeconfig } from '../cluster/support/project.ts'
import { gkeProject } from '../gke/support/project.ts'
import { gkeHost } from '../support/gke-host.ts'
import { startGoogle, testbedFolder } from '../support/google-stand-in.ts'
import { median, type Row } from './row.ts'

const rounds = 7
/** Added to each answer of Google: there is a way to it, which the stand-in on this machine does not have. */
const awayMs = 50
const reveal = (value: string | Secret) => (value instanceof Secret ? value.reveal() : value)
const bound = 1.1
const nothingToDo = '`up` on GKE when nothing changed / terraform plan -refresh-only + kubectl diff'

/**
 * What it costs to find that nothing is to be done, against the two programs that have to be asked, one after the other:
 * as they are, with the login that they need, too, and with both when Google is not on this machine.
 */
export async function benchGkeUp(): Promise<Row[]> {
  const testbed = testbedFolder()
  if (testbed === undefined || kubeconfig === undefined)
    return [
      {
        name: nothingToDo,
        unit: 'x',
        target: `<= ${bound}`,
        value: 0,
        note: 'needs the testbed and its cluster',
      },
    ]
  await using google = await startGoogle(testbed)
  await using project = await gkeProject(google)
  const first = await project.run(['up', '--yes', '--no-verify'])
  if (first.exitCode !== 0) throw new Error(first.stderr)
  const host = gkeHost({ ...process.env, ...project.env }, project.folder)
  const config = await readConfig(host, project.folder)
  const session = openGke(host, { verb: 'plan', project: project.folder, config, flags: {} })
  const planning = terraformPlan(await session.workspace(), ['-refresh-only'])
  const login = configHelper(session.names.project).command
  /** Milliseconds. Terraform's 2 says that something has changed, which is no failure. */
  const take = ({ program, args, cwd, env }: Command): number => {
    const secrets = Object.entries(env ?? {}).map(([name, value]) => [name, reveal(value)])
    const own = { ...process.env, ...project.env, ...Object.fromEntries(secrets) }
    const began = performance.now()
    const { status, stderr } = spawnSync(program, args.map(reveal), { cwd: cwd ?? project.folder, env: own })
    if (status !== 0 && status !== 2) throw new Error(`${program} ended with ${status}: ${stderr}`)
    return performance.now() - began
  }
  const diff = () => {
    const began = performance.now()
    kubectlDiff(project.folder, project.env)
    return performance.now() - began
  }
  const measure = async () => {
    const took = { login: [] as number[], bare: [] as number[], up: [] as number[] }
    for (let round = 0; round < rounds; round += 1) {
      took.login.push(take(login))
      took.bare.push(take(planning) + diff())
      const began = performance.now()
      const { exitCode, stderr } = await project.run(['up', '--yes', '--no-verify'])
      if (exitCode !== 0) throw new Error(stderr)
      took.up.push(performance.now() - began)
    }
    return { login: median(took.login), bare: median(took.bare), up: median(took.up) }
  }
  const row = (name: string, ours: number, bare: number): Row => ({
    name,
    value: ours / bare,
    unit: 'x',
    target: `<= ${bound}`,
    ok: ours / bare <= bound,
    note: `${Math.round(ours)} ms / ${Math.round(bare)} ms`,
  })
  const near = await measure()
  await google.admin('POST', 'faults', { match: {}, times: -1, kind: 'delay', ms: awayMs })
  const far = await measure()
  await google.admin('DELETE', 'faults')
  const down = await project.run(['down', '--yes'])
  if (down.exitCode !== 0) throw new Error(down.stderr)
  const away = `, Google ${awayMs} ms away`
  return [
    row(nothingToDo, near.up, near.bare),
    row(`${nothingToDo} + gcloud’s login`, near.up, near.login + near.bare),
    row(`${nothingToDo}${away}`, far.up, far.bare),
    row(`${nothingToDo} + gcloud’s login${away}`, far.up, far.login + far.bare),
  ]
}
