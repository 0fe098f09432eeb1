import { join } from 'node:path'
import { exitCodes, UserError } from '../errors.ts'
import type { Host, ProcessId } from './host.ts'

/** Who holds a project's lock. */
interface Holder extends ProcessId {
  /** Of the machine; a lock in a shared folder may be held from another one. */
  readonly machine: string
  readonly command: string
  /** Milliseconds since 1970. */
  readonly since: number
}

export interface Lock {
  release(): Promise<void>
}

const attempts = 50
const waitMs = 20

function parseHolder(text: string | undefined): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    if (typeof value === 'object' && value !== null && 'pid' in value && 'startedAt' in value)
      return value as Holder
  } catch {
    return undefined
  }
  return undefined
}

async function tryWrite(host: Host, path: string, text: string): Promise<boolean> {
  try {
    await host.writeFile(path, text, { exclusive: true, mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Dead on this machine. A holder on another machine is never judged dead from here. */
async function isStale(host: Host, text: string, machine: string): Promise<boolean> {
  const holder = parseHolder(text)
  if (holder === undefined) return true
  return holder.machine === machine && !(await host.isAlive(holder))
}

/**
 * Removes a lock whose holder died. Two that see the same dead holder must not both remove it, since the second would
 * remove the first one's fresh lock: so the removal has a lock of its own, held for a moment. Who died while holding
 * that one is cleared away by the same rule, under a name that is longer again.
 */
async function breakStale(host: Host, path: string, mine: string, machine: string): Promise<void> {
  const guard = `${path}.breaking`
  if (!(await tryWrite(host, guard, mine))) {
    const text = await host.readFile(guard)
    if (text !== undefined && (await isStale(host, text, machine)))
      await breakStale(host, guard, mine, machine)
    return
  }
  try {
    const text = await host.readFile(path)
    if (text !== undefined && (await isStale(host, text, machine))) await host.remove(path)
  } finally {
    await host.remove(guard)
  }
}

/**
 * Takes the project's lock, or throws `lock.held` (exit 4) naming the holder. A lock whose holder is dead is taken over.
 * `machine`: the host name of this machine. Release it in `finally`.
 */
export async function acquireLock(
  host: Host,
  folder: string,
  command: string,
  machine: string,
): Promise<Lock> {
  const path = join(folder, 'lock')
  const me: Holder = { ...host.self, machine, command, since: host.now() }
  const mine = JSON.stringify(me)
  await host.makeFolder(folder, 0o700)
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (await tryWrite(host, path, mine)) {
      return {
        release: async () => {
          if ((await host.readFile(path)) === mine) await host.remove(path)
        },
      }
    }
    const text = await host.readFile(path)
    if (text === undefined) continue
    if (!(await isStale(host, text, machine))) throw heldBy(parseHolder(text), path, host.now(), machine)
    await breakStale(host, path, mine, machine)
    await host.sleep(waitMs * Math.random())
  }
  throw heldBy(undefined, path, host.now(), machine)
}

/** Who holds a project's lock and has not died. */
export interface AtWork {
  /** `rtdeploy up` */
  readonly command: string
  /** On this machine. */
  readonly here: boolean
  /** For people. */
  readonly text: string
}

/** Undefined when nobody is at work on the project. */
export async function readHolder(host: Host, folder: string): Promise<AtWork | undefined> {
  const text = await host.readFile(join(folder, 'lock'))
  const holder = parseHolder(text)
  if (text === undefined || holder === undefined || (await isStale(host, text, host.machine)))
    return undefined
  const { command, machine, pid, since } = holder
  const here = machine === host.machine
  const where = here ? 'here' : `on ${machine}`
  const seconds = secondsSince(since, host.now())
  return { command, here, text: `\`${command}\` (process ${pid}) is at work ${where}, for ${seconds} s` }
}

const secondsSince = (since: number, now: number) => Math.max(0, Math.round((now - since) / 1000))

function heldBy(holder: Holder | undefined, path: string, now: number, machine: string): UserError {
  if (holder === undefined) {
    return new UserError('another run holds the lock of this project', {
      code: 'lock.held',
      hint: `try again; if nothing runs, remove ${path}`,
      exitCode: exitCodes.locked,
    })
  }
  const elsewhere = holder.machine === machine ? '' : ` on ${holder.machine}`
  return new UserError(
    `\`${holder.command}\` holds the lock of this project: process ${holder.pid}${elsewhere}, for ${secondsSince(holder.since, now)} s`,
    {
      code: 'lock.held',
      hint:
        elsewhere === ''
          ? holder.command === 'rtdeploy dev'
            ? `press Ctrl-C in the terminal where it runs, or: kill -INT ${holder.pid}`
            : 'wait until it has ended, then run this again'
          : `if it no longer runs there, remove ${path}`,
      exitCode: exitCodes.locked,
    },
  )
}
