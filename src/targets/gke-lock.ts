import { exitCodes, UserError } from '../errors.ts'
import type { Damage } from '../plan/gke-repair.ts'
import { terraformByHand } from '../tools/terraform.ts'
import { type StateLock, tookHere, useOf } from '../tools/terraform-failures.ts'
import type { GkeSession } from './gke-session.ts'

/**
 * Remembers since when this folder works with Terraform among the processes that we see, before Terraform takes a lock:
 * its own note of the holder has a host name and no more, and those repeat.
 */
export async function noteUse({ host, paths }: Pick<GkeSession, 'host' | 'paths'>): Promise<void> {
  const table = host.processTable()
  if (table === undefined || useOf(await host.readFile(paths.use))?.table === table) return
  await host.writeFile(paths.use, `${JSON.stringify({ table, since: host.now() })}\n`, { mode: 0o600 })
}

/** The lock of a Terraform that is proven dead; throws `lock.held` (exit 4) when that cannot be proven. */
export async function deadLock(
  { host, verb, paths, where }: Pick<GkeSession, 'host' | 'verb' | 'paths' | 'where'>,
  lock: StateLock,
): Promise<Damage> {
  const [, machine] = lock.who.split('@')
  const alive = (await host.processes()).some(one => /(?:^|\/)terraform(?:\s|$)/.test(one.command))
  const here = machine === host.machine && tookHere(await host.readFile(paths.use), host.processTable(), lock)
  // We hold the lock of this folder: whoever took this one from here has ended, unless a person's own Terraform runs.
  if (here && !alive) return { kind: 'lock', lock }
  const seconds =
    lock.since === undefined ? undefined : Math.max(0, Math.round((host.now() - lock.since) / 1000))
  const age =
    seconds === undefined ? '' : `, for ${seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`}`
  // Who is logged in to gcloud alone has no login that Terraform finds by itself.
  const login = 'GOOGLE_OAUTH_ACCESS_TOKEN="$(gcloud auth print-access-token)"'
  const unlock = terraformByHand(where.terraform, 'force-unlock', lock.id)
  throw new UserError(
    `${lock.who} holds the lock of Terraform’s state${age} (${lock.operation.replace('OperationType', '').toLowerCase() || 'an operation'})`,
    {
      code: 'lock.held',
      hint: `wait until it has ended; if it is certain that it died: ${login} ${unlock}, then rtdeploy ${verb}`,
      exitCode: exitCodes.locked,
    },
  )
}
