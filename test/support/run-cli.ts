import { spawn } from 'node:child_process'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const packageRoot = fileURLToPath(new URL('../..', import.meta.url))
export const cliPath = join(packageRoot, 'bin', 'rtdeploy.js')

export interface CliRun {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface CliOptions {
  readonly cwd: string
  /** Added to a bare environment: PATH and HOME only, so that the machine's own settings decide nothing. */
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  /** Ends it after so many milliseconds; `hangsMs` unless told. */
  readonly killAfterMs?: number
}

/** Nothing that a test runs takes half as long. What it has said by then is worth more than the test's own time limit. */
const hangsMs = 240_000

/** Runs a program to its end. */
export function runProgram(program: string, args: readonly string[], options: CliOptions): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), options.killAfterMs ?? hangsMs)
    child.on('error', reject)
    child.on('close', (exitCode, signal) => {
      clearTimeout(timer)
      resolve({ exitCode, signal, stdout, stderr })
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.stdin ?? '')
  })
}

/** Runs the built CLI to its end. */
export function runCli(args: readonly string[], options: CliOptions): Promise<CliRun> {
  return runProgram(process.execPath, [cliPath, ...args], options)
}

/** A folder of its own for one test, without links in its path; `await using` removes it. */
export async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'rtdeploy-test-')))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
