import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalState, localPaths, runId } from '../../src/local/state.ts'
import { readLinuxProcesses } from '../../src/run/real/process-table.ts'
import { packageRoot } from './run-cli.ts'
import { runIn } from './start-cli.ts'

export interface TinyProject {
  readonly folder: string
  state(): LocalState
  /** Processes that belong to the project, by the mark they carry or the folder they work in. */
  processes(): readonly { readonly pid: number; readonly command: string }[]
  /** Changes rtdeploy.yaml. */
  edit(change: (yaml: string) => string): void
  [Symbol.asyncDispose](): Promise<void>
}

/** A project with the smallest app there is, in a folder of its own; ended and removed when the test leaves its scope. */
export function tinyProject(env: Readonly<Record<string, string>> = {}): TinyProject {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rtdeploy-test-')))
  cpSync(join(packageRoot, 'test/support/tiny-app'), folder, { recursive: true })
  symlinkSync(join(packageRoot, 'node_modules'), join(folder, 'node_modules'))
  const paths = localPaths(folder)
  const yaml = join(folder, 'rtdeploy.yaml')
  const processes = () =>
    readLinuxProcesses().filter(
      found => found.run === runId(folder) || found.cwd?.startsWith(paths.local) === true,
    )
  return {
    folder,
    state: () => JSON.parse(readFileSync(paths.state, 'utf8')) as LocalState,
    processes,
    edit: change => writeFileSync(yaml, change(readFileSync(yaml, 'utf8'))),
    [Symbol.asyncDispose]: async () => {
      await runIn(folder, ['down'], env)
      for (const left of processes()) process.kill(left.pid, 'SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
