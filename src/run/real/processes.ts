import { accessSync, closeSync, constants, openSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import { type Command, Secret } from '../../command.ts'
import type { Host, ProcessId, ProcessInfo, Ran, RunOptions, Started, StartOptions } from '../host.ts'
import { makeFolders } from './folders.ts'
import { readLinuxHolder } from './port-holder.ts'
import { parsePs, psArguments, readLinuxProcess, readLinuxProcesses } from './process-table.ts'

type Processes = Pick<Host, 'run' | 'start' | 'which' | 'processes' | 'isAlive' | 'kill' | 'holderOf'>

const reveal = (value: string | Secret) => (value instanceof Secret ? value.reveal() : value)

function environment(base: Host['env'], command: Command): Record<string, string> {
  const added = Object.entries(command.env ?? {}).map(([name, value]) => [name, reveal(value)])
  return Object.fromEntries([...Object.entries(base).filter(([, value]) => value !== undefined), ...added])
}

/** A group that has ended meanwhile needs no signal; macOS says EPERM of one that nobody has collected yet. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}

/** Processes of this machine. Programs are looked up in absolute folders of PATH only, never in the current folder. */
export function realProcesses(env: Host['env'], cwd: string, interrupted: AbortSignal): Processes {
  const which = async (program: string): Promise<string | undefined> => {
    if (isAbsolute(program)) return program
    return (env.PATH ?? '')
      .split(':')
      .filter(isAbsolute)
      .map(folder => join(folder, program))
      .find(path => {
        try {
          accessSync(path, constants.X_OK)
          return statSync(path).isFile()
        } catch {
          return false
        }
      })
  }

  const processes = async (): Promise<readonly ProcessInfo[]> => {
    if (process.platform === 'linux') return readLinuxProcesses()
    const { execFile } = await import('node:child_process')
    // Start times as text: the same for whoever asks, whatever their language and time zone.
    const plain = { ...env, LC_ALL: 'C', TZ: 'UTC' }
    const { stdout } = await promisify(execFile)('ps', [...psArguments], {
      maxBuffer: 64 * 1024 * 1024,
      env: plain,
    })
    return parsePs(stdout)
  }

  const holderOf = async (port: number): Promise<ProcessInfo | undefined> => {
    if (process.platform !== 'linux') return undefined
    const pid = readLinuxHolder(port)
    return pid === undefined ? undefined : (await processes()).find(found => found.pid === pid)
  }

  const identify = async (pid: number): Promise<ProcessId | undefined> => {
    if (process.platform === 'linux') return readLinuxProcess(pid)
    return (await processes()).find(found => found.pid === pid)
  }

  const isAlive = async (wanted: ProcessId) => (await identify(wanted.pid))?.startedAt === wanted.startedAt

  const kill = async (wanted: ProcessId, signal: NodeJS.Signals) => {
    if (!(await isAlive(wanted))) return
    try {
      process.kill(wanted.pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }

  const run = async (command: Command, options: RunOptions = {}): Promise<Ran> => {
    const began = performance.now()
    const took = () => performance.now() - began
    const putsRight = interrupted.aborted
    const path = await which(command.program)
    if (path === undefined) {
      return { exitCode: undefined, stdout: '', stderr: '', notFound: true, timedOut: false, tookMs: took() }
    }
    const { execa } = await import('execa')
    // An interrupt that came meanwhile would not reach it. What is asked for after one only puts things back.
    if (options.changes) options.signal?.throwIfAborted()
    if (options.changes && !putsRight) interrupted.throwIfAborted()
    const child = execa(path, command.args.map(reveal), {
      cwd: command.cwd ?? cwd,
      env: environment(env, command),
      extendEnv: false,
      reject: false,
      all: true,
      maxBuffer: 64 * 1024 * 1024,
      ...(command.stdin === undefined ? { stdin: 'ignore' as const } : { input: reveal(command.stdin) }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
      ...(options.signal === undefined || options.changes ? {} : { cancelSignal: options.signal }),
      // Its own group: a Ctrl-C on the terminal must reach it once, from us, and not twice (terraform then gives up its state).
      ...(options.changes ? { detached: true, cleanup: false, forceKillAfterDelay: false } : {}),
    })
    const forward = () => {
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGINT')
    }
    const stop = options.signal === undefined ? interrupted : AbortSignal.any([interrupted, options.signal])
    if (options.changes) stop.addEventListener('abort', forward, { once: true })
    const { onLine } = options
    const tell = async () => {
      if (onLine === undefined) return
      for await (const line of child.iterable({ from: 'all' })) onLine(line)
    }
    // The result carries the failure; the iterable repeats it.
    const told = tell().catch(() => undefined)
    const result = await child
    await told
    stop.removeEventListener('abort', forward)
    const missing = result.code === 'ENOENT'
    return {
      exitCode: result.exitCode,
      stdout: result.stdout ?? '',
      stderr: result.stderr ?? '',
      notFound: missing,
      timedOut: result.timedOut,
      tookMs: took(),
    }
  }

  const start = async (command: Command, options: StartOptions): Promise<Started> => {
    const path = (await which(command.program)) ?? command.program
    makeFolders(dirname(options.log), 0o700)
    const log = openSync(options.log, 'a', 0o600)
    const { spawn } = await import('node:child_process')
    const child = spawn(path, command.args.map(reveal), {
      cwd: command.cwd ?? cwd,
      env: environment(env, command),
      stdio: ['ignore', log, log],
      // Its own process group, so that what it starts (npm starts a shell, the shell a program) can be ended with it.
      detached: true,
    })
    closeSync(log)
    const ended = new Promise<{ exitCode: number | undefined; signal: string | undefined }>(resolve => {
      child.once('exit', (code, signal) =>
        resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }),
      )
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    child.on('error', () => undefined)
    const pid = child.pid as number
    if (options.detached) child.unref()
    const id = await identify(pid)
    return { pid, startedAt: id?.startedAt ?? 'ended', ended, kill: signal => signalGroup(pid, signal) }
  }

  return { run, start, which, processes, isAlive, kill, holderOf }
}
