import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { localPaths } from '../local/state.ts'
import type { Check } from '../report/report.ts'
import type { Host } from '../run/host.ts'
import type { Running } from '../targets/target.ts'
import type { Project } from './project.ts'

/** How the last verification by `up` ended: of exactly what runs now, of something else, or there was none. */
export type Remembered = 'passed' | 'failed' | 'none'

/** What was measured and by which rules: when any of it differs, an earlier verdict says nothing. */
function digestOf(running: Running, config: Config): string {
  const { url, replicas, backends, affinity, release } = running
  const { verify, loadBalancer } = config
  const rules = { verify, loadBalancer, socketPath: config.app.socketPath }
  return createHash('sha256')
    .update(JSON.stringify({ url, replicas, backends, affinity, release, rules }))
    .digest('hex')
}

const pathOf = ({ folder, target, environment }: Project) =>
  join(
    localPaths(folder).root,
    environment === undefined ? target.name : `${target.name}-${environment}`,
    'verified.json',
  )

/** What an earlier `up` found of what runs now. */
export async function recallVerified(host: Host, project: Project, running: Running): Promise<Remembered> {
  const text = await host.readFile(pathOf(project))
  try {
    const value: unknown = JSON.parse(text ?? '')
    if (typeof value !== 'object' || value === null || !('digest' in value) || !('passed' in value))
      return 'none'
    if (value.digest !== digestOf(running, project.config)) return 'none'
    return value.passed === true ? 'passed' : 'failed'
  } catch {
    return 'none'
  }
}

/** So that the next `up` verifies again unless exactly this was found well. */
export async function rememberVerified(
  host: Host,
  project: Project,
  running: Running,
  checks: readonly Check[],
): Promise<void> {
  const passed = checks.every(check => check.status !== 'fail')
  const contents = { digest: digestOf(running, project.config), passed }
  await host.writeFile(pathOf(project), `${JSON.stringify(contents)}\n`)
}
