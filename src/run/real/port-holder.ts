import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** State of a socket that listens, as /proc/net/tcp writes it: TCP_LISTEN in include/net/tcp_states.h of Linux. */
const listening = '0A'

/** Pid of the process that listens on a port, from Linux' /proc (proc_pid_net(5)); undefined when it is not ours to see. */
export function readLinuxHolder(port: number): number | undefined {
  const sockets = new Set(['tcp', 'tcp6'].flatMap(table => inodesOf(read(`/proc/net/${table}`), port)))
  if (sockets.size === 0) return undefined
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  return pids.map(Number).find(pid => files(pid).some(link => sockets.has(link)))
}

/** `socket:[inode]` of each row of the table that listens on the port. */
function inodesOf(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table.split('\n').flatMap(row => {
    const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/)
    return local.endsWith(wanted) && state === listening ? [`socket:[${inode}]`] : []
  })
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** What its file descriptors are; none for a process that is gone or another user's. */
function files(pid: number): string[] {
  try {
    const folder = `/proc/${pid}/fd`
    return readdirSync(folder).flatMap(name => {
      try {
        return [readlinkSync(`${folder}/${name}`)]
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}
