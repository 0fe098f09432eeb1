import { randomBytes } from 'node:crypto'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GoogleStandIn, sharedGoogle, testbedFolder } from '../../support/google-stand-in.ts'
import { type CliRun, runCli, runProgram } from '../../support/run-cli.ts'
import { mirrorBalancers } from './balancer-mirror.ts'
import { passedOn, share } from './project.ts'

/** The chat as a person has it: from `init` on, with nothing written by a test. */
export interface ChatProject {
  readonly namespace: string
  run(...args: readonly string[]): Promise<CliRun>
  /** `init` once more, over what is there. */
  init(...flags: readonly string[]): Promise<CliRun>
  kubectl(args: readonly string[], stdin?: string): Promise<CliRun>
  [Symbol.asyncDispose](): Promise<void>
}

export async function chatProject(google: GoogleStandIn): Promise<ChatProject> {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'rtdeploy-gke-chat-')))
  const namespace = `rtd-${randomBytes(4).toString('hex')}`
  const env = { ...google.env, ...passedOn() }
  const shared = await sharedGoogle(testbedFolder() ?? '')
  const unshare = await share(shared, 'chat')
  const balancers = mirrorBalancers(shared, google, namespace, 'chat')
  const kubectl = (args: readonly string[], stdin = '') =>
    runProgram('kubectl', ['--namespace', namespace, ...args], { cwd: parent, env: passedOn(), stdin })
  const where = ['--target', 'gke', '--project', 'testbed-project', '--region', 'us-central1']
  return {
    namespace,
    run: (...args) => runCli(args, { cwd: join(parent, 'chat'), env }),
    init: (...flags) =>
      runCli(['init', 'chat', ...where, '--namespace', namespace, '--yes', ...flags], { cwd: parent, env }),
    kubectl,
    [Symbol.asyncDispose]: async () => {
      await kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=true'])
      await balancers.freeze()
      await unshare()
      rmSync(parent, { recursive: true, force: true })
    },
  }
}
