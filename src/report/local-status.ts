import type { LiveStatus } from '../facts/local.ts'
import type { ReplicaStatus } from '../local/front-door/status.ts'
import { duration } from './paint.ts'
import type { Check } from './report.ts'

/** One check a replica and one a backend. Pure. */
export function statusChecks(live: LiveStatus): Check[] {
  const doors = live.frontDoor?.replicas.filter(replica => !replica.draining) ?? []
  return live.state.children
    .filter(child => child.kind !== 'dev')
    .map((child): Check => {
      const door = doors.find(replica => replica.name === child.name)
      const well = child.state === 'running' && (child.kind === 'backend' || door?.healthy === true)
      const found =
        child.state !== 'running'
          ? `${child.state}${child.lastEnd === undefined ? '' : ` (${child.lastEnd})`}`
          : (unhealthy(door) ?? 'running')
      const base = {
        id: `${child.kind}.${child.name}`,
        title: child.name,
        wanted: child.kind === 'replica' ? 'running and ready' : 'running',
        found,
      }
      return well
        ? { ...base, status: 'pass' }
        : { ...base, status: 'fail', hint: `rtdeploy logs ${child.name}` }
    })
}

function unhealthy(door: ReplicaStatus | undefined): string | undefined {
  if (door === undefined || door.healthy) return undefined
  const { lastCheck } = door
  return lastCheck === undefined ? 'not checked yet' : `not ready: ${lastCheck.found}`
}

/** Columns of equal width, two spaces between. Pure. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)))
  return rows
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** What runs, for people: front door, replicas, backends. Pure. */
export function renderLocalStatus(live: LiveStatus, now: number): string {
  const { state, frontDoor } = live
  const settings = frontDoor?.settings ?? state.spec.loadBalancer
  const rows = state.children
    .filter(child => child.kind === 'replica')
    .map(child => {
      const door = frontDoor?.replicas.find(replica => replica.name === child.name && !replica.draining)
      const condition = child.state !== 'running' ? child.state : door?.healthy ? 'ready' : 'not ready'
      return [
        child.name,
        condition,
        String(door?.openSockets ?? 0),
        String(door?.requests ?? 0),
        String(door?.errors ?? 0),
        String(child.restarts),
        child.process === undefined ? '-' : String(child.process.pid),
        String(child.port ?? '-'),
      ]
    })
  const backends = Object.entries(state.spec.backends).map(([name, use]) => {
    const child = state.children.find(one => one.name === name)
    const where = child?.port === undefined ? '' : `127.0.0.1:${child.port}`
    const what = use.label === use.rung ? '' : use.label
    return [name, use.rung, what, child?.state ?? 'yours', String(child?.restarts ?? '-'), where || '-']
  })
  return [
    `${state.spec.name} on this machine, ${state.phase} for ${duration(now - state.since)}`,
    '',
    `front door  ${state.url}  ${frontDoor?.connections ?? 0} connections`,
    `            affinity ${settings.affinity}, ${settings.kind}, timeout ${settings.timeout} s, draining ${settings.draining} s`,
    ...(state.clientUrl === undefined ? [] : [`client      ${state.clientUrl}  (hot reload)`]),
    '',
    table([['replica', 'state', 'sockets', 'requests', 'errors', 'restarts', 'pid', 'port'], ...rows]),
    '',
    table([['backend', 'rung', 'what', 'state', 'restarts', 'address'], ...backends]),
    '',
  ].join('\n')
}
