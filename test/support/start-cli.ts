import { spawn } from 'node:child_process'
import { type CliRun, cliPath, runCli } from './run-cli.ts'

export interface RunningCli {
  readonly pid: number
  readonly done: Promise<CliRun>
  /** Resolves once stdout or stderr holds the text; rejects when the program ends without it. */
  readonly seen: (text: string) => Promise<void>
  readonly kill: (signal: NodeJS.Signals) => void
  /** As a terminal does it: SIGINT to everything in the foreground, which is a process group of its own here. */
  readonly pressCtrlC: () => void
}

/** Runs the built CLI in a folder, to its end. */
export function runIn(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliRun> {
  return runCli(args, { cwd, env })
}

/** Starts the built CLI in a folder, for tests that interrupt it. */
export function startIn(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCli {
  const child = spawn(process.execPath, [cliPath, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const pid = child.pid as number
  let stdout = ''
  let stderr = ''
  const watchers = new Set<() => void>()
  const listen = (stream: NodeJS.ReadableStream, add: (text: string) => void) =>
    stream.setEncoding('utf8').on('data', (text: string) => {
      add(text)
      for (const watcher of watchers) watcher()
    })
  listen(child.stdout, text => {
    stdout += text
  })
  listen(child.stderr, text => {
    stderr += text
  })
  const done = new Promise<CliRun>(resolve => {
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }))
  })
  const seen = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => `${stdout}${stderr}`.includes(text) && resolve()
      watchers.add(look)
      look()
      void done.then(() => reject(new Error(`ended without ${text}: ${stdout}${stderr}`)))
    })
  return {
    pid,
    done,
    seen,
    kill: signal => void child.kill(signal),
    pressCtrlC: () => void process.kill(-pid, 'SIGINT'),
  }
}
