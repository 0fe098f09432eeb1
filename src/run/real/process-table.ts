import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { ProcessId, ProcessInfo } from '../host.ts'

/** The variable that marks every process a run started, with the run's id; children inherit it. */
export const runMarker = 'RTDEPLOY_RUN'

/**
 * One process from Linux' /proc, undefined when it is gone or a zombie.
 * The start time is field 22 of `stat`, in clock ticks since boot (proc_pid_stat(5)); with the boot id it names one process for good.
 */
export function readLinuxProcess(pid: number): ProcessId | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The program's name is in brackets and may hold any character, so fields are counted from the last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return { pid, startedAt: `${bootId()}-${fields[19]}` }
  } catch {
    return undefined
  }
}

/** Some sandboxes hide it; then a pid and its start time must do. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
  } catch {
    return 'boot'
  }
}

/** All processes that we may look into, from Linux' /proc. */
export function readLinuxProcesses(): ProcessInfo[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => {
      const id = readLinuxProcess(Number(name))
      if (id === undefined) return []
      try {
        const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0')
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').join(' ').trim()
        const run = environment.find(line => line.startsWith(`${runMarker}=`))?.slice(runMarker.length + 1)
        return [{ ...id, command, run, cwd: readlinkSync(`/proc/${name}/cwd`) }]
      } catch {
        return []
      }
    })
}

/** Arguments of `ps` that give pid, start time (24 characters) and command with environment, for systems without /proc. */
export const psArguments = ['-axEww', '-o', 'pid=', '-o', 'lstart=', '-o', 'command='] as const

/** Start times as text: the same for whoever asks, whatever their language and time zone. */
export const psEnvironment = { LC_ALL: 'C', TZ: 'UTC' } as const

/** The start time that `parsePs` finds for one process, from what `ps -o lstart=` printed for it. */
export const startTime = (lstart: string) => lstart.trim().replace(/\s+/g, ' ')

/** This process as others find it in the table. */
export function readSelf(env: Readonly<Record<string, string | undefined>>): ProcessId {
  const { pid } = process
  const known = process.platform === 'linux' ? readLinuxProcess(pid) : undefined
  if (known !== undefined) return known
  // Loaded only here: Linux has no need of it.
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const args = ['-o', 'lstart=', '-p', String(pid)]
  const { stdout } = spawnSync('ps', args, { encoding: 'utf8', env: { ...env, ...psEnvironment } })
  return { pid, startedAt: startTime(stdout ?? '') }
}

/**
 * Which table of processes we see: host names are equal in containers and in copies of a machine, this is not.
 * https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
 */
export function readProcessTableId(): string | undefined {
  if (process.platform !== 'linux') {
    const { spawnSync } = process.getBuiltinModule('node:child_process')
    const { stdout } = spawnSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' })
    return stdout?.trim() || undefined
  }
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return undefined
  }
}

/** What `ps` printed for `psArguments`. Lines that do not fit are left out. */
export function parsePs(stdout: string): ProcessInfo[] {
  return stdout.split('\n').flatMap(line => {
    const found = /^\s*(\d+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]{8}\s+\d{4})\s+(.*)$/.exec(line)
    if (found === null) return []
    const [, pid = '', startedAt = '', command = ''] = found
    const run = new RegExp(`(?:^|\\s)${runMarker}=(\\S+)`).exec(command)?.[1]
    return [{ pid: Number(pid), startedAt: startTime(startedAt), command, run, cwd: undefined }]
  })
}
